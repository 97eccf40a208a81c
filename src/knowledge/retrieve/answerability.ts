/** @file Whether evidence answers a question at all: a calibrated probability from a few signals. */
import type { Question } from './question.ts'
import { type Linear, linearScore, sigmoid } from './selector.ts'
import { type FeatureName, featureNames } from './sentence-features.ts'

/** In the order of the scorer's inputs. */
export const signalNames = [
  // Total of the best sentence; log of the odds that one of them answers; lead over the second.
  'best',
  'any',
  'lead',
  // Share of the best chunk among those found.
  'passage',
  // Of the best sentence: idf covered with its headings, and with the chunk; word pairs; words begun alike.
  'coverage',
  'inChunk',
  'rarest',
  'phrase',
  'kin',
  'topic',
  // Content words of the question; 0 for a corpus of a page, towards 1 for a large one.
  'terms',
  'size',
] as const

export type EvidenceSignals = Record<(typeof signalNames)[number], number>

/** A sentence with its place among all: `total` adds what is known of its chunk to its own score. */
export type RankedSentence = { total: number; passage: number; features: Float64Array }

/** From the sentences, best first. */
export function signalsOf(ranked: readonly RankedSentence[], question: Question): EvidenceSignals {
  const [best, second] = ranked
  const of = (name: FeatureName): number => best?.features[featureNames.indexOf(name)] ?? 0
  const total = best?.total ?? NO_TOTAL
  const sum = ranked.reduce((all, sentence) => all + Math.exp(sentence.total - total), 0)
  return {
    best: clamped(total),
    any: clamped(total + Math.log(Math.max(1, sum))),
    lead: Math.min(MOST_LEAD, total - (second?.total ?? total - MOST_LEAD)),
    passage: best?.passage ?? 0,
    coverage: of('own') + of('heading'),
    inChunk: of('chunk'),
    rarest: of('rarest'),
    phrase: of('pairs'),
    kin: of('kin'),
    topic: of('topic'),
    terms: question.contentWords,
    size: question.trust,
  }
}

/** Estimated probability that the best sentence answers the question. */
export function answerability(signals: EvidenceSignals, answer: Linear): number {
  if (signals.terms === 0) return 0
  return sigmoid(
    linearScore(
      answer,
      signalNames.map((name) => signals[name]),
    ),
  )
}

const NO_TOTAL = -10
const MOST_LEAD = 3

function clamped(total: number): number {
  return Math.max(NO_TOTAL, Math.min(-NO_TOTAL, total))
}
