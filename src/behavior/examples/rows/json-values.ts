/** @file A JSON array of rows, or objects that take several lines each. A broken row is reported by itself. */
import { parseJsonRow } from './parse-json.ts'
import type { RawRow } from './raw-row.ts'

/** Strings, so that brackets in them are passed over, and what structures the text outside of them. */
const tokens = /"(?:[^"\\\n]+|\\.)*"?|[{}[\],]/g
const steps: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 }

/** Rows of `[{…}, {…}]`, or of `{…} {…}`. */
export function readJsonValues(text: string): RawRow[] {
  const isArray = text.trimStart().startsWith('[')
  const rows: RawRow[] = []
  let line = 1
  let counted = 0
  for (const [start, end] of locateValues(text, isArray)) {
    const piece = text.slice(start, end).trim()
    if (piece === '') continue
    const at = start + text.slice(start, end).search(/\S/)
    line += text.slice(counted, at).split('\n').length - 1
    counted = at
    const row = parseJsonRow(piece, line)
    rows.push(isArray ? { ...row, root: `$[${rows.length}]` } : row)
  }
  return rows
}

/** Where values start and end: between commas in an array, else at the bracket that closes an object. */
function locateValues(text: string, isArray: boolean): [number, number][] {
  const values: [number, number][] = []
  let open = 0
  let start = 0
  for (const { 0: token, index } of text.matchAll(tokens)) {
    const step = steps[token] ?? 0
    if (step === 0 && (token !== ',' || !isArray || open !== 1)) continue
    open += step
    if (isArray && open === 1 && step === 1 && values.length === 0 && start === 0) start = index + 1
    const isEnd = isArray ? token === ',' || open === 0 : open === 0
    if (!isEnd) continue
    values.push([start, isArray ? index : index + 1])
    start = index + 1
    if (isArray && open === 0) return values
  }
  return [...values, [start, text.length]]
}
