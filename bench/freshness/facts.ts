/** @file Facts that really changed in public documentation, each with its page before and after. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { escapePattern } from '../../src/util/escape-pattern.ts'
import { readJsonLinesFile } from '../json-lines.ts'
import { dataFile } from '../quality/data.ts'

export type Fact = {
  id: string
  question: string
  before: { value: string; page: string }
  after: { value: string; page: string }
  /** Where the page lies in the bench's folder. */
  uri: string
  /** The same page over time, wherever it was moved: two facts of one page share it. */
  page: string
}

type FactRow = {
  id: string
  corpus: string
  path: string
  changed_on: string
  question: string
  answer_before: string
  answer_after: string
}

/** Oldest change first, so that a page that changed several times goes through its history in order. */
export function readFacts(): Fact[] {
  const rows = readJsonLinesFile<FactRow>(dataFile('docs_fact_changes', 'questions.jsonl'))
  return rows
    .toSorted((a, b) => a.changed_on.localeCompare(b.changed_on))
    .map(({ id, corpus, path: file, question, answer_before, answer_after }) => ({
      id,
      question,
      before: { value: answer_before, page: pageText(id, 'before') },
      after: { value: answer_after, page: pageText(id, 'after') },
      uri: `${corpus}/${file}`,
      page: `${corpus}/${path.basename(file)}`,
    }))
}

function pageText(id: string, state: 'before' | 'after'): string {
  return readFileSync(dataFile('docs_fact_changes', 'pages', `${id}.${state}.md`), 'utf8')
}

/**
 * Whether a text gives a value: markup, case and spacing aside, and as a whole, so that `8` is not found
 * in `8000` or `1.8`. Where `instead` holds the value (`tier 5` in `tier 4 and tier 5`), it is not counted.
 */
export function givesValue(text: string, value: string, instead?: string): boolean {
  const wanted = plain(value)
  const rest = instead === undefined ? plain(text) : plain(text).replaceAll(plain(instead), ' ')
  const literal = escapePattern(wanted)
  return new RegExp(`(?<![\\p{L}\\p{N}]|\\d[.,])${literal}(?![\\p{L}\\p{N}]|[.,]\\d)`, 'u').test(
    rest,
  )
}

function plain(text: string): string {
  return (
    text
      .replace(/ \[\d+\]/g, '')
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      // Plain tags alone: components carry text in their attributes, and `<` may mean less.
      .replace(/<\/?[a-z][^<>{}]*>/gi, '')
      .replace(/[*_`~"“”]/g, '')
      .replace(/\s+/g, ' ')
      .trim()
      .toLowerCase()
  )
}
