/** @file What the words of a sentence and its surroundings say about whether it answers a question. */
import { backgroundIdf } from './background.ts'
import { type AnswerKind, answerKinds, matchWord, pairNumber, type Question } from './question.ts'
import type { RetrievedChunk } from './types.ts'
import { scanWords } from './word-scan.ts'
import { stems, words } from './words.ts'

/** In the order of the selector's inputs; assets/selector/weights.json names the same. */
const plainNames = [
  // Shares of the question's idf: in the sentence, what headings, neighbours and the chunk add to it.
  'own',
  'heading',
  'previous',
  'next',
  'kin',
  'chunk',
  'rarest',
  // Own share less the best of the same chunk.
  'behind',
  'frequency',
  'near',
  'function',
  'pairs',
  'forms',
  'topic',
  'section',
  // Form and place.
  'length',
  'brief',
  'fresh',
  'position',
  'first',
  'alone',
  'announces',
  'asks',
  'code',
  'emphasis',
  'terms',
  'trust',
] as const

/** What a sentence holds, what is asked, and both at once. */
type KindName = `${'holds' | 'asks' | 'gives'}-${AnswerKind}`

export const featureNames: readonly FeatureName[] = [
  ...plainNames,
  ...answerKinds.map((kind) => `holds-${kind}` as const),
  ...answerKinds.map((kind) => `asks-${kind}` as const),
  ...answerKinds.map((kind) => `gives-${kind}` as const),
]

export type FeatureName = (typeof plainNames)[number] | KindName
export type SentenceFeatures = Record<FeatureName, number>

export type DescribedSentence = { start: number; end: number; text: string; features: Float64Array }

export type ChunkText = Pick<
  RetrievedChunk,
  'title' | 'headingPath' | 'text' | 'start' | 'sentences'
>

const LONG_SENTENCE_WORDS = 60
const BRIEF_WORDS = 6
const NEAR_WORDS = 8
const MANY_TERMS = 10

/** The sentences of a chunk with their features, in order. */
export function describeSentences(chunk: ChunkText, question: Question): DescribedSentence[] {
  const spans = chunk.sentences.map(({ start, end }) => ({
    start,
    end,
    text: chunk.text.slice(start - chunk.start, end - chunk.start),
  }))
  const readings = spans.map(({ text }) => read(text, question))
  const around = surroundings(chunk, readings, question)
  return spans.map((span, i) => ({ ...span, features: featuresOf(i, span.text, around, question) }))
}

/** What reading a sentence once has found. */
type Reading = {
  /** By number of the question's stems: how often each stands here. */
  counts: Uint8Array
  /** Whether a word stands here that only begins alike. */
  kin: Uint8Array
  /** Share of the question's idf. */
  own: number
  words: number
  /** Words that the question does not have. */
  fresh: number
  pairs: number
  near: number
  forms: number
}

function read(text: string, question: Question): Reading {
  const { shares, stems: asked, pairs, forms } = question
  const reading: Reading = {
    counts: new Uint8Array(asked.size),
    kin: new Uint8Array(asked.size),
    own: 0,
    words: 0,
    fresh: 0,
    pairs: 0,
    near: 0,
    forms: 0,
  }
  const places: number[] = []
  const terms: number[] = []
  const foundPairs = new Set<number>()
  const foundForms = new Set<string>()
  let before = -1
  let beforeAt = -2
  let asFound = 0
  const lower = text.toLowerCase()
  reading.words = countWords(lower)
  scanWords(
    lower,
    (word, position) => {
      const { term, kin } = matchWord(word, question)
      if (kin >= 0) reading.kin[kin] = 1
      if (term < 0) return
      asFound++
      if (reading.counts[term]!++ === 0) reading.own += shares[term]!
      if (forms.has(word) && !foundForms.has(word)) {
        foundForms.add(word)
        reading.forms += shares[term]!
      }
      const pair = pairNumber(before, term, asked.size)
      if (beforeAt === position - 1 && pairs.has(pair)) foundPairs.add(pair)
      before = term
      beforeAt = position
      if (shares[term]! > 0) {
        places.push(position)
        terms.push(term)
      }
    },
    question.beginnings,
  )
  reading.fresh = reading.words - asFound
  reading.forms = Math.min(1, reading.forms)
  reading.pairs = foundPairs.size / Math.max(1, pairs.size)
  reading.near = densest(places, terms, shares)
  return reading
}

