/** @file POST /api/ask/approve: an answer that waits for a yes or no to the call of a tool goes on. */
import type { Context } from 'hono'
import { z } from 'zod'
import type { Workspace } from '../workspace.ts'
import { check, readJson } from './request-body.ts'
import { eventStream } from './sse.ts'
import { beginWork, type Slots } from './work.ts'

const approveRequest = z.strictObject({
  id: z.string().min(1).max(100),
  approved: z.boolean(),
  as: z.string().optional(),
})

export function approveRoute(
  workspace: Workspace,
  slots: Slots,
): (context: Context) => Promise<Response> {
  return async (context) => {
    const { id, approved, as } = check(approveRequest, await readJson(context))
    const reader = await workspace.access.reader(as)
    const work = beginWork(context, slots)
    return eventStream(workspace.approve(id, { approved, reader, signal: work.signal }), work)
  }
}
