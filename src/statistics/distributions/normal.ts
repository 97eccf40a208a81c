/** @file The normal distribution: probabilities and quantiles to about 14 digits, tails included. */
import { checkOpenShare } from '../check.ts'

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI)
/** Below it the series, above it the continued fraction needs few terms and loses no digits. */
const SERIES_LIMIT = 3
/** The fraction's error at SERIES_LIMIT falls like exp(-6 * sqrt(2 * terms)): 1e-28 here. */
const FRACTION_TERMS = 60

/** P(Z <= x) for a standard normal Z. */
export function normalCdf(x: number): number {
  return x < 0 ? normalTail(-x) : 1 - normalTail(x)
}

/**
 * The x with P(Z <= x) = p.
 *
 * Newton's method on the logarithm of the tail: that is concave, so from `sqrt(-2 ln p)`, which lies
 * beyond the root, it comes down to it without overshooting.
 *
 * @throws StatisticsError invalid_argument, unless 0 < p < 1
 */
export function normalQuantile(p: number): number {
  checkOpenShare('p', p)
  if (p === 0.5) return 0
  const tail = Math.min(p, 1 - p)
  let x = Math.sqrt(-2 * Math.log(tail))
  for (let round = 0; round < 100; round++) {
    const area = normalTail(x)
    const step = (Math.log(area / tail) * area) / density(x)
    x += step
    if (Math.abs(step) <= 1e-15 * x) break
  }
  return p < 0.5 ? -x : x
}

/** The z of a two-sided interval: 1.96 at a level of .95. */
export function criticalZ(level: number): number {
  checkOpenShare('level', level)
  return -normalQuantile((1 - level) / 2)
}

/** P(Z > x) for x >= 0. */
function normalTail(x: number): number {
  return x < SERIES_LIMIT ? 0.5 - density(x) * centralSeries(x) : density(x) / tailFraction(x)
}

function density(x: number): number {
  return Math.exp(-0.5 * x * x) / ROOT_TWO_PI
}

/** x + x^3/3 + x^5/(3*5) + ...: all terms have one sign, so nothing cancels (Marsaglia 2004). */
function centralSeries(x: number): number {
  let term = x
  let sum = x
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (x * x) / odd
    sum += term
  }
  return sum
}

/** x + 1/(x + 2/(x + 3/(x + ...))), Laplace's fraction of the Mills ratio, from the far end. */
function tailFraction(x: number): number {
  let fraction = x
  for (let k = FRACTION_TERMS; k >= 1; k--) fraction = x + k / fraction
  return fraction
}
