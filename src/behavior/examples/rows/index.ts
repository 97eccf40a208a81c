/** @file Text to rows, by what the text is written in. */
import { detectDelimiter, readCsv } from './csv.ts'
import { readJsonLines } from './json-lines.ts'
import { readJsonValues } from './json-values.ts'
import type { RawRow } from './raw-row.ts'

export type { RawRow } from './raw-row.ts'

/** Rows of JSON Lines, a JSON array or CSV. Text has LF line ends and no byte order mark. */
export function readRows(text: string, { isCsv }: { isCsv: boolean }): RawRow[] {
  if (isCsv) return readCsv(text)
  return isValueList(text) ? readJsonValues(text) : readJsonLines(text)
}

/** Whether the text is CSV, by the name of its file or else by its first line. */
export function looksLikeCsv(text: string, name: string): boolean {
  if (/\.[ct]sv$/i.test(name)) return true
  if (/\.(jsonl?|ndjson)$/i.test(name)) return false
  const header = firstLine(text)
  return !/^\s*[[{]/.test(header) && header.includes(detectDelimiter(text))
}

/** An array that is the whole text, or an object that goes on below its opening bracket. */
function isValueList(text: string): boolean {
  const first = firstLine(text).trim()
  if (!first.startsWith('[')) return first === '{'
  const whole = text.trim()
  return first === '[' || whole === first || (whole.endsWith(']') && !first.endsWith(']'))
}

function firstLine(text: string): string {
  return text.split('\n', 100).find((line) => line.trim() !== '') ?? ''
}
