/** @file Whether evidence answers a question at all: a logistic bar over a few lexical signals. */

export type EvidenceSignals = {
  /** Share of the question's idf in the best sentence and its headings. */
  coverage: number
  /** Share in its whole chunk. */
  inChunk: number
  /** Share of the question's adjacent word pairs in the best sentence. */
  phrase: number
  /** How far the title or a heading is what the question is about. */
  topic: number
  /** Distinct content words of the question: covering many is harder than covering one. */
  terms: number
  /** 0 for a corpus of a page, towards 1 for a large one, where more words match by chance. */
  size: number
}

/**
 * Fit by bench/quality/calibrate.ts on development questions only: those over cloud.gov's documentation
 * (all of it, and single pages of it) and SQuAD training articles of which every other paragraph was left out.
 */
const fit = {
  bias: -4.19,
  coverage: 3,
  inChunk: 4.12,
  phrase: 1.52,
  topic: 0.59,
  terms: 0.23,
  size: -1.71,
}

/** Estimated probability that the best sentence answers the question. */
export function answerability(signals: EvidenceSignals): number {
  if (signals.terms === 0) return 0
  const { bias, ...weights } = fit
  let logit = bias
  for (const name of Object.keys(weights) as (keyof EvidenceSignals)[]) {
    logit += weights[name] * signals[name]
  }
  return 1 / (1 + Math.exp(-logit))
}
