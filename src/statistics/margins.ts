/** @file "Not worse" and "as good as": tests against a margin that was fixed beforehand. */
import { checkOpenShare, checkPositive } from './check.ts'
import { normalCdf } from './distributions/normal.ts'
import type { ClusterLabels } from './groups.ts'
import type { Interval } from './interval.ts'
import { meanInterval, oneSidedP } from './mean.ts'
import {
  countItems,
  newcombeInterval,
  newcombeRange,
  type PairedCounts,
} from './paired-proportions.ts'

export type MarginOptions = {
  /** The largest loss that does not matter, above 0: 0.05 for five points. Fix it before looking. */
  margin: number
  /** One-sided error rate; .05 unless told. */
  alpha?: number
}

export type MarginOfProportions = MarginOptions & {
  /** Counts are divided by it where items come in clusters (`designEffect`); 1 unless told. */
  designEffect?: number
}

export type MarginOfMeans = MarginOptions & { clusters?: ClusterLabels }

/** The interval has the level `1 - 2·alpha`; the claim holds when it stays inside the margin. */
export type MarginTest = Interval & { margin: number; p: number; holds: boolean }

/** Stands for "no chance left": a z beyond it has a p-value below the smallest number. */
const FARTHEST_Z = 40

/**
 * Is the first arm not worse than the second by more than the margin? Yes when the lower end of the
 * Newcombe interval of `first - second` at level `1 - 2·alpha` lies above `-margin`. The p-value is the
 * alpha at which that end would touch the margin, so it can enter `holm`.
 *
 * Assumes independent items, or a design effect. Without discordant pairs it says yes only if n is
 * large enough for the margin.
 *
 * @throws StatisticsError no_data, invalid_argument
 */
export function nonInferiorityOfProportions(
  counts: PairedCounts,
  { margin, alpha = 0.05, designEffect = 1 }: MarginOfProportions,
): MarginTest {
  checkMargin(margin, alpha, { ofShares: true })
  const interval = newcombeInterval(counts, { level: 1 - 2 * alpha, designEffect })
  const p = pAboveMargin(counts, margin, designEffect)
  return { ...interval, margin, p, holds: interval.low > -margin }
}

/**
 * Are the arms equally good, within the margin on both sides? Two one-sided tests (TOST, Schuirmann
 * 1987), each as in `nonInferiorityOfProportions`; p is the larger one.
 *
 * @throws StatisticsError no_data, invalid_argument
 */
export function equivalenceOfProportions(
  counts: PairedCounts,
  options: MarginOfProportions,
): MarginTest {
  const lower = nonInferiorityOfProportions(counts, options)
  const upper = nonInferiorityOfProportions(swapped(counts), options)
  return { ...lower, p: Math.max(lower.p, upper.p), holds: lower.holds && upper.holds }
}

/**
 * Is the mean of the differences (first minus second) above `-margin`? A one-sided t test, cluster-robust
 * where clusters are given; assumes what `meanInterval` assumes.
 *
 * Where no difference varies, p is the sign test's 0.5^G (G clusters, or values), and the claim needs
 * p <= alpha: two equal values prove nothing.
 *
 * @throws StatisticsError no_data, too_few_items, too_few_clusters, invalid_argument, length_mismatch
 */
export function nonInferiorityOfMeans(
  differences: readonly number[],
  { margin, alpha = 0.05, clusters }: MarginOfMeans,
): MarginTest {
  checkMargin(margin, alpha)
  const mean = meanInterval(differences, { ...(clusters && { clusters }), level: 1 - 2 * alpha })
  const { estimate, low, high, level } = mean
  const p = oneSidedP(mean, -margin).above
  return { estimate, low, high, level, margin, p, holds: p <= alpha }
}

/**
 * Is the mean of the differences inside `-margin .. margin`? Two one-sided t tests (TOST, Schuirmann
 * 1987), each as in `nonInferiorityOfMeans`; p is the larger one.
 *
 * @throws StatisticsError no_data, too_few_items, too_few_clusters, invalid_argument, length_mismatch
 */
export function equivalenceOfMeans(
  differences: readonly number[],
  options: MarginOfMeans,
): MarginTest {
  const lower = nonInferiorityOfMeans(differences, options)
  const upper = nonInferiorityOfMeans(
    differences.map((value) => -value),
    options,
  )
  return { ...lower, p: Math.max(lower.p, upper.p), holds: lower.holds && upper.holds }
}

/**
 * The p-value of "first - second is -margin or less". The end of the interval as a function of z runs
 * down from the upper ends (z < 0) over the estimate (z = 0) through the lower ends; its crossing with
 * the margin is found by halving.
 */
function pAboveMargin(counts: PairedCounts, margin: number, designEffect: number): number {
  const estimate = (counts.firstOnly - counts.secondOnly) / countItems(counts)
  const end = (z: number): number => {
    if (z === 0) return estimate
    const { low, high } = newcombeRange(counts, Math.abs(z), designEffect)
    return z > 0 ? low : high
  }
  let [left, right] = [-FARTHEST_Z, FARTHEST_Z]
  for (let round = 0; round < 100; round++) {
    const middle = (left + right) / 2
    if (end(middle) > -margin) left = middle
    else right = middle
  }
  return normalCdf(-right)
}

function swapped({ both, firstOnly, secondOnly, neither }: PairedCounts): PairedCounts {
  return { both, firstOnly: secondOnly, secondOnly: firstOnly, neither }
}

function checkMargin(margin: number, alpha: number, { ofShares = false } = {}): void {
  if (ofShares) checkOpenShare('margin', margin)
  else checkPositive('margin', margin)
  checkOpenShare('2 * alpha', 2 * alpha)
}
