/** @file The HTTP API and the page, as one fetch-style application that tests call without a port. */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'
import type { AskOptions } from '../assistant/index.ts'
import type { Workspace } from '../workspace.ts'
import type { ErrorResponse, StatusResponse, VersionResponse } from './contract.ts'
import { ServerError, statusOf } from './errors.ts'
import { type GuardOptions, guard } from './guard.ts'
import { eventStream, publicError } from './sse.ts'
import { readPage } from './static.ts'

export type AppOptions = GuardOptions & {
  /** Answers in flight at once; more are refused with 429. Default 64. */
  maxConcurrent?: number
}

const MAX_BODY_BYTES = 256 * 1024

const askRequest = z.object({
  question: z.string().min(1).max(4_000),
  history: z
    .array(z.object({ role: z.enum(['user', 'assistant']), content: z.string().max(20_000) }))
    .max(40)
    .optional(),
  collection: z.string().optional(),
  path: z.string().max(500).optional(),
  asOf: z.string().optional(),
  as: z.string().optional(),
})

export function createApp(workspace: Workspace, options: AppOptions): Hono {
  const app = new Hono()
  const page = readPage()
  const slots = { free: options.maxConcurrent ?? 64 }
  app.use(
    secureHeaders({
      contentSecurityPolicy,
      referrerPolicy: 'no-referrer',
      crossOriginResourcePolicy: 'same-origin',
    }),
  )
  app.use(guard(options))
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody }))
  app.post('/api/ask', (context) => answer(context, workspace, slots))
  app.get('/api/search', (context) => search(context, workspace))
  app.get('/api/documents', async (context) => {
    const documents = await workspace.knowledge.documents(await reader(context, workspace))
    return context.json({ documents })
  })
  app.get('/api/versions/:id', (context) => version(context, workspace))
  app.get('/api/status', async (context) =>
    context.json(await status(workspace, await reader(context, workspace))),
  )
  app.get('*', (context) => {
    const file = page.get(context.req.path)
    if (!file) throw notFound(context)
    return context.body(file.body, 200, { 'content-type': file.type, 'cache-control': 'no-cache' })
  })
  app.notFound((context) => errorResponse(context, notFound(context)))
  app.onError((error, context) => errorResponse(context, error))
  return app
}

const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
}

async function answer(
  context: Context,
  workspace: Workspace,
  slots: { free: number },
): Promise<Response> {
  const { question, history, collection, path, asOf, as } = parse(
    askRequest,
    await readJson(context),
  )
  const reader = await workspace.access.reader(as)
  const release = takeSlot(slots)
  const abort = new AbortController()
  context.req.raw.signal.addEventListener('abort', () => abort.abort())
  abort.signal.addEventListener('abort', release)
  const options: AskOptions = {
    reader,
    signal: abort.signal,
    ...(history && { history }),
    ...(collection && { collections: [collection] }),
    ...(path && { path }),
    ...(asOf && { asOf }),
  }
  const events = workspace.ask(question, options)
  return eventStream(events, { abort: () => abort.abort(), onEnd: release })
}

/** Takes a slot in the same step in which it is found free; the returned function gives it back, once. */
function takeSlot(slots: { free: number }): () => void {
  if (slots.free <= 0) {
    throw new ServerError(
      'too_many_requests',
      'all answers that this server gives at once are in use',
      { hint: 'Try again in a moment.' },
    )
  }
  slots.free--
  let held = true
  return () => {
    if (held) slots.free++
    held = false
  }
}

async function search(context: Context, workspace: Workspace): Promise<Response> {
  const { q = '', limit = '10', collection, path, since, until, asOf } = context.req.query()
  const chunks = await workspace.knowledge.search(q, {
    reader: await reader(context, workspace),
    limit: Math.min(50, Math.max(1, Number.parseInt(limit, 10) || 10)),
    ...(collection && { collections: [collection] }),
    ...(path && { path }),
    ...(since && { since }),
    ...(until && { until }),
    ...(asOf && { asOf }),
  })
  return context.json({ query: q, chunks })
}

async function version(context: Context, workspace: Workspace): Promise<Response> {
  const id = context.req.param('id') ?? ''
  const found: VersionResponse = await workspace.knowledge.version(
    id,
    await reader(context, workspace),
  )
  return context.json(found)
}

async function status(
  workspace: Workspace,
  reader: Awaited<ReturnType<Workspace['access']['reader']>>,
): Promise<StatusResponse> {
  const { documents, chunks, versions, collections, lastChange, embedder } =
    await workspace.knowledge.status(reader)
  return {
    documents,
    chunks,
    versions,
    collections: collections.map(({ name }) => name),
    model: workspace.model,
    embedder: embedder?.name ?? 'none (lexical)',
    lastChange,
  }
}

function reader(context: Context, workspace: Workspace): ReturnType<Workspace['access']['reader']> {
  return workspace.access.reader(context.req.query('as'))
}

async function readJson(context: Context): Promise<unknown> {
  if (!/^application\/json\b/.test(context.req.header('content-type') ?? '')) {
    throw new ServerError('invalid_request', 'the body is not declared as JSON', {
      hint: 'Send content-type: application/json.',
    })
  }
  try {
    return await context.req.json()
  } catch (cause) {
    throw new ServerError('invalid_request', 'the body is not valid JSON', {
      hint: 'Send one JSON object.',
      cause,
    })
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new ServerError(
    'invalid_request',
    `${issue?.path.join('.') || 'body'}: ${issue?.message}`,
    {
      hint: 'Correct the field and send the request again.',
    },
  )
}

function refuseBody(context: Context): Response {
  return errorResponse(
    context,
    new ServerError('body_too_large', `the body is larger than ${MAX_BODY_BYTES} bytes`, {
      hint: 'Send a shorter history.',
    }),
  )
}

function notFound(context: Context): ServerError {
  return new ServerError(
    'not_found',
    `there is nothing at ${context.req.method} ${context.req.path}`,
    { hint: 'See docs/guides/http-api.md for the routes.' },
  )
}

function errorResponse(context: Context, error: unknown): Response {
  const status = statusOf(error)
  if (status === 500)
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error')
  const { code, message, hint } = publicError(error)
  const body: ErrorResponse = {
    error: {
      message,
      type: status < 500 ? 'invalid_request_error' : 'server_error',
      code,
      param: null,
      ...(hint && { hint }),
    },
  }
  return context.json(body, status)
}
