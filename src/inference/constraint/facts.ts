/** @file What several schemas say together about strings, numbers and counts. */
import { type Automaton, anyText, both, textMatching, textOfLength } from './automaton.ts'
import { textOfFormat } from './formats.ts'
import { parsePattern, wholeText } from './pattern.ts'
import type { Facts } from './schema-alternatives.ts'
import type { NumberLimits } from './write-number.ts'

/** The values of a keyword, from all facts that have it. */
export function valuesOf<T>(facts: readonly Facts[], keyword: string): T[] {
  return facts.flatMap(({ schema }) =>
    schema[keyword] === undefined ? [] : [schema[keyword] as T],
  )
}

/** The largest of the lower and the smallest of the upper limits. */
export function countLimits(
  facts: readonly Facts[],
  lower: string,
  upper: string,
): { min: number; max: number } {
  return {
    min: Math.max(0, ...valuesOf<number>(facts, lower)),
    max: Math.min(...valuesOf<number>(facts, upper)),
  }
}

/** The strings that the facts allow. */
export function stringText(facts: readonly Facts[]): Automaton {
  const { min, max } = countLimits(facts, 'minLength', 'maxLength')
  const parts = [
    ...valuesOf<string>(facts, 'pattern').map(textWithPattern),
    ...valuesOf<string>(facts, 'format').map(textOfFormat),
  ]
  if (min > 0 || max !== Number.POSITIVE_INFINITY) parts.push(textOfLength(min, max))
  return parts.length === 0 ? anyText : parts.reduce(both)
}

/** Texts in which the pattern is found. */
export function textWithPattern(source: string): Automaton {
  return textMatching(wholeText(parsePattern(source), source, { search: true }))
}

/** The limits of numbers that the facts allow. */
export function numberLimits(facts: readonly Facts[]): Omit<NumberLimits, 'isInteger'> {
  const [minimum, exclusiveMinimum] = ['minimum', 'exclusiveMinimum'].map((keyword) =>
    Math.max(...valuesOf<number>(facts, keyword)),
  )
  const [maximum, exclusiveMaximum] = ['maximum', 'exclusiveMaximum'].map((keyword) =>
    Math.min(...valuesOf<number>(facts, keyword)),
  )
  return {
    min: Math.max(minimum!, exclusiveMinimum!),
    max: Math.min(maximum!, exclusiveMaximum!),
    excludesMin: exclusiveMinimum! >= minimum!,
    excludesMax: exclusiveMaximum! <= maximum!,
    multipleOf: commonMultiple(valuesOf<number>(facts, 'multipleOf')),
  }
}

/** The smallest number that is a multiple of all of them, computed with whole numbers. */
function commonMultiple(divisors: number[]): number | undefined {
  if (divisors.length < 2) return divisors[0]
  const scale = 10 ** Math.max(...divisors.map(decimalsOf))
  const whole = divisors.map((divisor) => Math.round(divisor * scale))
  return whole.reduce((a, b) => (a / greatestDivisor(a, b)) * b) / scale
}

function decimalsOf(value: number): number {
  const [mantissa = '', exponent = '0'] = `${value}`.split('e')
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent))
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
