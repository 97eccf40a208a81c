/** @file The queries of the speed bench: headings, sentences and claims, as people and programs send them. */

import { mulberry32 } from '../../src/util/random.ts'
import { type CorpusChunk, shuffle } from '../corpus.ts'
import { readJsonLinesFile } from '../json-lines.ts'
import { dataFile } from '../quality/data.ts'

export type SpeedQuery = {
  kind: 'heading' | 'sentence' | 'claim'
  text: string
  /** The document that the query was taken from; claims have none. */
  document?: string
}

export const QUERY_SEED = 23

/** Words of a sentence query: about the length of a typed question. */
const SENTENCE_WORDS = 12

/** A third each of page headings, parts of sentences, and SciFact claims (written by people). */
export function speedQueries(chunks: CorpusChunk[], count: number): SpeedQuery[] {
  const random = mulberry32(QUERY_SEED)
  const third = Math.ceil(count / 3)
  const drawn = shuffle(chunks, random)
  const headings = drawn
    .filter(({ headings }) => headings.includes(' '))
    .slice(0, third)
    .map(({ headings, document }): SpeedQuery => {
      const text = headings.split(' > ').slice(-2).join(' ')
      return { kind: 'heading', text, document }
    })
  const sentences = drawn
    .filter(({ sentence }) => plainWords(sentence).length >= SENTENCE_WORDS)
    .slice(0, third)
    .map(({ sentence, document }): SpeedQuery => {
      const text = plainWords(sentence).slice(0, SENTENCE_WORDS).join(' ')
      return { kind: 'sentence', text, document }
    })
  const claims = readJsonLinesFile<{ text: string }>(dataFile('scifact', 'queries.jsonl'))
  const typed = shuffle(claims, random)
    .slice(0, count - headings.length - sentences.length)
    .map(({ text }): SpeedQuery => ({ kind: 'claim', text }))
  return shuffle([...headings, ...sentences, ...typed], random)
}

function plainWords(text: string): string[] {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`#|<>{}]/g, ' ')
    .split(/\s+/)
    .filter(Boolean)
}
