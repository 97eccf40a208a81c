/** @file Answers under way: how many there may be, and that one ends with the client that waits for it. */
import type { Context } from 'hono'
import type { Answer, AskEvent } from '../assistant/index.ts'
import type { Workspace } from '../workspace.ts'
import type { WorkspaceAskOptions } from '../workspace-assistants.ts'
import { ServerError } from './errors.ts'

/** Answers that this server still takes on. */
export type Slots = { free: number }

export type Work = {
  /** Fires when the client goes away. */
  signal: AbortSignal
  abort(): void
  /** Gives the slot back; further calls do nothing. */
  end(): void
}

/** Takes a slot until `end`, or until the client goes away. @throws ServerError too_many_requests */
export function beginWork(context: Context, slots: Slots): Work {
  const end = takeSlot(slots)
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  context.req.raw.signal.addEventListener('abort', abort)
  controller.signal.addEventListener('abort', end)
  return { signal: controller.signal, abort, end }
}

export type AnswerWork = Work & { events: AsyncGenerator<AskEvent, Answer> }

/**
 * Begins an answer and waits for its first event, so that what is wrong with the request is thrown, not
 * streamed.
 * @throws ServerError too_many_requests, and what `ask` throws
 */
export async function beginAnswer(
  context: Context,
  { workspace, slots }: { workspace: Workspace; slots: Slots },
  { question, ...options }: WorkspaceAskOptions & { question: string },
): Promise<AnswerWork> {
  const work = beginWork(context, slots)
  const events = workspace.ask(question, { ...options, signal: work.signal })
  try {
    return { ...work, events: resumed(await events.next(), events) }
  } catch (error) {
    work.end()
    throw error
  }
}

async function* resumed(
  first: IteratorResult<AskEvent, Answer>,
  rest: AsyncGenerator<AskEvent, Answer>,
): AsyncGenerator<AskEvent, Answer> {
  let step = first
  try {
    while (!step.done) {
      yield step.value
      step = await rest.next()
    }
    return step.value
  } finally {
    // Only its own clean-up is wanted.
    if (!step.done) await rest.return(undefined as never)
  }
}

/** Takes a slot in the same step in which it is found free; the returned function gives it back, once. */
function takeSlot(slots: Slots): () => void {
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
