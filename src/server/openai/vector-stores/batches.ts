/** @file Routes of file batches: many files into a vector store at once. */
import { Hono } from 'hono'
import { z } from 'zod'
import type { NewStoreFile } from '../../../knowledge/index.ts'
import type { Workspace } from '../../../workspace.ts'
import { attributesField, pageOf, parseCursor, parseQuery, storableText } from '../fields.ts'
import { openaiError, parseBody, readerOf } from '../shared.ts'
import { assertAutomaticChunking, chunkingField } from './chunking.ts'
import { statusQuery } from './files.ts'
import { toBatch, toStoreFile } from './objects.ts'

const MAX_FILES = 2_000

const attributes = attributesField.nullish()

const createBody = z.object({
  file_ids: z.array(storableText(100)).min(1).max(MAX_FILES).optional(),
  files: z
    .array(z.object({ file_id: storableText(100), attributes, chunking_strategy: chunkingField }))
    .min(1)
    .max(MAX_FILES)
    .optional(),
  attributes,
  chunking_strategy: chunkingField,
})

export function batchRoutes(workspace: Workspace): Hono {
  const { stores } = workspace.knowledge.uploads
  const app = new Hono()
  app.post('/vector_stores/:id/file_batches', async (context) => {
    const reader = await readerOf(context, workspace)
    const files = filesOf(await parseBody(createBody, context))
    return context.json(toBatch(await stores.addBatch(context.req.param('id'), files, reader)))
  })
  app.get('/vector_stores/:id/file_batches/:batch', async (context) => {
    const reader = await readerOf(context, workspace)
    const { id, batch } = context.req.param()
    return context.json(toBatch(await stores.batch(id, batch, reader)))
  })
  app.post('/vector_stores/:id/file_batches/:batch/cancel', async (context) => {
    const reader = await readerOf(context, workspace)
    const { id, batch } = context.req.param()
    return context.json(toBatch(await stores.cancelBatch(id, batch, reader)))
  })
  app.get('/vector_stores/:id/file_batches/:batch/files', async (context) => {
    const reader = await readerOf(context, workspace)
    const { id, batch } = context.req.param()
    const { filter: status } = parseQuery(statusQuery, context)
    const filter = { ...parseCursor(context), batchId: batch, ...(status && { status }) }
    return context.json(pageOf(await stores.files(id, filter, reader), toStoreFile))
  })
  return app
}

/** With `file_ids` all files get the same attributes; with `files`, each its own. */
function filesOf(body: z.infer<typeof createBody>): NewStoreFile[] {
  const { file_ids: ids, files } = body
  if ((ids === undefined) === (files === undefined)) {
    throw openaiError(400, {
      message: 'file_ids: give either file_ids or files',
      param: 'file_ids',
      hint: 'Name the files in one of the two.',
    })
  }
  assertAutomaticChunking(body.chunking_strategy, ...(files ?? []).map((f) => f.chunking_strategy))
  const shared = body.attributes ?? {}
  if (ids) return ids.map((fileId) => ({ fileId, attributes: shared }))
  return (files ?? []).map((file) => ({
    fileId: file.file_id,
    attributes: file.attributes ?? {},
  }))
}
