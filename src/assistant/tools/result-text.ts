/** @file The result of a tool as lines that can be quoted one by one. */
import type { Span } from '../../knowledge/index.ts'
import { segmentSentences } from '../../knowledge/index.ts'

/** More would bury the question; what is left out is said. */
const MAX_CHARACTERS = 6_000
const MAX_LINES = 60
/** Fields of one record stand in one line up to here: one quote then tells them all. */
const MAX_FIELDS = 12

/** Text as it is; a record in one line `name: value, name: value`; what is nested in lines of its own. */
export function resultText(value: unknown): string {
  const lines = typeof value === 'string' ? value.split('\n') : linesOf(value, '')
  const whole = lines.map((line) => line.trimEnd()).filter((line) => line.trim() !== '')
  if (whole.length === 0) return 'done'
  const kept = whole.slice(0, MAX_LINES).join('\n')
  const text = kept.slice(0, MAX_CHARACTERS)
  const isCut = text.length < kept.length || whole.length > MAX_LINES
  return (isCut ? `${text}\n(the rest of the result is left out)` : text)
    .toWellFormed()
    .replaceAll('\0', '\ufffd')
}

/** What can be quoted: each line, and each sentence of a line of prose. */
export function resultSpans(text: string): Span[] {
  const spans: Span[] = []
  let offset = 0
  for (const line of text.split('\n')) {
    const start = offset + line.length - line.trimStart().length
    const sentences = /[.!?] /.test(line) ? segmentSentences(line) : []
    if (sentences.length > 0)
      spans.push(
        ...sentences.map((span) => ({ start: offset + span.start, end: offset + span.end })),
      )
    else if (line.trim() !== '') spans.push({ start, end: offset + line.trimEnd().length })
    offset += line.length + 1
  }
  return spans
}

function linesOf(value: unknown, name: string): string[] {
  if (value === undefined) return []
  if (Array.isArray(value)) {
    if (value.every(isScalar)) return [labelled(name, value.map(scalarText).join(', ') || 'none')]
    return value.flatMap((item, index) => linesOf(item, `${name} ${index + 1}`.trim()))
  }
  if (isScalar(value)) return [labelled(name, scalarText(value))]
  if (typeof value !== 'object') return []
  const fields = Object.entries(value as object).filter(([, field]) => field !== undefined)
  const flat = fields.filter(([, field]) => isScalar(field))
  const nested = fields.filter(([, field]) => !isScalar(field))
  const records: string[] = []
  for (let at = 0; at < flat.length; at += MAX_FIELDS) {
    const part = flat
      .slice(at, at + MAX_FIELDS)
      .map(([key, field]) => `${words(key)}: ${scalarText(field)}`)
    records.push(labelled(name, part.join(', ')))
  }
  const below = nested.flatMap(([key, field]) => linesOf(field, `${name} ${words(key)}`.trim()))
  return [...records, ...below]
}

function labelled(name: string, text: string): string {
  return name === '' ? text : `${name}: ${text}`
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value)
}

function scalarText(value: unknown): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value).replace(/\s+/g, ' ')
}

/** `expectedAt`, `expected_at` -> `expected at` */
function words(key: string): string {
  return key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
}