function countWords(lower: string): number {
  let count = 0
  let inside = false
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i)
    const isWord =
      (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code >= 192 || code === 39
    if (isWord && !inside) count++
    inside = isWord
  }
  return count
}

/** Largest share of the question's idf within a window of words. */
function densest(places: number[], terms: number[], shares: Float64Array): number {
  const counts = new Uint8Array(shares.length)
  let covered = 0
  let best = 0
  for (let right = 0, left = 0; right < places.length; right++) {
    if (counts[terms[right]!]!++ === 0) covered += shares[terms[right]!]!
    while (places[right]! - places[left]! > NEAR_WORDS) {
      if (--counts[terms[left]!]! === 0) covered -= shares[terms[left]!]!
      left++
    }
    if (covered > best) best = covered
  }
  return best
}

type Surroundings = {
  readings: Reading[]
  /** Stems of the question that stand in the title or the headings, by number. */
  headings: Uint8Array
  /** Share of the question's idf in the chunk or its headings. */
  inChunk: number
  bestOwn: number
  topic: number
  section: number
}

function surroundings(chunk: ChunkText, readings: Reading[], question: Question): Surroundings {
  const headings = new Uint8Array(question.stems.size)
  const named = [chunk.title, ...chunk.headingPath]
  for (const heading of named)
    for (const word of words(heading)) {
      const { term } = matchWord(word.replace(/['’].*$/, ''), question)
      if (term >= 0) headings[term] = 1
    }
  let inChunk = 0
  for (const [term, share] of question.shares.entries())
    if (headings[term] || readings.some(({ counts }) => counts[term]! > 0)) inChunk += share
  return {
    readings,
    headings,
    inChunk,
    bestOwn: Math.max(0, ...readings.map(({ own }) => own)),
    topic: Math.max(0, ...named.map((heading) => topicality(heading, question))),
    section: alignment(chunk.headingPath.at(-1) ?? '', question),
  }
}

/** Share of a heading's own information that the question names: 1 when it asks about just that. */
function topicality(heading: string, { stems: asked }: Question): number {
  let total = 0
  let found = 0
  for (const term of stems(heading)) {
    const weight = backgroundIdf(term)
    total += weight
    if (asked.has(term)) found += weight
  }
  return total === 0 ? 0 : found / total
}

/** 1 when heading and question say the same, 0 when either says much that the other does not. */
function alignment(heading: string, question: Question): number {
  const named = stems(heading)
  let share = 0
  for (const [term, number] of question.stems)
    if (named.has(term)) share += question.shares[number]!
  return topicality(heading, question) * share
}

function featuresOf(
  index: number,
  text: string,
  { readings, headings, inChunk, bestOwn, topic, section }: Surroundings,
  question: Question,
): Float64Array {
  const { shares, kinds } = question
  const reading = readings[index]!
  const before = readings[index - 1]?.counts
  const after = readings[index + 1]?.counts
  let heading = 0
  let previous = 0
  let next = 0
  let kin = 0
  let frequency = 0
  let rarest = 0
  let rarestShare = 0
  let asked = 0
  for (let term = 0; term < shares.length; term++) {
    const share = shares[term]!
    const count = reading.counts[term]!
    if (share > rarestShare) {
      rarestShare = share
      rarest = count > 0 ? 1 : 0
    }
    if (count > 0) {
      frequency += (share * 2.2 * count) / (count + 1.2 * (0.25 + (0.75 * reading.words) / 22))
      if (share === 0) asked++
      continue
    }
    if (reading.kin[term]) kin += share
    if (headings[term]) heading += share
    else if (before && before[term]! > 0) previous += share
    else if (after && after[term]! > 0) next += share
  }
  const held = holds(text, question)
  const functionWords = shares.length - question.contentWords
  return Float64Array.from([
    reading.own,
    heading,
    previous,
    next,
    kin,
    inChunk,
    rarest,
    reading.own - bestOwn,
    frequency,
    reading.near,
    functionWords > 0 ? asked / functionWords : 0,
    reading.pairs,
    reading.forms,
    topic,
    section,
    Math.min(reading.words, LONG_SENTENCE_WORDS) / LONG_SENTENCE_WORDS,
    reading.words < BRIEF_WORDS ? 1 : 0,
    Math.min(reading.fresh, 20) / 20,
    readings.length > 1 ? index / (readings.length - 1) : 0,
    index === 0 ? 1 : 0,
    1 / readings.length,
    text.endsWith(':') ? 1 : 0,
    text.endsWith('?') ? 1 : 0,
    /[`{}=]|\(\)/.test(text) ? 1 : 0,
    /\*\*|["“]/.test(text) ? 1 : 0,
    Math.min(question.contentWords, MANY_TERMS) / MANY_TERMS,
    question.trust,
    ...answerKinds.map((kind) => held[kind]),
    ...answerKinds.map((kind) => (kinds[kind] ? 1 : 0)),
    ...answerKinds.map((kind) => (kinds[kind] ? held[kind] : 0)),
  ])
}

const NUMBER_WORDS =
  /\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|half|third|quarter|unlimited)\b/
const DATES =
  /\b(1\d{3}|20\d\d)\b|\b(January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|century|annually|daily|weekly|monthly|yearly|(hour|day|week|month|year|minute)s?)\b/
const REASONS =
  /\b(because|due to|since|therefore|so that|as a result|result(s|ed)? (in|from)|caused?|reason|led to|in order to|thus|prevents?|avoid|ensures?)\b/i
const MANNERS =
  /\b(by \w+ing|click|select|run|use|using|via|through|choose|enter|add|set|go to|visit|open|type|create|you can|with the|steps?|must be)\b/i
const CHOICES =
  /\b(not|no|yes|can|cannot|can't|don't|doesn't|isn't|must|only|always|never|may|will|required|supported?|any|all|available)\b/i
const MEANINGS =
  /\b(is|are|was|were) (a|an|the|one)\b|\b(means?|refers? to|defined as|known as|called|stands for)\b/i
const PLACES = /\b(in|at|near|from|to|of|on) (the )?(\*\*)?[A-Z]|\b(under|page|tab|section|menu)\b/

/** What a sentence holds that the question did not say itself. */
function holds(text: string, { forms }: Question): Record<AnswerKind, number> {
  return {
    figure: newFigures(text, forms) || NUMBER_WORDS.test(text) ? 1 : 0,
    date: DATES.test(text) ? 1 : 0,
    name: Math.min(newNames(text, forms), 4) / 4,
    place: PLACES.test(text) ? 1 : 0,
    reason: REASONS.test(text) ? 1 : 0,
    manner: MANNERS.test(text) ? 1 : 0,
    choice: CHOICES.test(text) ? 1 : 0,
    meaning: MEANINGS.test(text) ? 1 : 0,
  }
}

function newFigures(text: string, forms: ReadonlySet<string>): boolean {
  for (const [figure] of text.matchAll(/\d+/g)) if (!forms.has(figure)) return true
  return false
}

/** Capitalised words that are not asked and do not just begin the sentence. */
function newNames(text: string, forms: ReadonlySet<string>): number {
  let names = 0
  for (const { 0: name, index } of text.matchAll(/\b\p{Lu}[\p{L}\p{N}]+/gu))
    if (index > 0 && !forms.has(name.toLowerCase())) names++
  return names
}
