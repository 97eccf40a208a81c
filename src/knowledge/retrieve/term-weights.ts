/** @file How much each word of a question matters: idf of the user's corpus, with a prior for small ones. */
import { readFileSync } from 'node:fs'
import type { Queryable } from '../../db/index.ts'
import { wordWeights } from './queries.ts'
import type { QuestionTerms } from './sentence-score.ts'
import { stem, words } from './words.ts'

/** Rarity of words in help texts and questions at large; made by bench/quality/background.ts. */
type Background = { units: number; idf: Map<string, number> }

/** A corpus of this many chunks is trusted as much as the background. */
const PRIOR_CHUNKS = 200

/**
 * BM25 of a word against itself is idf * (k1 + 1) / (1 + k1 * (1 - b + b / mean length)), with k1 1.2, b
 * .75 and texts of some hundred words.
 */
const BM25_OF_ONE = 1.69

let background: Background | undefined

function readBackground(): Background {
  if (background) return background
  const file = new URL('../../../assets/background-words.json', import.meta.url)
  const { units, idf } = JSON.parse(readFileSync(file, 'utf8')) as {
    units: number
    idf: Record<string, number>
  }
  background = { units, idf: new Map(Object.entries(idf)) }
  return background
}

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
  return { weights, stems: asked.map(stem), wantsFigure: WANTS_FIGURE.test(question) }
}

const WANTS_FIGURE =
  /\b(how (many|much|long|often|old|big|large|far)|when|what (year|date|price|percentage|limit|number|version)|cost|price)\b/i

function backgroundIdf(term: string): number {
  const { units, idf } = readBackground()
  return idf.get(term) ?? idfOfCount(0, units)
}

/** idf as BM25 computes it (Robertson and Sparck Jones, with the +1 that keeps it positive). */
function idfOfCount(count: number, of: number): number {
  return Math.log(1 + (of - count + 0.5) / (count + 0.5))
}
