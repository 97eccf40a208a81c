/** @file A held-out example ready to be asked: the turn as it would be served, and what a right answer is. */
import type { ServedTurn, TrainingTurn } from './turn.ts'

export type EvaluationItem = ServedTurn & {
  /** Line of its example in the file. */
  readonly line: number
  readonly question: string
  /** The reply that the house gave. */
  readonly reference: string
  /** The tools that the house called instead. */
  readonly toolCalls?: TrainingTurn['toolCalls']
  /** What the references of the turn stand for, by number; empty without evidence. */
  readonly quotes: Readonly<Record<number, string>>
  /** Numbers that the answer is to quote, best first. */
  readonly plan: readonly number[]
  /** The sentences that the house quoted; empty when it declined, or when nothing is quoted in this task. */
  readonly gold: readonly string[]
  /** Whether the house declined to answer; undefined where nobody can decline. */
  readonly declines?: boolean
}

/** The text as a reader sees it: references replaced by the sentences that they stand for. */
export function expandQuotes(text: string, quotes: Readonly<Record<number, string>>): string {
  return text.replace(/\[\[(\d+)\]\]/g, (reference, number) => quotes[Number(number)] ?? reference)
}
