/** @file JSON numbers within limits, digit by digit. */
import { type Automaton, textMatching } from './automaton.ts'
import type { GrammarBuilder } from './grammar.ts'
import { MAX_STATES, tooLarge } from './limits.ts'
import { parsePattern } from './pattern.ts'
import { writeAutomaton } from './write-text.ts'

export type NumberLimits = {
  min: number
  max: number
  /** Whether the limits themselves are out. */
  excludesMin: boolean
  excludesMax: boolean
  isInteger: boolean
  multipleOf: number | undefined
}

type Path = { source: number; target: number }

// What JavaScript writes without an exponent: below 1e21, and 17 digits after the zeros of 1e-6.
const MAX_WHOLE_DIGITS = 21
const MAX_FRACTION_DIGITS = 22

/**
 * Leads from one state to another over the numbers within the limits: no leading zeros, no -0, as many digits
 * as JavaScript writes. Exponents are for numbers without any limit.
 */
export function writeNumber(grammar: GrammarBuilder, limits: NumberLimits, path: Path): void {
  const { min, max, isInteger, multipleOf } = limits
  const least: Border = { limit: min, isExcluded: limits.excludesMin }
  const most: Border = { limit: max, isExcluded: limits.excludesMax }
  if (max >= 0) {
    const low = min >= 0 ? least : { limit: 0, isExcluded: false }
    writeMagnitude(grammar, boundsOf(low, most, limits), path)
  }
  if (min < 0) {
    const low = max < 0 ? { ...most, limit: -max } : { limit: 0, isExcluded: true }
    const source = grammar.addState()
    grammar.addText(path.source, '-', source)
    writeMagnitude(grammar, boundsOf(low, { ...least, limit: -min }, limits), { ...path, source })
  }
  const isFree = min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY
  if (isFree && !isInteger && multipleOf === undefined)
    writeAutomaton(grammar, scientific(), { ...path, encoding: 'plain' })
}

/** Scientific notation up to 9.99e307, which every reader can hold. */
const scientific = (): Automaton =>
  textMatching(
    parsePattern(
      `-?[1-9](\\.\\d{1,${MAX_FRACTION_DIGITS}})?[eE][+-]?(0?[1-9]|[1-9]\\d|[12]\\d\\d|30[0-7])`,
    ),
  )

type Border = { limit: number; isExcluded: boolean }
/** The digits of a border before and behind the point. */
type WrittenBorder = { whole: string; fraction: string; isExcluded: boolean }

type Bounds = {
  low: WrittenBorder
  /** Absent for numbers without an upper limit. */
  high: WrittenBorder | undefined
  maxFractionDigits: number
  /** The number is to be a multiple of unit / 10^decimals. */
  unit: number
  decimals: number
}

function boundsOf(low: Border, high: Border, { isInteger, multipleOf }: NumberLimits): Bounds {
  const divisor = multipleOf === undefined ? undefined : digitsOf(multipleOf)
  const decimals = divisor?.fraction.length ?? MAX_FRACTION_DIGITS
  const unit = divisor ? Number(divisor.whole + divisor.fraction) : 1
  // Each digit has a state per remainder.
  if (unit * MAX_WHOLE_DIGITS > MAX_STATES) throw tooLarge('states', MAX_STATES)
  return {
    low: { ...low, ...digitsOf(low.limit) },
    high: Number.isFinite(high.limit) ? { ...high, ...digitsOf(high.limit) } : undefined,
    maxFractionDigits: isInteger ? 0 : Math.min(decimals, MAX_FRACTION_DIGITS),
    unit,
    decimals,
  }
}

/** 12.5 is { whole: '12', fraction: '5' }; what JavaScript writes with an exponent is written out. */
function digitsOf(value: number): { whole: string; fraction: string } {
  const [mantissa = '', exponent = '0'] = `${value}`.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const shift = Number(exponent)
  if (shift < 0) return { whole: '0', fraction: '0'.repeat(-shift - 1) + whole + fraction }
  return {
    whole: whole + fraction.slice(0, shift).padEnd(shift, '0'),
    fraction: fraction.slice(shift),
  }
}

