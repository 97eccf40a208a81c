/** @file One question to one arm: asked within its time, scored, and nothing else lost when it fails. */
import os from 'node:os'
import { GraftError } from '../../errors.ts'
import { armOf } from '../arms/arm.ts'
import type { OpenArm } from '../arms/arm-context.ts'
import type { Judge } from '../metrics/judge.ts'
import { failed, notApplicable } from '../metrics/metrics.ts'
import { expectationOf, failedScores, scoreItem, unscored } from '../metrics/score-item.ts'
import type { AnsweredItem, ItemOutcome, ItemRecord } from '../result.ts'
import type { Task } from './plan.ts'

export type AskSettings = {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly hasForm: ((reply: string) => boolean) | undefined
  readonly judge: Judge | undefined
}

/** @throws only when the run itself is stopped */
export async function askItem(
  task: Task,
  open: OpenArm,
  settings: AskSettings,
): Promise<ItemRecord> {
  const outcome = await outcomeOf(task, open, settings)
  const { arm, phase, question } = task
  const scores = await scoresOf(task, outcome, settings)
  return { type: 'item', arm, phase, question: question.id, outcome, scores }
}

/** Codes after which the next question would fail just so. */
const HOPELESS = ['model_unauthorized', 'model_not_found', 'invalid_configuration']

export function isHopeless({ outcome }: ItemRecord): boolean {
  return outcome.status === 'failed' && HOPELESS.includes(outcome.code)
}

async function outcomeOf(task: Task, open: OpenArm, settings: AskSettings): Promise<ItemOutcome> {
  const { signal, timeoutMs } = settings
  const first = await attempt(task, open, settings)
  if (first.status !== 'answered' || task.phase === 'initial' || !task.question.after) return first
  // Right once may be luck of the moment: a correction counts when the next probe agrees.
  const second = await attempt(task, open, { signal, timeoutMs })
  return { ...first, again: second.status === 'answered' && isRight(task, second) }
}

async function attempt(
  { arm, phase, question }: Task,
  open: OpenArm,
  { signal, timeoutMs }: Pick<AskSettings, 'signal' | 'timeoutMs'>,
): Promise<ItemOutcome> {
  const expected = expectationOf(question, phase)
  try {
    const answer = await within(timeoutMs, signal, (limit) =>
      open.answer(question.question, expected, limit),
    )
    if (answer === null)
      return { status: 'not_applicable', reason: `${armOf(arm).title}: ${NO_GOLD}` }
    return { status: 'answered', ...answer, load: round(os.loadavg()[0]!) }
  } catch (error) {
    signal.throwIfAborted()
    return { status: 'failed', ...describe(error) }
  }
}

const NO_GOLD = 'the question has no gold source'

function isRight({ arm, phase, question }: Task, answer: AnsweredItem): boolean {
  const { fact, abstention } = scoreItem({ arm: armOf(arm), phase, question, answer })
  return [fact, abstention].some((score) => score?.status === 'scored' && score.value === 1)
}

async function scoresOf(
  { arm, phase, question }: Task,
  outcome: ItemOutcome,
  { hasForm, judge, signal, timeoutMs }: AskSettings,
): Promise<ItemRecord['scores']> {
  if (outcome.status === 'failed') return failedScores(outcome.message)
  if (outcome.status === 'not_applicable') return unscored(notApplicable(outcome.reason))
  const scores = scoreItem({ arm: armOf(arm), phase, question, answer: outcome, hasForm })
  if (!judge) return scores
  const expected = expectationOf(question, phase)
  try {
    const judged = await within(timeoutMs, signal, (limit) =>
      judge.grade(question.question, outcome.answer, expected, limit),
    )
    return { ...scores, judged }
  } catch (error) {
    signal.throwIfAborted()
    return { ...scores, judged: failed(`the judge failed: ${describe(error).message}`) }
  }
}

/** Gives up after the time, even on work that ignores its signal. */
async function within<T>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const limit = AbortSignal.any([signal, timeout])
  limit.throwIfAborted()
  const { promise: over, reject } = Promise.withResolvers<never>()
  const fail = (): void =>
    reject(
      signal.aborted
        ? signal.reason
        : new GraftError('timeout', `no answer within ${Math.round(timeoutMs / 1000)} s`),
    )
  limit.addEventListener('abort', fail, { once: true })
  try {
    return await Promise.race([work(limit), over])
  } catch (error) {
    if (timeout.aborted && !signal.aborted)
      throw new GraftError('timeout', `no answer within ${Math.round(timeoutMs / 1000)} s`)
    throw error
  } finally {
    limit.removeEventListener('abort', fail)
  }
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof GraftError) return { code: error.code, message: error.message }
  return { code: 'unexpected', message: error instanceof Error ? error.message : String(error) }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
