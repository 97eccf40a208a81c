/** @file A text format as a regular expression that decoding can be held to. */
import { escapePattern } from '../../util/escape-pattern.ts'
import type {
  BlockKind,
  FormatElement,
  FormatPart,
  FormatVariant,
  LinePattern,
  TextFormat,
} from '../evaluate/index.ts'

/** Stands for a reference to the evidence; no text of a person holds it. */
export const PLACE = '\uFFFC'

/** Words of slots may be as long as the longest of any reply, and not less than this. */
const LONG_WORD = 12
/** A paragraph's characters, and paragraphs in a row: bounds that end a loop, not rules of the house. */
const LONGEST_LINE = 400
const MOST_LINES = 8

/**
 * The texts of a format that was read from `texts`: fixed lines to the letter, slots of as many words as they had. Opening brackets
 * stand nowhere else than in references; where a form has places of its own for them, only there.
 */
export function textPattern({ variants }: TextFormat, texts: readonly string[]): string {
  const references = texts.some((text) => text.includes(PLACE))
  const words = texts.flatMap((text) => text.split(/\s+/))
  const longest = words.reduce((most, word) => Math.max(most, word.length), LONG_WORD)
  return oneOf(variants.map((variant) => variantPattern(variant, { references, longest })))
}

/** How free text may look in a variant. */
type Free = { word: string; line: string }

function variantPattern(
  { parts }: FormatVariant,
  { references, longest }: { references: boolean; longest: number },
): string {
  const hasPlaces = parts.some(({ elements }) => elements.some(hasPlace))
  const reference = references && !hasPlaces ? `|${PLACE}` : ''
  const free: Free = {
    word: String.raw`([^\s\[]${reference}){1,${longest}}`,
    line: String.raw`([^\s\[]${reference})([^\n\[]${reference}){0,${LONGEST_LINE}}`,
  }
  return partsPattern(parts, free)
}

function hasPlace(element: FormatElement): boolean {
  if (element.is !== 'line') return false
  return element.lines.some((line) =>
    'text' in line ? line.text.includes(PLACE) : `${line.prefix}${line.suffix}`.includes(PLACE),
  )
}

/** Parts behind each other, one line each or more; what may be left out takes its line break with it. */
function partsPattern(parts: readonly FormatPart[], free: Free): string {
  const [first, ...others] = parts
  if (!first) return ''
  const rest = others.map((part) => {
    const pattern = `\\n${elementsPattern(part, free)}`
    return part.share < 1 ? `(${pattern})?` : pattern
  })
  const whole = elementsPattern(first, free) + rest.join('')
  return first.share < 1 && others.length > 0 ? oneOf([whole, partsPattern(others, free)]) : whole
}

function elementsPattern({ elements }: FormatPart, free: Free): string {
  return elements.map((element) => elementPattern(element, free)).join('\\n')
}

function elementPattern(element: FormatElement, { word, line }: Free): string {
  if (element.is === 'blank') return ''
  if (element.is === 'line') return oneOf(element.lines.map((own) => linePattern(own, word)))
  if (element.is === 'block') {
    const { min, max } = element.items
    const item = blockItems[element.of](line)
    return `${item}(\\n${item}){${Math.max(0, min - 1)},${Math.max(0, max - 1)}}`
  }
  const lines = `${line}(\\n\\n?${line}){0,${MOST_LINES - 1}}`
  return element.is === 'text' ? lines : `(${lines})?`
}

function linePattern(pattern: LinePattern, word: string): string {
  if ('text' in pattern) return escapePattern(pattern.text)
  const { prefix, suffix, words } = pattern
  const others = `( ${word}){${Math.max(0, words.min - 1)},${words.max - 1}}`
  return `${escapePattern(prefix)}${word}${others}${escapePattern(suffix)}`
}

const blockItems: Record<BlockKind, (line: string) => string> = {
  quote: (line) => `> ${line}`,
  bullets: (line) => `[-*+•] ${line}`,
  numbered: (line) => `\\d{1,2}[.)] ${line}`,
  heading: (line) => `#{1,6} ${line}`,
  code: (line) => line,
  table: (line) => `\\|${line}`,
}

function oneOf(patterns: readonly string[]): string {
  const distinct = [...new Set(patterns)]
  return distinct.length === 1 ? distinct[0]! : `(${distinct.join('|')})`
}
