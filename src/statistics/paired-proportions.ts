/** @file Two arms, yes or no on the same items: the difference of their shares, and its p-value. */
import { checkCount, checkDesignEffect, checkSameLength } from './check.ts'
import { binomialCdf, binomialPmf } from './distributions/binomial.ts'
import { criticalZ } from './distributions/normal.ts'
import { StatisticsError } from './errors.ts'
import { DEFAULT_LEVEL, type Interval } from './interval.ts'
import { type ProportionOptions, wilsonRange } from './proportions.ts'

/** How many items each combination of the two outcomes has. */
export type PairedCounts = {
  both: number
  firstOnly: number
  secondOnly: number
  neither: number
}

export type McnemarOptions = {
  /** `mid-p` unless told; `exact` never rejects too often, and pays for it with power. */
  variant?: 'mid-p' | 'exact'
}

export type McnemarTest = {
  p: number
  /** Items on which the arms differ; no other item tells which is better. */
  discordant: number
}

type Cells = [both: number, firstOnly: number, secondOnly: number, neither: number]

/** Counts the outcomes of two arms on the same items. @throws StatisticsError length_mismatch */
export function countPairs(first: readonly boolean[], second: readonly boolean[]): PairedCounts {
  checkSameLength(['first', 'second'], [first.length, second.length])
  const counts: PairedCounts = { both: 0, firstOnly: 0, secondOnly: 0, neither: 0 }
  first.forEach((one, i) => {
    counts[one ? (second[i] ? 'both' : 'firstOnly') : second[i] ? 'secondOnly' : 'neither']++
  })
  return counts
}

/**
 * The interval of the difference of two paired shares, first minus second (Newcombe 1998, Statistics in
 * Medicine 17:2635, method 10): the Wilson ranges of both shares, joined as the sides of a triangle
 * whose angle is the correlation φ of the outcomes, with φ's numerator corrected by n/2.
 *
 * Assumes independent items, or a design effect that makes up for it (counts are divided by it). Made
 * for few items and for shares near the ends, where `± 1.96·se` and the bootstrap fail. Without
 * discordant pairs the estimate is 0 and the range still has the width that n allows.
 *
 * @throws StatisticsError no_data without items; invalid_argument
 */
export function newcombeInterval(
  counts: PairedCounts,
  { level = DEFAULT_LEVEL, designEffect = 1 }: ProportionOptions = {},
): Interval {
  const n = countItems(counts)
  checkDesignEffect(designEffect)
  const estimate = (counts.firstOnly - counts.secondOnly) / n
  return { estimate, ...newcombeRange(counts, criticalZ(level), designEffect), level }
}

/** The range at a z of one's own choice: what tests against a margin invert. */
export function newcombeRange(
  counts: PairedCounts,
  z: number,
  designEffect = 1,
): { low: number; high: number } {
  const [e, f, g, h] = cells(counts).map((count) => count / designEffect) as Cells
  const n = e + f + g + h
  const [p1, p2] = [(e + f) / n, (e + g) / n]
  const [first, second] = [wilsonRange(p1, n, z), wilsonRange(p2, n, z)]
  const phi = correlation(e, f, g, h)
  return {
    low: Math.max(-1, p1 - p2 - thirdSide(p1 - first.low, second.high - p2, phi)),
    high: Math.min(1, p1 - p2 + thirdSide(first.high - p1, p2 - second.low, phi)),
  }
}

/**
 * The p-value of "both arms are equally good", two-sided (McNemar 1947; mid-p after Fagerland,
 * Lydersen and Laake 2013). With b and c items won by one arm only, m the smaller, and X from
 * Binomial(b + c, 1/2): exact `min(1, 2·P(X <= m))`; mid-p takes `P(X = m)` from that, half of it at a tie.
 *
 * Assumes independent items. Without discordant pairs p is 1: nothing speaks for a difference, and
 * nothing against one.
 *
 * @throws StatisticsError no_data without items; invalid_argument
 */
export function mcnemarTest(
  counts: PairedCounts,
  { variant = 'mid-p' }: McnemarOptions = {},
): McnemarTest {
  countItems(counts)
  const discordant = counts.firstOnly + counts.secondOnly
  const fewer = Math.min(counts.firstOnly, counts.secondOnly)
  if (discordant === 0) return { p: 1, discordant }
  const exact = Math.min(1, 2 * binomialCdf(fewer, discordant, 0.5))
  if (variant === 'exact') return { p: exact, discordant }
  // At a tie m is reached from one side only: its chance is not in the sum twice.
  const share = 2 * fewer === discordant ? 0.5 : 1
  return { p: exact - share * binomialPmf(fewer, discordant, 0.5), discordant }
}

/** The number of items. @throws StatisticsError no_data, invalid_argument */
export function countItems(counts: PairedCounts): number {
  for (const name of ['both', 'firstOnly', 'secondOnly', 'neither'] as const) {
    checkCount(name, counts[name])
  }
  const n = cells(counts).reduce((total, count) => total + count, 0)
  if (n > 0) return n
  throw new StatisticsError('no_data', 'no item was scored in both arms', {
    hint: 'Leave the comparison out of the report, and say how many items each arm lost.',
  })
}

function cells({ both, firstOnly, secondOnly, neither }: PairedCounts): Cells {
  return [both, firstOnly, secondOnly, neither]
}

/** φ of the 2x2 table; 0 where a margin is empty, and where n/2 outweighs a positive association. */
function correlation(e: number, f: number, g: number, h: number): number {
  const margins = (e + f) * (g + h) * (e + g) * (f + h)
  if (margins === 0) return 0
  const association = e * h - f * g
  const n = e + f + g + h
  const corrected = association > 0 ? Math.max(0, association - n / 2) : association
  return corrected / Math.sqrt(margins)
}

function thirdSide(a: number, b: number, phi: number): number {
  return Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b))
}
