/** @file How much each word of a question matters: idf of the user's corpus, with a prior for small ones. */
import { backgroundIdf, idfOfCount } from './background.ts'
import type { WordWeights } from './queries.ts'
import { type Question, readQuestion } from './question.ts'
import { stem } from './words.ts'

/** A corpus of this many chunks is trusted as much as the background. */
const PRIOR_CHUNKS = 200

/**
 * BM25 of a word against itself is idf * (k1 + 1) / (1 + k1 * (1 - b + b / mean length)), with k1 1.2, b
 * .75 and texts of some hundred words.
 */
const BM25_OF_ONE = 1.69

/** Reads a question by what the corpus says of its words; stop words weigh nothing. */
export function weighQuestion(text: string, { chunks, weights: measured }: WordWeights): Question {
  const trust = chunks / (chunks + PRIOR_CHUNKS)
  const weights = new Map<string, number>()
  for (const [word, weight] of measured) {
    if (weight === null) continue
    // A word that the corpus lacks is the rarest of all: it is what the corpus cannot answer.
    const corpusIdf = weight === 0 ? idfOfCount(0, chunks) : weight / BM25_OF_ONE
    weights.set(stem(word), trust * corpusIdf + (1 - trust) * backgroundIdf(stem(word)))
  }
  return readQuestion(text, weights, trust)
}
