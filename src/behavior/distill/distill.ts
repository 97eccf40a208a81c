/** @file A long prompt into examples: a teacher answers with it, and its replies are learned without it. */
import { GraftError } from '../../errors.ts'
import { openDistilledFile, questionOf, rowOf, writeRows } from './distilled-file.ts'
import { createPace, type Pace } from './pace.ts'
import type { Teacher, TeacherUsage } from './teacher.ts'

export type DistillOptions = Pace & {
  /** The long prompt. */
  readonly prompt: string
  readonly questions: readonly string[]
  readonly teacher: Teacher
  /** File for the examples; what an earlier run has written there is not asked again. */
  readonly output: string
  /** Default 500. */
  readonly maxOutputTokens?: number
  /** Requests at the same time. Default 4. */
  readonly concurrency?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: DistillProgress) => void
}

export type DistillProgress = {
  readonly done: number
  readonly of: number
  /** Set when this question got no reply. */
  readonly failure?: DistillFailure
}

export type DistillFailure = { readonly question: string; readonly message: string }

export type DistillResult = {
  readonly output: string
  readonly teacher: string
  readonly rows: number
  /** How many of the rows an earlier run had written. */
  readonly kept: number
  /** Asked again by the next run. */
  readonly failures: readonly DistillFailure[]
  readonly usage: TeacherUsage
}

export const distillDefaults = { maxOutputTokens: 500, concurrency: 4 } as const
/** Failures in a row that are no longer the questions' fault. */
const MAX_FAILURES = 5
/** Faults of the setting, which every question would meet. */
const FATAL = new Set(['model_unauthorized', 'model_not_found', 'invalid_configuration', 'aborted'])

/**
 * Asks the teacher every question that the output does not answer yet. Ended at any time, the same call goes
 * on; at the end the rows stand in the order of the questions.
 * @throws BehaviorError `distillation_mismatch`; what the teacher throws, when every question would meet it
 */
export async function distill(options: DistillOptions): Promise<DistillResult> {
  const { prompt, questions, teacher, output } = options
  const file = await openDistilledFile(output, { prompt, teacher: teacher.model })
  const rows = new Map(file.rows.map((row) => [questionOf(row), row]))
  const kept = questions.filter((question) => rows.has(question)).length
  let done = kept
  const failures: DistillFailure[] = []
  const usage = { inputTokens: 0, outputTokens: 0 }
  let failed = 0
  try {
    await askAll(
      options,
      questions.filter((question) => !rows.has(question)),
      {
        async onReply(question, { text, used }) {
          const row = rowOf({ prompt, teacher: teacher.model }, question, text)
          await file.append(row)
          rows.set(question, row)
          failed = 0
          usage.inputTokens += used.inputTokens
          usage.outputTokens += used.outputTokens
          options.onProgress?.({ done: ++done, of: questions.length })
        },
        onFailure(question, error) {
          const isHopeless = error instanceof GraftError && FATAL.has(error.code)
          if (isHopeless || ++failed >= MAX_FAILURES || options.signal?.aborted) throw error
          const failure = { question, message: (error as Error).message }
          failures.push(failure)
          options.onProgress?.({ done, of: questions.length, failure })
        },
      },
    )
  } finally {
    await file.close()
  }
  // Replies to questions that are no longer asked were paid for, and stay behind the others.
  const asked = questions.flatMap((question) => rows.get(question) ?? [])
  const ordered = [...new Set([...asked, ...rows.values()])]
  await writeRows(output, ordered)
  return { output, teacher: teacher.model, rows: ordered.length, kept, failures, usage }
}

type Reply = { text: string; used: TeacherUsage }
type Listeners = {
  onReply(question: string, reply: Reply): Promise<void>
  onFailure(question: string, error: unknown): void
}

/** Some at a time; the first that throws ends the others. */
async function askAll(
  options: DistillOptions,
  questions: readonly string[],
  { onReply, onFailure }: Listeners,
): Promise<void> {
  const { concurrency = distillDefaults.concurrency } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])])
  const paced = createPace(options)
  const waiting = questions.values()
  const work = async (): Promise<void> => {
    for (const question of waiting) {
      signal.throwIfAborted()
      const reply = await paced(() => ask(options, question, signal), signal).catch(
        (error: unknown) => ({ error }),
      )
      'error' in reply ? onFailure(question, reply.error) : await onReply(question, reply)
    }
  }
  const workers = Array.from({ length: concurrency }, () =>
    work().catch((error: unknown) => {
      stop.abort(error)
      throw error
    }),
  )
  const ended = await Promise.allSettled(workers)
  const first = ended.find(({ status }) => status === 'rejected')
  if (first?.status === 'rejected') throw stop.signal.aborted ? stop.signal.reason : first.reason
}

async function ask(
  { prompt: system, teacher, maxOutputTokens = distillDefaults.maxOutputTokens }: DistillOptions,
  question: string,
  signal: AbortSignal,
): Promise<Reply> {
  let text = ''
  let used: TeacherUsage = { inputTokens: 0, outputTokens: 0 }
  for await (const piece of teacher.write({ system, prompt: question, maxOutputTokens, signal })) {
    if (typeof piece === 'string') text += piece
    else used = piece
  }
  if (text.trim() !== '') return { text: text.trim(), used }
  throw new Error(`the teacher replied nothing to ${JSON.stringify(question.slice(0, 60))}`)
}
