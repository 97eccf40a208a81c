/** @file What is asked of whom, when, in which order; and what the questions can show, said beforehand. */
import { minimumDetectableEffect, plannedDesignEffect } from '../../statistics/index.ts'
import { mulberry32 } from '../../util/random.ts'
import type { ArmName } from '../arms/arm.ts'
import { plain } from '../questions/plain.ts'
import type { Question } from '../questions/question.ts'
import { documentOf } from '../questions/source.ts'
import type { Phase, Plan } from '../result.ts'
import { shuffled } from '../shuffle.ts'

export type Task = { readonly arm: ArmName; readonly phase: Phase; readonly question: Question }

/** Questions that are asked in a row before the arms change places. */
const BLOCK = 8
/** Questions about one document are alike to this degree, until the run shows to which. */
const ASSUMED_CORRELATION = 0.3

/**
 * The tasks of one phase. Questions come in blocks, and in each block the arms in an order of their own, so
 * that a machine that grows slow is slow for all arms.
 */
export function tasksOf(
  phase: Phase,
  questions: readonly Question[],
  arms: readonly ArmName[],
  seed: number,
): Task[] {
  const random = mulberry32(seed + (phase === 'updated' ? 1 : 0))
  const order = shuffled(asked(phase, questions), random)
  const blocks = Array.from({ length: Math.ceil(order.length / BLOCK) }, (_, at) =>
    order.slice(at * BLOCK, (at + 1) * BLOCK),
  )
  return blocks.flatMap((block) =>
    shuffled(arms, random).flatMap((arm) => block.map((question) => ({ arm, phase, question }))),
  )
}

/** After an update: what changed, and what stands in the same documents and did not. */
export function asked(phase: Phase, questions: readonly Question[]): readonly Question[] {
  if (phase === 'initial') return questions
  return questions.filter((question) => question.after || isNeighbour(question, questions))
}

export function isNeighbour(
  { after, kind, sources }: Question,
  questions: readonly Question[],
): boolean {
  if (after !== undefined || kind !== 'answerable') return false
  const documents = new Set(sources.map(documentOf))
  return questions.some(
    (other) =>
      other.after !== undefined &&
      other.sources.some((source) => documents.has(documentOf(source))),
  )
}

/** What the run will be able to show. */
export function planOf(questions: readonly Question[], trained: ReadonlySet<string>): Plan {
  const clusters = new Set(questions.map(({ cluster }) => cluster)).size
  const sizes = Object.values(Object.groupBy(questions, ({ cluster }) => cluster))
  const squares = sizes.reduce((sum, group) => sum + group!.length ** 2, 0)
  const perCluster = Math.max(1, Math.round(squares / Math.max(1, questions.length)))
  const designEffect = plannedDesignEffect(perCluster, ASSUMED_CORRELATION)
  const detectable = minimumDetectableEffect(Math.max(1, questions.length), { designEffect })
  const kinds = Object.groupBy(questions, ({ kind }) => kind)
  return {
    questions: questions.length,
    kinds: Object.fromEntries(Object.entries(kinds).map(([kind, list]) => [kind, list.length])),
    changed: questions.filter(({ after }) => after !== undefined).length,
    clusters,
    designEffect,
    detectable,
    trained: questions.filter(({ question }) => trained.has(plain(question))).map(({ id }) => id),
    sentence: sentenceOf(questions.length, clusters, detectable),
  }
}

function sentenceOf(count: number, clusters: number, detectable: number | null): string {
  const about =
    clusters < count ? `${count} questions about ${clusters} subjects` : `${count} questions`
  return detectable === null
    ? `With ${about} no difference between arms can be expected to show.`
    : `With ${about} only differences of about ${Math.ceil(100 * detectable)} points or more will show.`
}
