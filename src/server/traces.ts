/** @file Routes of traces: reading and replaying them, and feedback on answers. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Reader } from '../knowledge/index.ts'
import type { Workspace } from '../workspace.ts'
import type { FeedbackResponse, ReplayResponse, TraceResponse, TracesResponse } from './contract.ts'
import { check, readJson } from './request-body.ts'
import { beginWork, type Slots } from './work.ts'

const listRequest = z.object({
  since: z.string().optional(),
  principal: z.string().optional(),
  outcome: z.enum(['answered', 'abstained', 'failed', 'aborted']).optional(),
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
  as: z.string().optional(),
})

const replayRequest = z.object({ today: z.boolean().optional(), as: z.string().optional() })

const feedbackRequest = z.object({
  vote: z.enum(['up', 'down']),
  reason: z.string().max(2_000).optional(),
  correction: z.string().max(20_000).optional(),
  as: z.string().optional(),
})

/** To be mounted at `/api/traces`. */
export function traceRoutes(workspace: Workspace, slots: Slots): Hono {
  const { traces, feedback, access } = workspace
  const routes = new Hono()
  routes.get('/', async (context) => {
    const { as, ...options } = check(listRequest, context.req.query())
    const listed: TracesResponse = {
      traces: await traces.list(await access.reader(as), withoutAbsent(options)),
    }
    return context.json(listed)
  })
  routes.get('/:id', async (context) => {
    const reader = await access.reader(context.req.query('as'))
    const trace: TraceResponse = await traces.get(idOf(context), reader)
    return context.json(trace)
  })
  routes.post('/:id/replay', async (context) => {
    const { as, today = false } = check(replayRequest, await readJson(context))
    const reader = await access.reader(as)
    return context.json(await replay(context, { workspace, slots, reader, today }))
  })
  routes.post('/:id/feedback', async (context) => {
    const { as, ...input } = check(feedbackRequest, await readJson(context))
    const reader = await access.reader(as)
    const given: FeedbackResponse = await feedback.give(idOf(context), reader, input)
    return context.json(given, 201)
  })
  return routes
}

type ReplayRequest = { workspace: Workspace; slots: Slots; reader: Reader; today: boolean }

/** A replay is an answer: it takes a slot, and ends with the client that waits for it. */
async function replay(
  context: Context,
  { workspace, slots, reader, today }: ReplayRequest,
): Promise<ReplayResponse> {
  const work = beginWork(context, slots)
  try {
    const { signal } = work
    return await workspace.traces.replay(idOf(context), reader, { today, signal })
  } finally {
    work.end()
  }
}

function idOf(context: Context): string {
  return context.req.param('id') ?? ''
}

function withoutAbsent<T extends Record<string, unknown>>(
  options: T,
): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [Key in keyof T]: Exclude<T[Key], undefined> }
}
