/** @file Routes of vector stores themselves. */
import { Hono } from 'hono'
import { z } from 'zod'
import type { NewStoreFile } from '../../../knowledge/index.ts'
import type { Workspace } from '../../../workspace.ts'
import { groupsField, metadataField, pageOf, parseCursor, storableText } from '../fields.ts'
import { parseBody, readerOf } from '../shared.ts'
import { assertAutomaticChunking, chunkingField } from './chunking.ts'
import { toStore } from './objects.ts'

const expiresAfter = z
  .object({ anchor: z.literal('last_active_at'), days: z.number().int().min(1).max(365) })
  .nullish()

const createBody = z.object({
  name: storableText(256).nullish(),
  description: storableText(512).nullish(),
  file_ids: z.array(storableText(100)).max(500).nullish(),
  metadata: metadataField.nullish(),
  expires_after: expiresAfter,
  chunking_strategy: chunkingField,
  groups: groupsField.nullish(),
})

const updateBody = z.object({
  name: storableText(256).nullish(),
  metadata: metadataField.nullish(),
  expires_after: expiresAfter,
})

export function storeRoutes(workspace: Workspace): Hono {
  const { stores } = workspace.knowledge.uploads
  const app = new Hono()
  app.post('/vector_stores', async (context) => {
    const reader = await readerOf(context, workspace)
    const body = await parseBody(createBody, context)
    assertAutomaticChunking(body.chunking_strategy)
    const { id } = await stores.create(
      {
        ...fieldsOf(body),
        ...(body.description && { description: body.description }),
        ...(body.groups && { groups: body.groups }),
      },
      reader,
    )
    const files: NewStoreFile[] = (body.file_ids ?? []).map((fileId) => ({ fileId }))
    try {
      if (files.length > 0) await stores.addFiles(id, files, reader)
    } catch (error) {
      await stores.remove(id, reader)
      throw error
    }
    return context.json(toStore(await stores.get(id, reader)))
  })
  app.get('/vector_stores', async (context) => {
    const reader = await readerOf(context, workspace)
    return context.json(pageOf(await stores.list(reader, parseCursor(context)), toStore))
  })
  app.get('/vector_stores/:id', async (context) => {
    const reader = await readerOf(context, workspace)
    return context.json(toStore(await stores.get(context.req.param('id'), reader)))
  })
  app.post('/vector_stores/:id', async (context) => {
    const reader = await readerOf(context, workspace)
    const body = await parseBody(updateBody, context)
    return context.json(
      toStore(await stores.update(context.req.param('id'), fieldsOf(body), reader)),
    )
  })
  app.delete('/vector_stores/:id', async (context) => {
    const id = context.req.param('id')
    await stores.remove(id, await readerOf(context, workspace))
    return context.json({ id, object: 'vector_store.deleted', deleted: true })
  })
  return app
}

/** `expires_after: null` takes the end away; a name or metadata of null is an empty one. */
function fieldsOf({ name, metadata, expires_after: expiry }: z.infer<typeof updateBody>) {
  return {
    ...(name !== undefined && { name: name ?? '' }),
    ...(metadata !== undefined && { metadata: metadata ?? {} }),
    ...(expiry !== undefined && { expiresAfterDays: expiry?.days ?? null }),
  }
}
