/** @file All metrics of one answer, without a judge. */

import type { ArmDefinition } from '../arms/arm.ts'
import { checkFacts, type FactCheck } from '../facts/clean-hit.ts'
import type { Expectation, Question } from '../questions/question.ts'
import { matchesSource } from '../questions/source.ts'
import type { AnsweredItem, CitedPlace, Phase } from '../result.ts'
import {
  failed,
  type MetricName,
  metricNames,
  metrics,
  notApplicable,
  type Score,
  type Scores,
  scored,
} from './metrics.ts'

export type ScoringInput = {
  readonly arm: ArmDefinition
  readonly phase: Phase
  readonly question: Question
  readonly answer: AnsweredItem
  /** Whether a reply has the house form; undefined where none is known. */
  readonly hasForm?: ((reply: string) => boolean) | undefined
}

type Item = ScoringInput & {
  readonly expected: Expectation
  readonly facts: FactCheck
  readonly cited: readonly CitedPlace[]
}

type Scorer = (item: Item) => Score

const ANSWERABLE = 'the documents do not answer the question'
const NO_SOURCES = 'the question names no sources'

const scorers: { [Name in Exclude<MetricName, 'judged' | 'joint' | 'joint_uncited'>]: Scorer } = {
  fact: (item) => whenAnswerable(item, () => scored(!item.answer.abstained && item.facts.clean)),
  fact_share: (item) =>
    whenAnswerable(item, () => scored(item.answer.abstained ? 0 : shareOf(item.facts.gold))),
  grounded: (item) =>
    whenSourced(item, (sources) =>
      scored(sources.some((source) => item.cited.some((place) => matchesSource(place, source)))),
    ),
  citation_precision: (item) =>
    whenSourced(item, (sources) =>
      item.cited.length === 0
        ? notApplicable('nothing is cited')
        : scored(
            shareOf(
              item.cited.map((place) => sources.some((source) => matchesSource(place, source))),
            ),
          ),
    ),
  citation_recall: (item) =>
    whenSourced(item, (sources) => scored(shareFound(sources, item.cited))),
  retrieved: (item) =>
    whenSourced(item, (sources) =>
      item.answer.retrieved === null
        ? notApplicable('nothing is retrieved')
        : scored(shareFound(sources, item.answer.retrieved)),
    ),
  abstention: ({ expected, answer }) =>
    expected.kind === 'answerable'
      ? notApplicable('the documents answer the question')
      : scored(answer.abstained),
  answered: (item) => whenAnswerable(item, () => scored(!item.answer.abstained)),
  format: ({ hasForm, answer }) =>
    hasForm ? scored(hasForm(formOf(answer.answer))) : notApplicable('no house form is known'),
  stale: (item) => whenChanged(item, (stale) => scored(stale)),
  mixed: (item) => whenChanged(item, (stale) => scored(stale && item.facts.gold.every(Boolean))),
}

/** Scores of an answer; the joint ones follow from the others. */
export function scoreItem(input: ScoringInput): Scores {
  const expected = expectationOf(input.question, input.phase)
  const { answer, abstained } = input.answer
  // A sentence that declines states nothing, whatever values it names.
  const facts = checkFacts(abstained ? '' : answer, expected)
  const cited = input.answer.abstained ? [] : input.answer.citations
  const item: Item = { ...input, expected, facts, cited }
  const parts = Object.fromEntries(
    Object.entries(scorers).map(([name, score]) => [name, score(item)]),
  ) as Record<keyof typeof scorers, Score>
  return {
    ...parts,
    joint: joint(item, parts, { withSource: true }),
    joint_uncited: joint(item, parts, { withSource: false }),
  }
}

/** The same reason for every metric, where there is no answer. */
export function unscored(score: Score): Scores {
  return Object.fromEntries(
    metricNames.filter((name) => name !== 'judged').map((name) => [name, score]),
  )
}

export function failedScores(reason: string): Scores {
  return unscored(failed(reason))
}

export function expectationOf(question: Question, phase: Phase): Expectation {
  return phase === 'updated' ? (question.after ?? question) : question
}

/** Markers are the assistant's, not the reply's. */
export function formOf(answer: string): string {
  return answer.replace(/[ \t]?\[\d+\]/g, '')
}

function joint(
  { expected, arm }: Item,
  { fact, grounded, abstention, format }: Record<keyof typeof scorers, Score>,
  { withSource }: { withSource: boolean },
): Score {
  const content = expected.kind === 'answerable' ? [fact] : [abstention]
  const asksForSource = expected.kind === 'answerable' && expected.sources.length > 0
  const source = !withSource || !asksForSource ? [] : [arm.documents ? grounded : scored(false)]
  const parts = [...content, ...source, format].filter(({ status }) => status !== 'not_applicable')
  const broken = parts.find(({ status }) => status === 'failed')
  return broken ?? scored(parts.every((part) => part.status === 'scored' && part.value === 1))
}

function whenAnswerable(item: Item, score: () => Score): Score {
  return item.expected.kind === 'answerable' ? score() : notApplicable(ANSWERABLE)
}

function whenSourced(item: Item, score: (sources: readonly string[]) => Score): Score {
  if (!item.arm.documents) return notApplicable('the arm has no documents to cite')
  if (item.expected.kind !== 'answerable') return notApplicable(ANSWERABLE)
  return item.expected.sources.length === 0
    ? notApplicable(NO_SOURCES)
    : score(item.expected.sources)
}

function whenChanged(item: Item, score: (stale: boolean) => Score): Score {
  const { question, phase, answer, expected } = item
  if (phase === 'initial') return notApplicable('the documents have not changed yet')
  if (!question.after) return notApplicable('the answer does not change')
  // Told apart from the other rivals: what stood there before the update.
  const old = checkFacts(answer.abstained ? '' : answer.answer, {
    gold: expected.gold,
    rivals: question.after.stale,
  })
  return score(old.rivals.some(Boolean))
}

function shareFound(sources: readonly string[], places: readonly CitedPlace[]): number {
  return shareOf(sources.map((source) => places.some((place) => matchesSource(place, source))))
}

function shareOf(values: readonly boolean[]): number {
  return values.filter(Boolean).length / values.length
}

/** Metrics that an arm can have at all. */
export function isDefinedFor(name: MetricName, { documents }: ArmDefinition): boolean {
  return metrics[name].arms === 'all' || documents
}
