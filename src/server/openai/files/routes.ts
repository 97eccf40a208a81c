/** @file The routes of /v1/files. */
import { Hono } from 'hono'
import { z } from 'zod'
import type { UploadedFile } from '../../../knowledge/index.ts'
import type { Workspace } from '../../../workspace.ts'
import { pageOf, parseCursor, parseQuery, storableText } from '../fields.ts'
import { readerOf, unix } from '../shared.ts'
import { receiveUpload } from './upload-form.ts'

export type FilesOptions = {
  /** Largest file. Default 64 MB. */
  maxBytes?: number
}

/** As many as OpenAI lists at once. */
const MAX_LIST = 10_000

const listQuery = z.object({ purpose: storableText(40).optional() })

export function filesRoutes(workspace: Workspace, options: FilesOptions = {}): Hono {
  const { files } = workspace.knowledge.uploads
  const app = new Hono()
  app.post('/files', async (context) => {
    const reader = await readerOf(context, workspace)
    return context.json(toFile(await receiveUpload(context, files, { reader, ...options })))
  })
  app.get('/files', async (context) => {
    const reader = await readerOf(context, workspace)
    const { purpose } = parseQuery(listQuery, context)
    const cursor = parseCursor(context, MAX_LIST, MAX_LIST)
    const page = await files.list(reader, { ...cursor, ...(purpose && { purpose }) })
    return context.json(pageOf(page, toFile))
  })
  app.get('/files/:id', async (context) => {
    const reader = await readerOf(context, workspace)
    return context.json(toFile(await files.get(context.req.param('id'), reader)))
  })
  app.get('/files/:id/content', async (context) => {
    const reader = await readerOf(context, workspace)
    const file = await files.get(context.req.param('id'), reader)
    return new Response(streamOf(files.stream(file.id, reader)), {
      headers: {
        // Never a type that a browser would run.
        'content-type': 'application/octet-stream',
        'content-length': String(file.bytes),
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`,
      },
    })
  })
  app.delete('/files/:id', async (context) => {
    const id = context.req.param('id')
    await files.remove(id, await readerOf(context, workspace))
    return context.json({ id, object: 'file', deleted: true })
  })
  return app
}

function toFile(file: UploadedFile) {
  const { id, bytes, filename, purpose, createdAt, expiresAt } = file
  return {
    id,
    object: 'file' as const,
    bytes,
    created_at: unix(createdAt),
    ...(expiresAt && { expires_at: unix(expiresAt) }),
    filename,
    purpose,
    status: 'processed' as const,
  }
}

/** Reads on as fast as the client does; a client that goes away ends the reading. */
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const reading = pieces[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reading.next()
      done ? controller.close() : controller.enqueue(value)
    },
    async cancel() {
      await reading.return?.()
    },
  })
}
