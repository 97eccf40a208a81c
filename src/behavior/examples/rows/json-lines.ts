/** @file JSON Lines: one row per line, blank lines skipped. */
import { parseJsonRow } from './parse-json.ts'
import type { RawRow } from './raw-row.ts'

export function readJsonLines(text: string): RawRow[] {
  return text
    .split('\n')
    .flatMap((line, at) => (line.trim() === '' ? [] : [parseJsonRow(line, at + 1)]))
}
