/** @file The HTTP API and the page, as one fetch-style application that tests call without a port. */
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'
import type { ServerLimits } from '../config.ts'
import type { Workspace } from '../workspace.ts'
import { approveRoute } from './approve.ts'
import { createCallers, workspaceOf } from './auth/caller.ts'
import { behaviorRoutes } from './behavior.ts'
import type { StatusResponse, VersionResponse } from './contract.ts'
import { documentRoutes } from './documents.ts'
import { errorResponse, ServerError } from './errors.ts'
import { type GuardOptions, guard } from './guard.ts'
import { createRequestLimits } from './limits/request-limits.ts'
import { withTokenCount } from './limits/token-budget.ts'
import { type LogEntry, requestLog } from './log.ts'
import { mcpRoute } from './mcp.ts'
import { openaiRoutes } from './openai/index.ts'
import { check, readJson } from './request-body.ts'
import { eventStream } from './sse.ts'
import { readPage } from './static.ts'
import { traceRoutes } from './traces.ts'
import { chatRoute } from './ui-stream.ts'
import { beginWork, type Slots } from './work.ts'

export type AppOptions = GuardOptions & {
  /** Answers in flight at once; more are refused with 429. Default `limits.concurrent`, or 64. */
  maxConcurrent?: number
  limits?: ServerLimits
  /** Gets one entry for each request. */
  log?: (entry: LogEntry) => void
}

const MAX_BODY_BYTES = 256 * 1024
/** Clients send whole conversations, and many texts to embed. */
const MAX_OPENAI_BODY_BYTES = 1024 * 1024

const askRequest = z.object({
  question: z.string().min(1).max(4_000),
  history: z
    .array(z.object({ role: z.enum(['user', 'assistant']), content: z.string().max(20_000) }))
    .max(40)
    .optional(),
  collection: z.string().optional(),
  path: z.string().max(500).optional(),
  asOf: z.string().optional(),
  model: z.string().max(200).optional(),
  as: z.string().optional(),
})

export function createApp(opened: Workspace, options: AppOptions): Hono {
  const app = new Hono()
  const page = readPage()
  const { limits = {}, maxConcurrent = limits.concurrent ?? 64, log } = options
  const slots: Slots = { free: maxConcurrent }
  const { keys } = opened.access
  const callers = createCallers()
  const workspace = withTokenCount(workspaceOf(opened, callers), callers)
  if (log) app.use(requestLog(log))
  app.use(
    secureHeaders({
      contentSecurityPolicy,
      referrerPolicy: 'no-referrer',
      crossOriginResourcePolicy: 'same-origin',
    }),
  )
  const admission = createRequestLimits(limits, keys)
  app.use(guard(options, { callers, limits: admission, authenticate: keys.authenticate }))
  // Uploads have a limit of their own.
  app.route('/api/documents', documentRoutes(workspace))
  app.use(bodyLimits(limits))
  app.post('/api/ask', (context) => answer(context, workspace, slots))
  app.post('/api/ask/approve', approveRoute(workspace, slots))
  app.post('/api/chat', chatRoute(workspace, slots))
  // What `useChat` asks when it comes back: an answer that was left has ended.
  app.get('/api/chat/:id/stream', (context) => context.body(null, 204))
  app.get('/api/search', (context) => search(context, workspace))
  app.get('/api/versions/:id', (context) => version(context, workspace))
  app.get('/api/status', async (context) =>
    context.json(await status(workspace, await reader(context, workspace))),
  )
  app.route('/api/behavior', behaviorRoutes(workspace))
  app.route('/api/traces', traceRoutes(workspace, slots))
  app.route('/v1', openaiRoutes(workspace, slots))
  app.all('/mcp', mcpRoute(workspace))
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

async function answer(context: Context, workspace: Workspace, slots: Slots): Promise<Response> {
  const body = check(askRequest, await readJson(context))
  const { question, history, collection, path, asOf, model, as } = body
  const reader = await workspace.access.reader(as)
  const work = beginWork(context, slots)
  const events = workspace.ask(question, {
    reader,
    signal: work.signal,
    ...(history && { history }),
    ...(collection && { collections: [collection] }),
    ...(path && { path }),
    ...(asOf && { asOf }),
    ...(model && { model }),
  })
  return eventStream(events, work)
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
  const models = await workspace.models.list()
  return {
    documents,
    chunks,
    versions,
    collections: collections.map(({ name }) => name),
    model: workspace.model,
    assistants: models.flatMap(({ id, assistant }) => (assistant ? [id] : [])),
    embedder: embedder?.name ?? 'none (lexical)',
    lastChange,
  }
}

function reader(context: Context, workspace: Workspace): ReturnType<Workspace['access']['reader']> {
  return workspace.access.reader(context.req.query('as'))
}

/** Uploads have a limit of their own. */
function bodyLimits({ bodyBytes }: ServerLimits): MiddlewareHandler {
  const usual = bodyLimitOf(bodyBytes ?? MAX_BODY_BYTES)
  const openai = bodyLimitOf(bodyBytes ?? MAX_OPENAI_BODY_BYTES)
  return (context, next) => {
    const { path } = context.req
    if (/^\/v1\/files\/?$/.test(path)) return next()
    return (path.startsWith('/v1/') ? openai : usual)(context, next)
  }
}

function bodyLimitOf(maxSize: number): MiddlewareHandler {
  const onError = (context: Context): Response =>
    errorResponse(
      context,
      new ServerError('body_too_large', `the body is larger than ${maxSize} bytes`, {
        hint: 'Send less in one request, such as a shorter history.',
      }),
    )
  return bodyLimit({ maxSize, onError })
}

function notFound(context: Context): ServerError {
  return new ServerError(
    'not_found',
    `there is nothing at ${context.req.method} ${context.req.path}`,
    { hint: 'See docs/guides/http-api.md for the routes.' },
  )
}
