/** @file What the gate asks besides right or wrong where one reply is right: F1 by part, and simple baselines. */
import type { ToolCall } from '../../../tokenizers/index.ts'
import type { EvaluationItem } from '../../dataset/item.ts'
import { trainTextClassifier } from '../../text/text-classifier.ts'
import { checkOf, compareShares, type GateCheck } from '../gate.ts'
import type { Outcome } from '../outcome.ts'
import { type Claim, callClaims, jsonClaims, labelClaims } from './claims.ts'
import { type Averaging, f1ByPart, type ItemTally, pairedF1, tallyOf } from './f1.ts'
import { callsOf, readCalls } from './read-calls.ts'
import type { TaskKind } from './task-kind.ts'

/** A training example as the baselines learn it. */
export type Learned = {
  readonly question: string
  readonly reply: string
  readonly toolCalls?: readonly ToolCall[] | undefined
}

export type TaskComparison = {
  readonly task: Exclude<TaskKind, 'reply'>
  readonly items: readonly EvaluationItem[]
  readonly learned: readonly Learned[]
  readonly before: readonly Outcome[]
  readonly after: readonly Outcome[]
  readonly margin: number
}

/** F1 of one label, field or argument before and after. */
export type PartChange = {
  readonly name: string
  /** How often the held-out replies have it. */
  readonly wanted: number
  readonly before: number
  readonly after: number
}

export type TaskReport = {
  readonly checks: readonly GateCheck[]
  readonly parts: readonly PartChange[]
}

type Pieces = {
  name: string
  averaging: Averaging
  written(text: string): Claim[]
  wanted(item: EvaluationItem): Claim[]
}

const pieces: Record<TaskComparison['task'], Pieces> = {
  label: {
    name: 'macro-F1 over labels',
    averaging: 'macro',
    written: labelClaims,
    wanted: ({ reference }) => labelClaims(reference),
  },
  json: {
    name: 'F1 over fields',
    averaging: 'micro',
    written: jsonClaims,
    wanted: ({ reference }) => jsonClaims(reference),
  },
  'tool-calls': {
    name: 'F1 over arguments',
    averaging: 'micro',
    written: (text) => callClaims(readCalls(text)),
    wanted: ({ toolCalls = [] }) => callClaims(callsOf(toolCalls)),
  },
}

export function compareOnTask(comparison: TaskComparison): TaskReport {
  const { task, items, before, after, margin } = comparison
  const { tallies: first } = tallyTask(task, items, before)
  const { name, averaging, tallies: second } = tallyTask(task, items, after)
  const f1 = pairedF1(first, second, averaging)
  const earlier = new Map(f1ByPart(first).map((part) => [part.name, part.f1]))
  return {
    checks: [
      checkOf({ name, kind: 'notWorse', margin }, items.length, f1),
      besideUsualReply(comparison),
      ...(task === 'label' ? besideClassifier(comparison) : []),
    ],
    parts: f1ByPart(second).map(({ f1: now, ...part }) => ({
      ...part,
      before: earlier.get(part.name)!,
      after: now,
    })),
  }
}

/** The pieces of each reply beside those of the house, and the F1 that is made of them in this task. */
export function tallyTask(
  task: TaskComparison['task'],
  items: readonly EvaluationItem[],
  outcomes: readonly Outcome[],
): { name: string; averaging: Averaging; tallies: ItemTally[] } {
  const { name, averaging, written, wanted } = pieces[task]
  const tallies = outcomes.map(({ text }, i) => tallyOf(written(text), wanted(items[i]!)))
  return { name, averaging, tallies }
}

const SHOWN_CHARACTERS = 40

/** Replies that are the same have the same key; calls are what counts where tools are offered. */
const replyKeys: Record<TaskComparison['task'], (one: Omit<Learned, 'question'>) => string> = {
  label: ({ reply }) => reply,
  json: ({ reply }) => reply,
  'tool-calls': ({ toolCalls = [] }) => JSON.stringify(callsOf(toolCalls)),
}

/** An adapter that knows no more than which reply is the most frequent has learned nothing of the questions. */
function besideUsualReply({ task, items, learned, after, margin }: TaskComparison): GateCheck {
  const keyOf = replyKeys[task]
  const [usual] = [...Map.groupBy(learned, keyOf).values()].reduce((a, b) =>
    b.length > a.length ? b : a,
  ) as [Learned]
  const right = items.map(
    ({ reference: reply, toolCalls }) => keyOf({ reply, toolCalls }) === keyOf(usual),
  )
  const { reply } = usual
  const shown = reply.length > SHOWN_CHARACTERS ? `${reply.slice(0, SHOWN_CHARACTERS)}…` : reply
  const name = `beside always replying ${shown}`
  return compareShares({ name, kind: 'better', margin }, right, rightOf(after))
}

/** What labels cost without a language model. It does not stop an adapter, which may be wanted all the same. */
function besideClassifier({ items, learned, after, margin }: TaskComparison): GateCheck[] {
  if (new Set(learned.map(({ reply }) => reply)).size < 2) return []
  const rows = learned.map(({ question: text, reply: label }) => ({ text, label }))
  const classifier = trainTextClassifier(rows)
  const right = items.map(
    ({ question, reference }) => classifier.classify(question).label === reference,
  )
  const name = 'beside TF-IDF and logistic regression'
  const check = compareShares({ name, kind: 'better', margin }, right, rightOf(after))
  return [{ ...check, result: 'not_applicable', reason: adviceOf(check) }]
}

function adviceOf({ difference }: GateCheck): string {
  if (difference !== undefined && difference.low > 0)
    return 'the adapter is right more often than a classifier of words on the same examples'
  if (difference !== undefined && difference.high < 0)
    return 'a classifier of words on the same examples is right more often: for labels alone, take that'
  return 'a classifier of words on the same examples is not shown to be better or worse'
}

function rightOf(outcomes: readonly Outcome[]): boolean[] {
  return outcomes.map(({ exact }) => exact === true)
}
