/** @file Before and after: the base as it is, the base with instructions, and the adapter, on held-out items. */
import { declines } from '../dataset/declines.ts'
import type { EvaluationItem } from '../dataset/item.ts'
import { compileFormat, describeFormat, inferFormat } from '../evaluate/index.ts'
import type { Example } from '../examples/example.ts'
import { answerOf } from '../examples/texts.ts'
import type { ModelService } from '../trainers/trainer.ts'
import type { Arm } from './answer-items.ts'
import { openExaminee } from './examinee.ts'
import { decide, type Gate } from './gate.ts'
import { type Judges, judge, type Outcome } from './outcome.ts'
import { compareOnTask, type PartChange, type TaskReport } from './tasks/task-checks.ts'
import { hasOneRightReply, type TaskKind } from './tasks/task-kind.ts'
import { compareVoices } from './voice.ts'

export type EvaluationJob = {
  readonly base: string
  /** PEFT folder, or what a service's trainer returned. */
  readonly adapter: string
  /** Where base and adapter are asked, when that is not here. */
  readonly service?: ModelService | undefined
  readonly task: TaskKind
  readonly items: readonly EvaluationItem[]
  /** What was trained on, from which the house format is read and baselines are learned. */
  readonly learned: readonly Example[]
  readonly instructions?: string | undefined
  readonly margin: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (done: number, of: number) => void
}

export type Evaluation = {
  readonly task: TaskKind
  readonly gate: Gate
  /** The house format as it was read from the replies, in words; empty where tools are called. */
  readonly format: readonly string[]
  /** F1 of each label, field or argument; empty where replies are judged by form and voice. */
  readonly parts: readonly PartChange[]
  /** Each arm's answers, item by item. */
  readonly outcomes: Readonly<Record<Arm['name'], readonly Outcome[]>>
}

/** A reply may be twice as long as the longest of the house before it is cut. */
const LENGTH_FACTOR = 2

export async function evaluateAdapter(job: EvaluationJob): Promise<Evaluation> {
  const { task, items, instructions, signal } = job
  const { judges, format } = readFormat(job)
  const model = await openExaminee(job)
  try {
    const arms: Arm[] = [
      { name: 'base' },
      ...(instructions === undefined ? [] : [{ name: 'prompted' as const, instructions }]),
      { name: 'tuned', adapter: 'tuned' },
    ]
    const maxTokens = longestReply(job.learned)
    let done = 0
    const onAnswer = (): void => job.onProgress?.(++done, arms.length * items.length)
    const outcomes: Partial<Record<Arm['name'], Outcome[]>> = {}
    for (const arm of arms) {
      const written = await model.answer(arm, items, { maxTokens, signal, onAnswer })
      outcomes[arm.name] = items.map((item, i) => judge(item, written[i]!, judges))
    }
    const plain = outcomes.base!
    const before = outcomes.prompted ?? plain
    const after = outcomes.tuned!
    const report = compareOn(job, { plain, before, after })
    const gate = decide({
      task,
      plain,
      before,
      after,
      generalBefore: await model.generalAbility({ signal }),
      generalAfter: await model.generalAbility({ adapter: 'tuned', signal }),
      margin: job.margin,
      more: report.checks,
    })
    const outcomesByArm = { base: plain, prompted: before, tuned: after }
    return { task, gate, format, parts: report.parts, outcomes: outcomesByArm }
  } finally {
    await model.close()
  }
}

/** Calls of tools have no format besides their own. */
function readFormat({ task, learned }: EvaluationJob): { judges: Judges; format: string[] } {
  if (task === 'tool-calls') return { judges: { task, declines }, format: [] }
  const format = inferFormat(learned.map(answerOf))
  const check = compileFormat(format)
  // A format that accepts anything measures nothing.
  const isWeak = 'weak' in format && format.weak !== undefined
  const valid = isWeak ? {} : { format: (text: string) => check(text).valid }
  return { judges: { ...valid, task, declines }, format: describeFormat(format) }
}

function longestReply(learned: readonly Example[]): number {
  const longest = learned.reduce((most, example) => Math.max(most, answerOf(example).length), 0)
  return Math.ceil(Math.min(1000, 16 + (longest * LENGTH_FACTOR) / 3))
}

type Arms = Record<'plain' | 'before' | 'after', readonly Outcome[]>

/** Where one reply is right there is no voice, and what is right can be counted piece by piece. */
function compareOn({ task, items, learned, margin }: EvaluationJob, arms: Arms): TaskReport {
  if (!hasOneRightReply(task)) return { checks: [compareVoices(items, arms)], parts: [] }
  const { before, after } = arms
  const rows = learned.map((example) => ({
    question: example.messages.findLast(({ role }) => role === 'user')?.content ?? '',
    reply: answerOf(example),
    toolCalls: example.messages.at(-1)?.tool_calls,
  }))
  return compareOnTask({ task, items, learned: rows, before, after, margin })
}
