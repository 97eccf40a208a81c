/** @file JSON Lines, cut at line feeds alone: readline also cuts at U+2028, which JSON strings may hold. */
import { readFileSync } from 'node:fs'

export function readJsonLinesFile<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T)
}
