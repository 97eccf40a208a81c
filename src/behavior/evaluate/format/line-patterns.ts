/** @file Fixed lines and lines with a free slot: how they match and how they are told. */
import { wordsOf } from '../../text/words.ts'
import type { LinePattern } from './format-spec.ts'

export function matchesPattern(pattern: LinePattern, line: string): boolean {
  return faultOf(pattern, line) === undefined
}

/** What keeps a line from matching, as the end of a sentence about the line; undefined where it matches. */
export function faultOf(pattern: LinePattern, line: string): string | undefined {
  if ('text' in pattern) return line === pattern.text ? undefined : `is not "${pattern.text}"`
  const { prefix, suffix, words } = pattern
  if (!line.startsWith(prefix)) return `does not start with "${prefix.trim()}"`
  const slot = line.slice(prefix.length)
  if (!slot.endsWith(suffix)) return `does not end with "${suffix.trim()}"`
  const found = wordsOf(slot.slice(0, slot.length - suffix.length)).length
  if (found >= words.min && found <= words.max) return undefined
  return `has ${found} words in its free part, where ${words.min} to ${words.max} are usual`
}

/** The pattern as a person would write it; `{…}` is the free slot. */
export function showPattern(pattern: LinePattern): string {
  return `"${'text' in pattern ? pattern.text : `${pattern.prefix}{…}${pattern.suffix}`}"`
}

/** What is fixed in it. */
export function fixedText(pattern: LinePattern): string {
  return 'text' in pattern ? pattern.text : `${pattern.prefix}${pattern.suffix}`
}
