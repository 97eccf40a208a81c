/** @file A question as sentences are compared with it: its words by weight, and what kind of answer it asks for. */
import { type Beginnings, beginningsOf } from './word-scan.ts'
import { stem, words } from './words.ts'

/** What a question asks for and a sentence may hold. */
export const answerKinds = [
  'figure',
  'date',
  'name',
  'place',
  'reason',
  'manner',
  'choice',
  'meaning',
] as const

export type AnswerKind = (typeof answerKinds)[number]

/** Numbers of the question's stem that a word is, and of one that it only shares its beginning with; or -1. */
export type Match = { term: number; kin: number }

export type Question = {
  /** Stem -> its number, function words included. */
  stems: Map<string, number>
  /** By number: share of the question's idf, 0 for function words; the shares sum to 1. */
  shares: Float64Array
  /** How many stems have a share. */
  contentWords: number
  /** Adjacent words, as `number of the first * stems.size + number of the second`. */
  pairs: Set<number>
  /** Every word in lower case, as it stands. */
  forms: Set<string>
  kinds: Record<AnswerKind, boolean>
  /** How far the corpus is large enough to speak for itself, 0-1. */
  trust: number
  beginnings: Beginnings
  /** Words of texts -> what they are to the question: each is stemmed once. */
  matches: Map<string, Match>
}

const asksFor: Record<AnswerKind, RegExp> = {
  figure:
    /\bhow (many|much|long|often|old|big|large|far|tall|fast|high|deep)\b|\b(what|which) (\w+ )?(percent|percentage|amount|number|population|limit|price|fee|cost|rate|size|temperature|version)|\b(cost|price|limit)\b/i,
  date: /^when\b|[, ]when (did|was|were|is|are|do|does|will|can|had|has)\b|\b(what|which) (year|date|day|month|time|decade|century|period)|\bhow (long|soon|often)\b/i,
  name: /\bwho(m|se)?\b|\b(what|which) (\w+ )?(person|name|company|team|actor|president|king|author|group|organi[sz]ation|band|league|school|university)|\b(called|named|known as)\b/i,
  place:
    /\bwhere\b|\b(what|which) (\w+ )?(city|country|state|place|location|region|continent|area|page|menu|setting|folder|file)/i,
  reason: /\bwhy\b|\bhow come\b|\b(what|which) (\w+ )?(cause[sd]?|reason|led|made)|\breason\b/i,
  manner:
    /\bhow (do|does|did|can|could|to|should|would|is|are|was|were|am|might|must)\b|\b(what|which) (way|steps?|method|command|process)|\bis there a way\b/i,
  choice:
    /(^|[,.;:?!] )(is|are|am|do|does|did|can|could|will|would|should|has|have|had|was|were|may|must)\b/i,
  meaning:
    /^(what|who) (is|are|was|were) (a|an|the)?\b|\b(mean|means|meant|definition|defined?|stands? for)\b/i,
}

/** `weightOf` has the idf of a stem; stems that it lacks weigh nothing. */
export function readQuestion(
  text: string,
  weightOf: ReadonlyMap<string, number>,
  trust: number,
): Question {
  const asked = words(text)
  const stems = new Map<string, number>()
  const numbers = asked.map((word) => numberOf(stem(word), stems))
  const kinds = Object.fromEntries(
    answerKinds.map((kind) => [kind, asksFor[kind].test(text)]),
  ) as Question['kinds']
  const pairs = new Set(
    numbers.slice(1).map((second, i) => pairNumber(numbers[i]!, second, stems.size)),
  )
  return {
    stems,
    shares: sharesOf(stems, weightOf),
    contentWords: [...stems.keys()].filter((term) => weightOf.has(term)).length,
    pairs,
    forms: new Set(asked),
    kinds,
    trust,
    beginnings: beginningsOf(asked),
    matches: new Map(),
  }
}

export function pairNumber(first: number, second: number, stems: number): number {
  return first * stems + second
}

export function matchWord(word: string, { matches, stems }: Question): Match {
  const known = matches.get(word)
  if (known) return known
  const stemmed = stem(word)
  const term = stems.get(stemmed) ?? -1
  const match = { term, kin: term >= 0 ? -1 : kinOf(stemmed, stems) }
  matches.set(word, match)
  return match
}

/** Chosen on training questions: with five letters less is gained, and a false relative now and then costs little. */
const KIN_LETTERS = 4
const KIN_SHARE = 0.6

/** A stem that begins as this one does, for words that the stemmer keeps apart: `maintain`, `maintenance`. */
function kinOf(stemmed: string, stems: Map<string, number>): number {
  for (const [asked, number] of stems) {
    const least = Math.max(KIN_LETTERS, KIN_SHARE * Math.max(asked.length, stemmed.length))
    if (sharedLetters(asked, stemmed) >= least) return number
  }
  return -1
}

function sharedLetters(a: string, b: string): number {
  let count = 0
  while (count < a.length && a[count] === b[count]) count++
  return count
}

function numberOf(term: string, stems: Map<string, number>): number {
  const known = stems.get(term)
  if (known !== undefined) return known
  stems.set(term, stems.size)
  return stems.size - 1
}

function sharesOf(stems: Map<string, number>, weightOf: ReadonlyMap<string, number>): Float64Array {
  const shares = Float64Array.from(stems.keys(), (term) => weightOf.get(term) ?? 0)
  const total = shares.reduce((sum, value) => sum + value, 0)
  return total === 0 ? shares : shares.map((value) => value / total)
}
