/** @file Whether examples classify: their answers are a few short labels. */
import type { Entry } from './example.ts'
import { answerOf, lastAnswer } from './texts.ts'

export type LabelledEntry = { readonly entry: Entry; readonly label: string }

export type Labels = {
  readonly rows: readonly LabelledEntry[]
  /** Label -> number of rows, the most frequent first. */
  readonly counts: ReadonlyMap<string, number>
}

const MIN_ROWS = 20
const MAX_LABELS = 500
/** A label comes back; free text seldom does. */
const ROWS_PER_LABEL = 4
const MAX_CHARACTERS = 60
const MAX_WORDS = 5
/** The rest may be slips. */
const LABELLED_SHARE = 0.9

/** The labels of classification data, or undefined where answers are free text. */
export function findLabels(entries: readonly Entry[]): Labels | undefined {
  const rows = entries
    .filter(({ example }) => !calls(example.messages))
    .map((entry) => ({ entry, label: answerOf(entry.example) }))
    .filter(({ label }) => isLabel(label))
  if (rows.length < MIN_ROWS || rows.length < entries.length * LABELLED_SHARE) return undefined
  const counts = new Map<string, number>()
  for (const { label } of rows) counts.set(label, (counts.get(label) ?? 0) + 1)
  const isRepeated = counts.size <= Math.min(MAX_LABELS, rows.length / ROWS_PER_LABEL)
  if (counts.size < 2 || !isRepeated) return undefined
  return { rows, counts: new Map([...counts].sort(([, a], [, b]) => b - a)) }
}

/** Whether the text could be the name of a class. */
export function isLabel(text: string): boolean {
  return (
    text !== '' &&
    text.length <= MAX_CHARACTERS &&
    !/[\n{}[\]]/.test(text) &&
    text.split(/\s+/).length <= MAX_WORDS
  )
}

function calls(messages: Entry['example']['messages']): boolean {
  return (messages[lastAnswer(messages)]?.tool_calls ?? []).length > 0
}
