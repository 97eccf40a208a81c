/** @file Before and after: the base as it is, the base with instructions, and the adapter, on held-out items. */
import { openLocalModel } from '../../inference/index.ts'
import { declines } from '../dataset/declines.ts'
import type { EvaluationItem } from '../dataset/item.ts'
import { compileFormat, describeFormat, type FormatSpec, inferFormat } from '../evaluate/index.ts'
import { type Arm, answerItems } from './answer-items.ts'
import { decide, type Gate } from './gate.ts'
import { generalAbility } from './general-ability.ts'
import { type Judges, judge, type Outcome } from './outcome.ts'
import { compareVoices } from './voice.ts'

export type EvaluationJob = {
  readonly base: string
  /** PEFT folder. */
  readonly adapter: string
  readonly items: readonly EvaluationItem[]
  /** The training replies, from which the house format is read. */
  readonly replies: readonly string[]
  readonly instructions?: string | undefined
  readonly margin: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (done: number, of: number) => void
}

export type Evaluation = {
  readonly gate: Gate
  /** The house format as it was read from the replies, in words. */
  readonly format: readonly string[]
  /** Each arm's answers, item by item. */
  readonly outcomes: Readonly<Record<Arm['name'], readonly Outcome[]>>
}

/** A reply may be twice as long as the longest of the house before it is cut. */
const LENGTH_FACTOR = 2

export async function evaluateAdapter(job: EvaluationJob): Promise<Evaluation> {
  const { items, instructions, signal } = job
  const format = inferFormat(job.replies)
  const judges = judgesFor(format)
  const model = await openLocalModel(job.base, { adapters: { tuned: job.adapter } })
  try {
    const arms: Arm[] = [
      { name: 'base' },
      ...(instructions === undefined ? [] : [{ name: 'prompted' as const, instructions }]),
      { name: 'tuned', adapter: 'tuned' },
    ]
    const longest = job.replies.reduce((most, reply) => Math.max(most, reply.length), 0)
    const maxTokens = Math.ceil(Math.min(1000, 16 + (longest * LENGTH_FACTOR) / 3))
    let done = 0
    const onAnswer = (): void => job.onProgress?.(++done, arms.length * items.length)
    const outcomes: Partial<Record<Arm['name'], Outcome[]>> = {}
    for (const arm of arms) {
      const written = await answerItems(model, arm, items, { maxTokens, signal, onAnswer })
      outcomes[arm.name] = items.map((item, i) => judge(item, written[i]!, judges))
    }
    const plain = outcomes.base!
    const before = outcomes.prompted ?? plain
    const after = outcomes.tuned!
    const gate = decide({
      plain,
      before,
      after,
      generalBefore: await generalAbility(model, { signal }),
      generalAfter: await generalAbility(model, { adapter: 'tuned', signal }),
      margin: job.margin,
      // Where one reply is right there is no voice.
      ...(!judges.oneRightReply && { more: [compareVoices(items, { plain, before, after })] }),
    })
    const outcomesByArm = { base: plain, prompted: before, tuned: after }
    return { gate, format: describeFormat(format), outcomes: outcomesByArm }
  } finally {
    await model.close()
  }
}

/** Labels and JSON have one right reply; other text is judged by its form. */
function judgesFor(format: FormatSpec): Judges {
  const check = compileFormat(format)
  // A format that accepts anything measures nothing.
  const isWeak = 'weak' in format && format.weak !== undefined
  return {
    ...(!isWeak && { format: (text: string) => check(text).valid }),
    oneRightReply: format.kind === 'label' || format.kind === 'json',
    declines,
  }
}
