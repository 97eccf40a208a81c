/** @file Rescores BM25's candidates by what BM25 cannot see: nearness, word forms, phrases, headings, figures. */
import type { Candidate, Hit } from './queries.ts'
import { type Beginnings, beginningsOf, scanWords } from './word-scan.ts'
import { stem, words } from './words.ts'

/** Each is a share of the query, 0-1. */
export type LexicalFeatures = {
  /** The most idf of the query within 8 words of the text, */
  near: number
  /** and within 32. */
  around: number
  /** Idf of the words that stand there in just the query's form. */
  forms: number
  /** Adjacent word pairs of the query, function words included, that are adjacent there. */
  pairs: number
  /** Idf of the words in the headings. */
  headings: number
  /** Idf of the words with digits that stand there. */
  figures: number
}

/**
 * Added to BM25 as a share of its best score. Rounded from a softmax fit over SciFact's training claims and
 * questions of SQuAD training articles; docs/log.md has what each brings.
 */
const weights: LexicalFeatures = {
  near: 0.5,
  around: 0.3,
  forms: 0.4,
  pairs: 0.3,
  headings: 0.2,
  figures: 0.5,
}

const NEAR_WORDS = 8
const AROUND_WORDS = 32

/** The candidates by their new score, best first; `idf` has null for stop words and 0 for unknown ones. */
export function rescoreLexical(
  query: string,
  candidates: Candidate[],
  idf: ReadonlyMap<string, number | null>,
): Hit[] {
  const asked = askedOf(query, idf)
  const best = Math.max(...candidates.map(({ score }) => score))
  if (asked.total === 0 || !(best > 0)) return candidates.map(({ id, score }) => ({ id, score }))
  return candidates
    .map(({ id, score, text }) => ({
      id,
      score: score / best + weigh(lexicalFeatures(text, asked)),
    }))
    .sort((a, b) => b.score - a.score)
}

function weigh(features: LexicalFeatures): number {
  let sum = 0
  for (const name of Object.keys(weights) as (keyof LexicalFeatures)[])
    sum += weights[name] * features[name]
  return sum
}

/** A query as texts are compared with it. */
export type Asked = {
  /** Idf of each distinct stem, by its number. */
  idf: number[]
  total: number
  /** Stem -> its number. */
  stems: Map<string, number>
  /** Word of the query -> its number, and for a content word the idf of its stem. */
  forms: Map<string, { number: number; idf: number; isFigure: boolean }>
  /** Adjacent words, as `number of the first * forms + number of the second`. */
  pairs: Set<number>
  beginnings: Beginnings
  /** What the words of texts have turned out to be, so that each is stemmed once. */
  matches: Map<string, Match>
}

type Match = { term: number; form: number }

export function askedOf(query: string, weightOf: ReadonlyMap<string, number | null>): Asked {
  const asked: Asked = {
    idf: [],
    total: 0,
    stems: new Map(),
    forms: new Map(),
    pairs: new Set(),
    beginnings: beginningsOf([]),
    matches: new Map(),
  }
  const ordered = words(query)
  for (const word of ordered) addWord(word, weightOf.get(word) ?? 0, asked)
  asked.total = asked.idf.reduce((sum, value) => sum + value, 0)
  asked.beginnings = beginningsOf(asked.forms.keys())
  const numbers = ordered.map((word) => asked.forms.get(bare(word))!.number)
  for (const [i, second] of numbers.slice(1).entries())
    asked.pairs.add(numbers[i]! * asked.forms.size + second)
  return asked
}

function addWord(word: string, idf: number, { stems, forms, idf: byStem }: Asked): void {
  const form = bare(word)
  if (!forms.has(form)) forms.set(form, { number: forms.size, idf, isFigure: /\p{N}/u.test(form) })
  const term = stem(word)
  if (idf === 0 || stems.has(term)) return
  stems.set(term, stems.size)
  byStem.push(idf)
}

/** `customer's` is a form of `customer`. */
function bare(word: string): string {
  return word.replace(/['’].*$/, '')
}

/** Reads the text once and notes where the query's words stand. */
export function lexicalFeatures(text: string, asked: Asked): LexicalFeatures {
  const lower = text.toLowerCase()
  const found: Found = { positions: [], terms: [], forms: new Set(), pairs: new Set() }
  let before = -1
  let beforeAt = -2
  const visit = (word: string, position: number): void => {
    const { term, form } = matchOf(word, asked)
    if (term >= 0) {
      found.positions.push(position)
      found.terms.push(term)
    }
    if (form >= 0) {
      found.forms.add(form)
      const pair = before * asked.forms.size + form
      if (beforeAt === position - 1 && asked.pairs.has(pair)) found.pairs.add(pair)
      before = form
      beforeAt = position
    }
  }
  scanWords(lower, visit, asked.beginnings)
  return featuresOf(found, lower, asked)
}

type Found = { positions: number[]; terms: number[]; forms: Set<number>; pairs: Set<number> }

function featuresOf(found: Found, lower: string, asked: Asked): LexicalFeatures {
  let forms = 0
  let figures = 0
  for (const { number, idf, isFigure } of asked.forms.values()) {
    if (!found.forms.has(number)) continue
    forms += idf
    if (isFigure) figures += idf
  }
  return {
    near: densest(found, asked, NEAR_WORDS) / asked.total,
    around: densest(found, asked, AROUND_WORDS) / asked.total,
    forms: Math.min(1, forms / asked.total),
    pairs: found.pairs.size / Math.max(1, asked.pairs.size),
    headings: headingIdf(lower, asked) / asked.total,
    figures: Math.min(1, figures / asked.total),
  }
}

/** Most idf of distinct stems whose places lie within `span` words: a window that slides over them. */
function densest({ positions, terms }: Found, { idf }: Asked, span: number): number {
  const counts = new Uint32Array(idf.length)
  let covered = 0
  let best = 0
  for (let right = 0, left = 0; right < positions.length; right++) {
    if (counts[terms[right]!]!++ === 0) covered += idf[terms[right]!]!
    while (positions[right]! - positions[left]! > span) {
      if (--counts[terms[left]!]! === 0) covered -= idf[terms[left]!]!
      left++
    }
    if (covered > best) best = covered
  }
  return best
}

function headingIdf(lower: string, asked: Asked): number {
  const end = lower.indexOf('\n')
  const named = new Set<number>()
  const visit = (word: string): void => {
    const { term } = matchOf(word, asked)
    if (term >= 0) named.add(term)
  }
  scanWords(lower.slice(0, Math.max(end, 0)), visit, asked.beginnings)
  let sum = 0
  for (const term of named) sum += asked.idf[term]!
  return sum
}

function matchOf(word: string, { matches, stems, forms }: Asked): Match {
  const known = matches.get(word)
  if (known) return known
  const match = { term: stems.get(stem(word)) ?? -1, form: forms.get(word)?.number ?? -1 }
  matches.set(word, match)
  return match
}
