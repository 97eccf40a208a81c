/** @file How much each word of a question matters: idf of the user's corpus, with a prior for small ones. */
import type { Queryable } from '../../db/index.ts'
import { backgroundIdf, idfOfCount } from './background.ts'
import { wordWeights } from './queries.ts'
import type { QuestionTerms } from './sentence-score.ts'
import { stem, words } from './words.ts'

/** A corpus of this many chunks is trusted as much as the background. */
const PRIOR_CHUNKS = 200

/**
 * BM25 of a word against itself is idf * (k1 + 1) / (1 + k1 * (1 - b + b / mean length)), with k1 1.2, b
 * .75 and texts of some hundred words.
 */
const BM25_OF_ONE = 1.69

/** Splits a question into stems and weighs its content words; stop words weigh nothing. */
export async function questionTerms(question: string, db: Queryable): Promise<QuestionTerms> {
  const asked = words(question)
  const { chunks, weights: measured } = await wordWeights(db, [...new Set(asked)])
  const trust = chunks / (chunks + PRIOR_CHUNKS)
  const weights = new Map<string, number>()
  for (const [word, weight] of measured) {
    if (weight === null) continue
    // A word that the corpus lacks is the rarest of all: it is what the corpus cannot answer.
    const corpusIdf = weight === 0 ? idfOfCount(0, chunks) : weight / BM25_OF_ONE
    weights.set(stem(word), trust * corpusIdf + (1 - trust) * backgroundIdf(stem(word)))
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  for (const [term, weight] of weights) weights.set(term, weight / total)
  return { weights, trust, stems: asked.map(stem), wantsFigure: WANTS_FIGURE.test(question) }
}

const WANTS_FIGURE =
  /\b(how (many|much|long|often|old|big|large|far)|when|what (year|date|price|percentage|limit|number|version)|cost|price)\b/i
