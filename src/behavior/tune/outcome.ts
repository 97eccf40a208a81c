/** @file What a model made of one held-out item, and how that is judged. */
import type { EvaluationItem } from '../dataset/item.ts'
import { expandQuotes } from '../dataset/item.ts'
import { sameJson } from './same-json.ts'
import { callsOf, readCalls, sameCalls, sameTools } from './tasks/read-calls.ts'
import { hasOneRightReply, type TaskKind } from './tasks/task-kind.ts'

/** One answer of one arm. Judgements are undefined where they do not apply. */
export type Outcome = {
  readonly line: number
  /** What the model wrote behind what was given. */
  readonly written: string
  /** As a reader sees it. */
  readonly text: string
  /** The house's format. */
  readonly valid?: boolean
  /** The reply itself, to the letter, as equal JSON or as the same calls: where only one reply is right. */
  readonly exact?: boolean
  /** The right tools, whatever their arguments; none where none was called. */
  readonly tool?: boolean
  /** Quotes a sentence that the house quoted. */
  readonly fact?: boolean
  /** Declines where the house declined, and only there. */
  readonly abstention?: boolean
  /** Every reference stands for a planned sentence. */
  readonly references?: boolean
}

export type Judges = {
  /** Whether a text has the house's format; absent where none was recognised. */
  format?: (text: string) => boolean
  task: TaskKind
  declines: (text: string) => boolean
}

export function judge(item: EvaluationItem, written: string, judges: Judges): Outcome {
  const text = expandQuotes(written, item.quotes)
  const references = [...written.matchAll(/\[\[?(\d+)\]\]?/g)].map(([, number]) => Number(number))
  const saysNo = written.includes('NO_ANSWER') || judges.declines(written)
  const quotesPlan = item.plan.length > 0 && written.includes(`[[${item.plan[0]}]]`)
  return {
    line: item.line,
    written,
    text,
    ...(judges.format && { valid: judges.format(text) }),
    ...(hasOneRightReply(judges.task) && exactness[judges.task](text, item)),
    ...(item.gold.length > 0 && {
      fact: item.plan.some((number) => isQuoted(number, written, item)),
    }),
    ...(item.declines !== undefined && {
      abstention: item.declines ? references.length === 0 && saysNo : quotesPlan,
    }),
    ...(item.given !== '' && {
      references: references.every((number) => item.plan.includes(number)),
    }),
  }
}

function isQuoted(number: number, written: string, { quotes, gold }: EvaluationItem): boolean {
  return written.includes(`[[${number}]]`) && gold.includes(quotes[number] ?? '')
}

type Exactness = Pick<Outcome, 'exact' | 'tool'>

const exactness: Record<
  Exclude<TaskKind, 'reply'>,
  (text: string, item: EvaluationItem) => Exactness
> = {
  label: (text, { reference }) => ({ exact: text.trim() === reference.trim() }),
  json: (text, { reference }) => ({
    exact: text.trim() === reference.trim() || sameJson(text, reference),
  }),
  'tool-calls': (text, { toolCalls = [] }) => {
    const [written, wanted] = [readCalls(text), callsOf(toolCalls)]
    return { exact: sameCalls(written, wanted), tool: sameTools(written, wanted) }
  },
}
