/** @file Routes of the files in a vector store. */
import { Hono } from 'hono'
import { z } from 'zod'
import type { StoreFile } from '../../../knowledge/index.ts'
import type { Workspace } from '../../../workspace.ts'
import { attributesField, pageOf, parseCursor, parseQuery, storableText } from '../fields.ts'
import { parseBody, readerOf } from '../shared.ts'
import { assertAutomaticChunking, chunkingField } from './chunking.ts'
import { toStoreFile } from './objects.ts'

const createBody = z.object({
  file_id: storableText(100),
  attributes: attributesField.nullish(),
  chunking_strategy: chunkingField,
})

const updateBody = z.object({ attributes: attributesField.nullable() })

/** `filter` of a list of files. */
export const statusQuery: z.ZodType<{ filter?: StoreFile['status'] | undefined }> = z.object({
  filter: z.enum(['in_progress', 'completed', 'failed', 'cancelled']).optional(),
})

export function storeFileRoutes(workspace: Workspace): Hono {
  const { stores } = workspace.knowledge.uploads
  const app = new Hono()
  app.post('/vector_stores/:id/files', async (context) => {
    const reader = await readerOf(context, workspace)
    const body = await parseBody(createBody, context)
    assertAutomaticChunking(body.chunking_strategy)
    const id = context.req.param('id')
    const file = { fileId: body.file_id, attributes: body.attributes ?? {} }
    await stores.addFiles(id, [file], reader)
    return context.json(toStoreFile(await stores.file(id, file.fileId, reader)))
  })
  app.get('/vector_stores/:id/files', async (context) => {
    const reader = await readerOf(context, workspace)
    const { filter: status } = parseQuery(statusQuery, context)
    const filter = { ...parseCursor(context), ...(status && { status }) }
    const page = await stores.files(context.req.param('id'), filter, reader)
    return context.json(pageOf(page, toStoreFile))
  })
  app.get('/vector_stores/:id/files/:file', async (context) => {
    const reader = await readerOf(context, workspace)
    const { id, file } = context.req.param()
    return context.json(toStoreFile(await stores.file(id, file, reader)))
  })
  app.post('/vector_stores/:id/files/:file', async (context) => {
    const reader = await readerOf(context, workspace)
    const { attributes } = await parseBody(updateBody, context)
    const { id, file } = context.req.param()
    return context.json(toStoreFile(await stores.setAttributes(id, file, attributes ?? {}, reader)))
  })
  app.get('/vector_stores/:id/files/:file/content', async (context) => {
    const reader = await readerOf(context, workspace)
    const { id, file } = context.req.param()
    const text = await stores.text(id, file, reader)
    return context.json({
      object: 'vector_store.file_content.page',
      data: [{ type: 'text', text }],
      has_more: false,
      next_page: null,
    })
  })
  app.delete('/vector_stores/:id/files/:file', async (context) => {
    const { id, file } = context.req.param()
    await stores.removeFile(id, file, await readerOf(context, workspace))
    return context.json({ id: file, object: 'vector_store.file.deleted', deleted: true })
  })
  return app
}
