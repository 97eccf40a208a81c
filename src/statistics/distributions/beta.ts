/** @file The beta distribution, on which Student's t and the binomial stand. */
import { checkPositive, checkShare } from '../check.ts'

const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI)
/** Stirling's series in 1/x: B(2k) / (2k(2k - 1)); past these terms it is below 1e-15 for x >= 10. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360]

/**
 * P(X <= x) for X from Beta(a, b): the regularised incomplete beta function, by its continued
 * fraction (DLMF 8.17.22) on the side of the mean where that converges fast.
 *
 * @throws StatisticsError invalid_argument, unless 0 <= x <= 1 and a, b > 0
 */
export function betaCdf(x: number, a: number, b: number): number {
  checkShare('x', x)
  checkPositive('a', a)
  checkPositive('b', b)
  if (x === 0 || x === 1) return x
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b))
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b
}

/** The density of Beta(a, b) at 0 < x < 1. */
export function betaDensity(x: number, a: number, b: number): number {
  return Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta(a, b))
}

/**
 * The x with P(X <= x) = p for X from Beta(a, b): Newton's method, kept inside a bracket by halving.
 *
 * @throws StatisticsError invalid_argument, unless 0 <= p <= 1 and a, b > 0
 */
export function betaQuantile(p: number, a: number, b: number): number {
  checkShare('p', p)
  checkPositive('a', a)
  checkPositive('b', b)
  if (p === 0 || p === 1) return p
  let [low, high] = [0, 1]
  let x = a / (a + b)
  for (let round = 0; round < 400; round++) {
    const excess = betaCdf(x, a, b) - p
    if (excess > 0) high = x
    else low = x
    const newton = x - excess / betaDensity(x, a, b)
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - x) <= 1e-16 * x) return next
    x = next
  }
  return x
}

/** ln B(a, b). */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** ln Γ(x) for x > 0: Stirling's series from 10 on, the recurrence below. */
function logGamma(x: number): number {
  let product = 1
  let y = x
  for (; y < 10; y++) product *= y
  const series = STIRLING.reduceRight((sum, term) => sum / (y * y) + term, 0) / y
  return (y - 0.5) * Math.log(y) - y + LOG_ROOT_TWO_PI + series - Math.log(product)
}

/** Lentz's evaluation of the fraction, two steps a round; it needs about sqrt(max(a, b)) rounds. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-15) return fraction
  }
  throw new Error(`internal: the beta fraction does not converge at x ${x}, a ${a}, b ${b}`)
}
