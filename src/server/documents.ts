/** @file Routes of documents: versions, upload, removal. Reading follows the reader's groups; changes are the owner's. */
import { fileURLToPath } from 'node:url'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { type DocumentInfo, EVERYONE, personalGroup, type Reader } from '../knowledge/index.ts'
import type { Workspace } from '../workspace.ts'
import type {
  DocumentResponse,
  DocumentsResponse,
  RemovalResponse,
  UploadResponse,
} from './contract.ts'
import { errorResponse, RequestError, ServerError } from './errors.ts'
import { plainName } from './openai/files/upload-form.ts'
import { assertOwner } from './owner.ts'
import { check } from './request-body.ts'

/** The form is held in memory; larger files are added on the command line. */
const MAX_UPLOAD_BYTES = 20 * 1024 * 1024
const MAX_GROUPS = 16

const name = z
  .string()
  .max(200)
  .refine((text) => text === text.trim() && !/\p{Cc}/u.test(text), 'is no plain name')
const uploadForm = z.object({
  file: z.instanceof(File, { error: 'is no file' }),
  collection: name.min(1).optional(),
  groups: z.array(name.min(1)).max(MAX_GROUPS).optional(),
})

/** To be mounted at `/api/documents`, before the limit for the bodies of other routes. */
export function documentRoutes(workspace: Workspace): Hono {
  const { knowledge } = workspace
  const app = new Hono()
  app.get('/', async (context) => {
    const listed: DocumentsResponse = {
      documents: await knowledge.documents(await readerOf(context, workspace)),
    }
    return context.json(listed)
  })
  app.get('/:id', async (context) => {
    const reader = await readerOf(context, workspace)
    const document = await find(context.req.param('id'), reader, workspace)
    const versions = await workspace.documentVersions(document.documentId, reader)
    const readers = reader.groups === null ? await readersOf(document, workspace) : null
    const found: DocumentResponse = { document, versions, readers }
    return context.json(found)
  })
  app.post('/', limitUpload, async (context) => {
    const reader = await readerOf(context, workspace)
    assertOwner(reader, 'add documents')
    const uploaded: UploadResponse = await upload(await readForm(context), workspace)
    return context.json(uploaded, 201)
  })
  app.delete('/:id', async (context) => {
    const reader = await readerOf(context, workspace)
    assertOwner(reader, 'remove documents')
    const removed: RemovalResponse = await remove(context.req.param('id'), reader, workspace)
    return context.json(removed)
  })
  return app
}

function readerOf(context: Context, { access }: Workspace): Promise<Reader> {
  return access.reader(context.req.query('as'))
}

async function find(id: string, reader: Reader, { knowledge }: Workspace): Promise<DocumentInfo> {
  const found = (await knowledge.documents(reader)).find(({ documentId }) => documentId === id)
  if (found) return found
  throw new RequestError('unknown_document', `there is no document "${id}" that you may read`, {
    status: 404,
    hint: 'GET /api/documents lists those there are now.',
  })
}

async function readersOf({ groups }: DocumentInfo, { access }: Workspace): Promise<string[]> {
  const principals = await access.list()
  const open = new Set(groups)
  const mayRead = (one: { name: string; groups: string[] }): boolean =>
    [EVERYONE, personalGroup(one.name), ...one.groups].some((group) => open.has(group))
  return principals.filter(mayRead).map((one) => one.name)
}

type UploadForm = z.infer<typeof uploadForm>

async function readForm(context: Context): Promise<UploadForm> {
  const form = await context.req.formData().catch((cause: unknown) => {
    // The limit speaks for itself.
    if (cause instanceof Error && cause.name === 'BodyLimitError') throw cause
    throw new ServerError('invalid_request', 'the body is not a form with a file', {
      hint: 'Send multipart/form-data with the field "file", and "collection" and "groups" if wanted.',
      cause,
    })
  })
  const groups = form.getAll('groups')
  return check(uploadForm, {
    file: form.get('file') ?? undefined,
    collection: form.get('collection') ?? undefined,
    groups: groups.length > 0 ? groups : undefined,
  })
}

async function upload(
  { file, collection = 'default', groups }: UploadForm,
  { knowledge }: Workspace,
): Promise<UploadResponse> {
  const name = plainName(file.name)
  const taken = (await knowledge.documents()).find(
    (one) => one.collection === collection && one.uri === name && one.location !== `text:${name}`,
  )
  if (taken) throw nameTaken(name)
  const text = new Uint8Array(await file.arrayBuffer())
  const report = await knowledge.add({ name, text }, { collection, ...(groups && { groups }) })
  const [failure] = report.failed
  if (failure) throw refusal(failure)
  const outcomes = ['added', 'updated', 'unchanged', 'renamed'] as const
  return { name, outcome: outcomes.find((outcome) => report[outcome] > 0) ?? 'unchanged' }
}

async function remove(id: string, reader: Reader, workspace: Workspace): Promise<RemovalResponse> {
  const document = await find(id, reader, workspace)
  const { uri, collection } = document
  const target = targetOf(document)
  const folder = document.location.endsWith('/') ? document.location : `${document.location}/`
  const below = (await workspace.knowledge.documents()).filter(
    ({ documentId, ...one }) =>
      documentId !== id && one.collection === collection && one.location.startsWith(folder),
  )
  if (target === undefined || below.length > 0) throw notRemovable(document, below.length)
  const { removed } = await workspace.knowledge.remove(target, { collection })
  return { name: uri, removed }
}

/** What `graft remove` calls the document; undefined for files of a vector store. */
function targetOf({ location }: DocumentInfo): string | undefined {
  if (location.startsWith('text:')) return location.slice('text:'.length)
  if (location.startsWith('file:///')) return fileURLToPath(location)
  return /^https?:/.test(location) ? location : undefined
}

function nameTaken(name: string): RequestError {
  return new RequestError('name_taken', `"${name}" is already read from a folder or a URL`, {
    status: 409,
    hint: 'Change the file where it is read from, or upload this one under another name.',
  })
}

function refusal({ code, message, hint }: { code: string; message: string; hint?: string }): Error {
  return new RequestError(code, message, { status: 422, ...(hint && { hint }) })
}

function notRemovable({ uri }: DocumentInfo, below: number): RequestError {
  return below > 0
    ? new RequestError('documents_below', `${below} documents lie below "${uri}"`, {
        status: 409,
        hint: 'Remove them first, or all at once with graft remove.',
      })
    : new RequestError('kept_by_store', `"${uri}" belongs to a vector store`, {
        status: 409,
        hint: 'Remove the file from its vector store, or delete the store.',
      })
}

const limitUpload = bodyLimit({
  maxSize: MAX_UPLOAD_BYTES,
  onError: (context) =>
    errorResponse(
      context,
      new ServerError('body_too_large', `the upload is larger than ${MAX_UPLOAD_BYTES} bytes`, {
        hint: 'Add large files on the command line: graft add FILE.',
      }),
    ),
})
