/** @file Numbers with their units in a text, in digits or in words. */
import type { Span } from '../../knowledge/index.ts'
import type { NumberFact } from './fact.ts'
import { isKnownUnit, unitOf } from './units.ts'

/** A number as it stands in a text; `units` are the words that may be its unit. */
type FoundNumber = Span & { value: number; units: string[] }

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const SCALES: Record<string, number> = {
  hundred: 100,
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  mn: 1e6,
  billion: 1e9,
  bn: 1e9,
}

const WORD = [...SMALL, ...TENS, 'hundred', 'thousand', 'million', 'billion'].join('|')
const DIGITS = String.raw`-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+|,\d{1,2}(?!\d))?`
const NUMBER = new RegExp(
  String.raw`(?<![\p{L}\p{N}_]|\d[.,])(?:(?<currency>[$€£])\s?)?(?:(?<digits>${DIGITS})(?:\s?(?<scale>k|mn|bn|thousand|million|billion)(?![\p{L}\p{N}]))?|(?<words>(?:${WORD})(?:(?:\s|-)(?:and\s)?(?:${WORD}))*)(?![\p{L}\p{N}]))(?!\.\d)`,
  'giu',
)
/** "30 days", "a 30-day trial", "30 calendar days", "5%". */
const UNIT = /^\s?-?\s?(%|[$€£]|[\p{L}]+)(?:\s([\p{L}]+))?/u

/** Where the text gives the number, in the unit of the fact or in one that converts to it. */
export function findNumber({ number, unit, tolerance = 0 }: NumberFact, text: string): Span[] {
  const slack = Math.max(tolerance, Math.abs(number) * 1e-9)
  const wanted = unit === undefined ? undefined : unitOf(unit)
  const agrees = ({ value, units }: FoundNumber): boolean => {
    if (wanted === undefined) return Math.abs(value - number) <= slack
    return units.some((name) => {
      const { dimension, factor } = unitOf(name)
      const converted = (value * factor) / wanted.factor
      return dimension === wanted.dimension && Math.abs(converted - number) <= slack
    })
  }
  return numbersIn(text)
    .filter(agrees)
    .map(({ start, end }) => ({ start, end }))
}

function numbersIn(text: string): FoundNumber[] {
  return [...text.matchAll(NUMBER)].map((match) => {
    const { currency, digits, scale = '', words } = match.groups!
    const end = match.index + match[0].length
    const value =
      digits === undefined ? ofWords(words!) : ofDigits(digits) * (SCALES[scale.toLowerCase()] ?? 1)
    const units = [...(currency ? [currency] : []), ...unitsBehind(text.slice(end))]
    return { value, units, start: match.index, end }
  })
}

function ofDigits(digits: string): number {
  const isDecimalComma = /^-?\d+,\d{1,2}$/.test(digits)
  return Number(isDecimalComma ? digits.replace(',', '.') : digits.replaceAll(',', ''))
}

/** "two hundred and five" -> 205 */
function ofWords(words: string): number {
  let [total, part] = [0, 0]
  for (const word of words.toLowerCase().split(/\s|-/)) {
    const scale = SCALES[word]
    if (scale !== undefined) {
      part = Math.max(1, part) * scale
      if (scale > 100) [total, part] = [total + part, 0]
    } else if (TENS.includes(word)) part += 10 * (TENS.indexOf(word) + 2)
    else if (SMALL.includes(word)) part += SMALL.indexOf(word)
  }
  return total + part
}

/** The next word, and the one behind it where the next is none that is known: "30 calendar days". */
function unitsBehind(text: string): string[] {
  // In "10 to 14 days" the first number has the unit of the second.
  const range = /^\s?(?:-|to|or|and)\s?\d+(?:[.,]\d+)?/.exec(text)
  const [, first, second] = UNIT.exec(range ? text.slice(range[0].length) : text) ?? []
  if (first === undefined) return []
  return isKnownUnit(first) || second === undefined ? [first] : [first, second]
}
