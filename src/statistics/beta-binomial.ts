/** @file Few items: the chance that one arm is better, from counts and a prior. */
import { checkCount, checkPositive } from './check.ts'
import { betaCdf, betaDensity, betaQuantile } from './distributions/beta.ts'
import { StatisticsError } from './errors.ts'
import { integrate } from './integrate.ts'
import { DEFAULT_LEVEL, type Interval, type IntervalOptions } from './interval.ts'
import { countItems, type PairedCounts } from './paired-proportions.ts'

export type PriorOptions = {
  /** Both parameters of the beta prior; .5 unless told (Jeffreys), 1 for a uniform one. */
  prior?: number
}

export type Trials = { successes: number; n: number }

/** A credible interval: given the data and the prior, the difference lies in it with chance `level`. */
export type BayesianComparison = Interval & { firstBetter: number }

type Beta = { a: number; b: number }

/** What lies outside these quantiles weighs less than the error of the sums. */
const NEGLIGIBLE_TAIL = 1e-13

/**
 * Two independent arms, each with the posterior `Beta(successes + prior, failures + prior)` of its share:
 * the chance that the first share is larger, the mean of the difference, and its equal-tailed interval.
 * `P(p₁ - p₂ <= d) = ∫ F₁(y + d) f₂(y) dy`, summed numerically. For few items, where normal approximations
 * fail (Bowyer, Aitchison and Ivanova 2025).
 *
 * Assumes independent items, and other items in each arm: for the same items in both arms take
 * `pairedBetaBinomial`. n = 0 is allowed and gives the prior.
 *
 * @throws StatisticsError invalid_argument
 */
export function betaBinomial(
  first: Trials,
  second: Trials,
  { prior = 0.5, level = DEFAULT_LEVEL }: PriorOptions & IntervalOptions = {},
): BayesianComparison {
  checkPositive('prior', prior)
  const [one, two] = [posterior('first', first, prior), posterior('second', second, prior)]
  const below = differenceCdf(one, two)
  const tail = (1 - level) / 2
  return {
    estimate: meanOf(one) - meanOf(two),
    low: solve(below, tail),
    high: solve(below, 1 - tail),
    level,
    firstBetter: 1 - below(0),
  }
}

/**
 * Two arms on the same items: the chance that the first is better, given a `Dirichlet(prior, …)` on the
 * four cells. Only discordant pairs tell: with b won by the first and c by the second it is
 * `P(X > 1/2)` for X from Beta(b + prior, c + prior). Without discordant pairs it is 1/2.
 *
 * Assumes independent items.
 *
 * @throws StatisticsError no_data, invalid_argument
 */
export function pairedBetaBinomial(
  counts: PairedCounts,
  { prior = 0.5 }: PriorOptions = {},
): { firstBetter: number } {
  countItems(counts)
  checkPositive('prior', prior)
  return { firstBetter: betaCdf(0.5, counts.secondOnly + prior, counts.firstOnly + prior) }
}

/**
 * P(p₁ - p₂ <= d) as a function of d. A prior below 1 can put a pole at either end of the density; each
 * half is summed from its own end, the upper one mirrored, since numbers are dense near 0 only.
 */
function differenceCdf(one: Beta, two: Beta): (d: number) => number {
  const lower = lowerHalf(one, two)
  const upper = lowerHalf(mirrored(one), mirrored(two))
  return (d) => lower(d) + (0.5 - upper(-d))
}

/** ∫ F₁(y + d) f₂(y) dy from 0 to the median of f₂. */
function lowerHalf(one: Beta, two: Beta): (d: number) => number {
  const from = betaQuantile(NEGLIGIBLE_TAIL, two.a, two.b)
  const median = betaQuantile(0.5, two.a, two.b)
  return (d) => {
    // Past the ends F₁ is flat: 0 below them adds nothing, 1 above them adds the chance to be there.
    const start = Math.max(from, -d)
    const end = Math.min(median, 1 - d)
    const inside = (y: number): number =>
      betaCdf(Math.min(1, y + d), one.a, one.b) * betaDensity(y, two.a, two.b)
    const above = end < median ? 0.5 - betaCdf(Math.max(0, end), two.a, two.b) : 0
    return above + (start < end ? integrate(inside, start, end) : 0)
  }
}

function mirrored({ a, b }: Beta): Beta {
  return { a: b, b: a }
}

/** Where a rising function on [-1, 1] reaches `target`, by halving. */
function solve(rising: (d: number) => number, target: number): number {
  let [low, high] = [-1, 1]
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2
    if (rising(middle) < target) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function posterior(name: string, { successes, n }: Trials, prior: number): Beta {
  checkCount(`${name}.successes`, successes)
  checkCount(`${name}.n`, n)
  if (successes > n) {
    throw new StatisticsError('invalid_argument', `${name} has ${successes} successes in ${n}`, {
      hint: 'Count the successes among the n items only.',
    })
  }
  return { a: successes + prior, b: n - successes + prior }
}

function meanOf({ a, b }: Beta): number {
  return a / (a + b)
}
