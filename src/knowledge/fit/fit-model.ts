/**
 * @file Fits latent semantic analysis to texts: the dominant subspace of their TF-IDF matrix, found by
 * randomised subspace iteration (Halko, Martinsson and Tropp 2011, arXiv 0909.4061, algorithm 4.4).
 */
import { mulberry32 } from '../../util/random.ts'
import type { FittedModel } from './fitted-model.ts'
import { applyGram, type Basis, orthonormalise, type SparseRows } from './sparse.ts'
import { createCounter, dampened } from './terms.ts'

export type FitOptions = {
  /** Default 256. */
  dimensions?: number
  /** Default 1: the same texts give the same model. */
  seed?: number
}

/** Rarer stems say nothing about others, and BM25 finds them. */
const LEAST_TEXTS = 2
const MOST_TERMS = 20_000
/** After the third application the subspace's share of the variance grows by less than 1 %. */
const ROUNDS = 3

/** Fits a model; where the texts have fewer independent terms than dimensions, the rest stays zero. */
export function fitModel(texts: Iterable<string>, options: FitOptions = {}): FittedModel {
  const { dimensions = 256, seed = 1 } = options
  const counted = countTexts(texts)
  const vocabulary = vocabularyOf(counted)
  const matrix = tfidf(counted, vocabulary)
  let basis = randomBasis(vocabulary.terms.length, dimensions, mulberry32(seed))
  for (let round = 0; round < ROUNDS; round++) basis = orthonormalise(applyGram(matrix, basis))
  return toModel(vocabulary, basis)
}

/** Texts as numbers of stems: a map for each would take ten times the memory. */
type Counted = {
  stems: string[]
  /** Texts that hold the stem. */
  spread: number[]
  /** Stem numbers and counts of each text. */
  rows: { stems: Uint32Array; counts: Uint32Array }[]
}

function countTexts(texts: Iterable<string>): Counted {
  const numbers = new Map<string, number>()
  const count = createCounter((stemmed) => {
    const number = numbers.get(stemmed) ?? numbers.size
    numbers.set(stemmed, number)
    return number
  })
  const rows = Array.from(texts, (text) => {
    const counts = count(text)
    return { stems: Uint32Array.from(counts.keys()), counts: Uint32Array.from(counts.values()) }
  })
  const spread = new Array<number>(numbers.size).fill(0)
  for (const { stems } of rows) for (const number of stems) spread[number]!++
  return { stems: [...numbers.keys()], spread, rows }
}

type Vocabulary = {
  terms: string[]
  idf: Float32Array
  /** Number of a stem -> its term, or -1. */
  termOf: Int32Array
}

/** The most widespread stems, without those in (nearly) every text, which weigh nothing. */
function vocabularyOf({ stems, spread, rows }: Counted): Vocabulary {
  const kept = spread
    .map((texts, number) => ({ texts, number }))
    .filter(({ texts }) => texts >= LEAST_TEXTS && texts < rows.length)
    .sort((a, b) => b.texts - a.texts || a.number - b.number)
    .slice(0, MOST_TERMS)
  const termOf = new Int32Array(stems.length).fill(-1)
  for (const [term, { number }] of kept.entries()) termOf[number] = term
  return {
    terms: kept.map(({ number }) => stems[number]!),
    idf: Float32Array.from(kept, ({ texts }) => Math.log(rows.length / texts)),
    termOf,
  }
}

/** Each row scaled to length 1. */
function tfidf({ rows }: Counted, { idf, termOf }: Vocabulary): SparseRows {
  const size = rows.reduce((sum, { stems }) => sum + stems.length, 0)
  const columns = new Uint32Array(size)
  const values = new Float32Array(size)
  const offsets = new Uint32Array(rows.length + 1)
  let end = 0
  for (const [row, { stems, counts }] of rows.entries()) {
    const first = end
    let square = 0
    for (let i = 0; i < stems.length; i++) {
      const term = termOf[stems[i]!]!
      if (term < 0) continue
      const value = dampened(counts[i]!) * idf[term]!
      columns[end] = term
      values[end++] = value
      square += value * value
    }
    const length = Math.sqrt(square) || 1
    for (let i = first; i < end; i++) values[i]! /= length
    offsets[row + 1] = end
  }
  return { offsets, columns, values }
}

/** Normally distributed, by Box and Muller. */
function randomBasis(rows: number, rank: number, random: () => number): Basis {
  const values = Float32Array.from(
    { length: rows * rank },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  )
  return { rows, rank, values }
}

/** A term's row of the basis times its idf, in int8 with a scale of its own. */
function toModel({ terms, idf }: Vocabulary, { rank, values }: Basis): FittedModel {
  const codes = new Int8Array(values.length)
  const scales = new Float32Array(terms.length)
  for (let term = 0; term < terms.length; term++) {
    const row = values.subarray(term * rank, (term + 1) * rank)
    const peak = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    if (peak === 0) continue
    for (let k = 0; k < rank; k++) codes[term * rank + k] = Math.round((row[k]! / peak) * 127)
    scales[term] = (peak / 127) * idf[term]!
  }
  return { dimensions: rank, terms, codes, scales }
}