/** Where a number without its sign stands while it is written. */
type Progress = {
  /** Digits before the point still to come. */
  wholeLeft: number
  /** Digits behind the point so far; -1 as long as there is no point. */
  fractionDigits: number
  /** Whether all digits so far are those of the border, so that the next one is bound by it. */
  followsLow: boolean
  followsHigh: boolean
  /** All digits so far as one number, modulo the unit. */
  remainder: number
}

function writeMagnitude(grammar: GrammarBuilder, bounds: Bounds, { source, target }: Path): void {
  const states = new Map<string, number>()
  const queue: { state: number; progress: Progress }[] = []
  const stateOf = (progress: Progress): number => {
    const key = Object.values(progress).join()
    const known = states.get(key)
    if (known !== undefined) return known
    const state = grammar.addState()
    states.set(key, state)
    queue.push({ state, progress })
    return state
  }
  const link = (state: number, continued: [digit: number, Progress][]): void => {
    for (const [digit, progress] of continued) grammar.addText(state, `${digit}`, stateOf(progress))
  }
  for (const { start, firstDigit } of starts(bounds))
    link(source, withDigit(bounds, start, firstDigit))
  for (const { state, progress } of queue) {
    if (mayEnd(bounds, progress)) grammar.addJump(state, target)
    link(state, withDigit(bounds, progress, 0))
    if (progress.wholeLeft === 0 && progress.fractionDigits < 0 && bounds.maxFractionDigits > 0)
      grammar.addText(state, '.', stateOf({ ...progress, fractionDigits: 0 }))
  }
}

/** One start for each count of whole digits, which decides whether a border's digits bind. */
function starts({ low, high }: Bounds): { start: Progress; firstDigit: number }[] {
  const shortest = low.whole.length
  const longest = Math.min(high?.whole.length ?? MAX_WHOLE_DIGITS, MAX_WHOLE_DIGITS)
  return Array.from({ length: Math.max(0, longest - shortest + 1) }, (_, i) => {
    const start = {
      wholeLeft: shortest + i,
      fractionDigits: -1,
      followsLow: i === 0,
      followsHigh: shortest + i === high?.whole.length,
      remainder: 0,
    }
    return { start, firstDigit: start.wholeLeft > 1 ? 1 : 0 }
  })
}

/** What a number becomes with each digit that may follow. */
function withDigit(bounds: Bounds, progress: Progress, least: number): [number, Progress][] {
  const { followsLow, followsHigh, remainder } = progress
  const next = { ...progress }
  if (progress.wholeLeft > 0) next.wholeLeft--
  else if (progress.fractionDigits >= 0 && progress.fractionDigits < bounds.maxFractionDigits)
    next.fractionDigits++
  else return []
  const lowDigit = followsLow ? digitAt(bounds.low, next) : 0
  const highDigit = followsHigh ? digitAt(bounds.high!, next) : 9
  const continued: [number, Progress][] = []
  for (let digit = Math.max(least, lowDigit); digit <= highDigit; digit++) {
    const follows = {
      followsLow: followsLow && digit === lowDigit,
      followsHigh: followsHigh && digit === highDigit,
    }
    continued.push([
      digit,
      { ...next, ...follows, remainder: (10 * remainder + digit) % bounds.unit },
    ])
  }
  return continued
}

/** The border's digit in the place that has just been written. */
function digitAt(
  { whole, fraction }: WrittenBorder,
  { wholeLeft, fractionDigits }: Progress,
): number {
  if (fractionDigits > 0) return Number(fraction[fractionDigits - 1] ?? 0)
  return Number(whole[whole.length - wholeLeft - 1])
}

/** Whether the number is whole and within the bounds when nothing but zeros is missing. */
function mayEnd({ low, high, unit, decimals }: Bounds, progress: Progress): boolean {
  const { wholeLeft, fractionDigits, followsLow, followsHigh } = progress
  if (wholeLeft > 0 || fractionDigits === 0) return false
  const written = Math.max(fractionDigits, 0)
  const equals = ({ fraction }: WrittenBorder): boolean => /^0*$/.test(fraction.slice(written))
  if (followsLow && (low.isExcluded || !equals(low))) return false
  if (followsHigh && high!.isExcluded && equals(high!)) return false
  let { remainder } = progress
  for (let i = written; i < decimals && remainder !== 0; i++) remainder = (10 * remainder) % unit
  return remainder === 0
}
