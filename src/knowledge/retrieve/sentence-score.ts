/** @file How well each sentence of a chunk answers a question: a linear score of lexical features. */

import { backgroundIdf } from './background.ts'
import type { RetrievedChunk } from './types.ts'
import { stem, stems, words } from './words.ts'

/** A question as sentences are compared with it. */
export type QuestionTerms = {
  /** Stem of a content word -> its share of the question's idf; the shares sum to 1. */
  weights: Map<string, number>
  /** Stems of all words, in order. */
  stems: string[]
  /** How far the corpus is large enough to speak for itself, 0-1. */
  trust: number
  /** Asks for a number, an amount or a date. */
  wantsFigure: boolean
}

export type SentenceFeatures = {
  /** Share of the question's idf in the sentence itself, */
  own: number
  /** what its title and headings add, */
  heading: number
  /** and what the sentence before adds. */
  previous: number
  /** Fused retrieval score of the chunk, 0-1. */
  chunk: number
  /** Share of the question's adjacent word pairs. */
  phrase: number
  /** Share of all words of the question, function words included. */
  overlap: number
  /** Length in words, 1 at 60 or more: long sentences match by chance. */
  length: number
  /** 1 when a figure is asked for and the sentence holds one. */
  figure: number
  /** How far its own heading asks the same question, which its section then answers. */
  section: number
}

export type ScoredSentence = {
  chunk: RetrievedChunk
  start: number
  end: number
  text: string
  features: SentenceFeatures
  /** Share of the question's idf anywhere in the chunk or its headings. */
  inChunk: number
  /** How far its title or one of its headings is what the question is about, 0-1. */
  topic: number
  relevance: number
}

/**
 * Rounded from an exploratory softmax fit over the questions of SQuAD training articles, which is not kept
 * as a script, and scaled so that `own` is 1. `heading` and `section` were then set by hand on the
 * development questions (`npm run bench -- answers cloudgov`); no test question was looked at.
 */
const weights: SentenceFeatures = {
  own: 1,
  heading: 0.6,
  previous: 0.5,
  chunk: 0.7,
  phrase: 0.5,
  overlap: 0.8,
  length: -0.15,
  figure: 0.25,
  section: 1.0,
}

const LONG_SENTENCE_WORDS = 60

export function scoreSentences(chunk: RetrievedChunk, question: QuestionTerms): ScoredSentence[] {
  const headings = stems([chunk.title, ...chunk.headingPath].join(' '))
  const chunkStems = stems(chunk.text)
  const inChunk = share(question, (term) => chunkStems.has(term) || headings.has(term))
  const topic = Math.max(
    0,
    ...[chunk.title, ...chunk.headingPath].map((heading) => topicality(heading, question)),
  )
  const section = alignment(chunk.headingPath.at(-1) ?? '', question)
  let before = new Set<string>()
  return chunk.sentences.map(({ start, end }) => {
    const text = chunk.text.slice(start - chunk.start, end - chunk.start)
    const ordered = words(text).map(stem)
    const features = featuresOf(ordered, { text, headings, before, chunk, question, section })
    before = new Set(ordered)
    return {
      chunk,
      start,
      end,
      text,
      features,
      inChunk,
      topic,
      relevance: weigh(features),
    }
  })
}

/** Share of a heading's own information that the question names: 1 when it asks about just that. */
function topicality(heading: string, { stems: asked }: QuestionTerms): number {
  const named = [...stems(heading)].map((term) => ({ term, weight: backgroundIdf(term) }))
  const total = named.reduce((sum, { weight }) => sum + weight, 0)
  const found = named.reduce(
    (sum, { term, weight }) => sum + (asked.includes(term) ? weight : 0),
    0,
  )
  return total === 0 ? 0 : found / total
}

/** 1 when heading and question say the same, 0 when either says much that the other does not. */
function alignment(heading: string, question: QuestionTerms): number {
  const named = stems(heading)
  return topicality(heading, question) * share(question, (term) => named.has(term))
}

type Surroundings = {
  text: string
  headings: Set<string>
  before: Set<string>
  chunk: RetrievedChunk
  question: QuestionTerms
  section: number
}

function featuresOf(
  ordered: string[],
  { text, headings, before, chunk, question, section }: Surroundings,
): SentenceFeatures {
  const bag = new Set(ordered)
  const asked = new Set(question.stems)
  return {
    own: share(question, (term) => bag.has(term)),
    heading: share(question, (term) => !bag.has(term) && headings.has(term)),
    previous: share(question, (term) => !bag.has(term) && !headings.has(term) && before.has(term)),
    chunk: chunk.score,
    phrase: portion(pairs(question.stems), pairs(ordered)),
    overlap: portion(asked, bag),
    length: Math.min(ordered.length, LONG_SENTENCE_WORDS) / LONG_SENTENCE_WORDS,
    figure: question.wantsFigure && /\d/.test(text) ? 1 : 0,
    section,
  }
}

function weigh(features: SentenceFeatures): number {
  let sum = 0
  for (const name of Object.keys(weights) as (keyof SentenceFeatures)[])
    sum += weights[name] * features[name]
  return sum
}

function share({ weights }: QuestionTerms, holds: (term: string) => boolean): number {
  let sum = 0
  for (const [term, weight] of weights) if (holds(term)) sum += weight
  return sum
}

function pairs(ordered: string[]): Set<string> {
  return new Set(ordered.slice(1).map((word, i) => `${ordered[i]} ${word}`))
}

function portion(wanted: Set<string>, present: Set<string>): number {
  let found = 0
  for (const item of wanted) if (present.has(item)) found++
  return wanted.size === 0 ? 0 : found / wanted.size
}
