/** @file Percentiles of latency and the like, with ranges that assume no shape. */
import { checkOpenShare, checkValues } from './check.ts'
import { binomialCdf } from './distributions/binomial.ts'
import { DEFAULT_LEVEL, type IntervalOptions } from './interval.ts'
import { quantileOfSorted } from './summary.ts'

export type PercentileInterval = {
  estimate: number
  /** `null` when there are too few values for a bound on that side. */
  low: number | null
  high: number | null
  level: number
  /** The chance that the range holds the true percentile; at least `level` where both ends exist. */
  coverage: number
}

/**
 * The interval of a percentile between two of the values (order statistics; David and Nagaraja 2003,
 * section 7.1). With X from Binomial(n, share), the low end is the largest l-th value with
 * `P(X < l) <= (1 - level)/2`, the high end the smallest u-th with `P(X >= u) <= (1 - level)/2`.
 *
 * Assumes independent values from one distribution, of any shape. For the 95th percentile the high end
 * exists from 72 values on (59 for a one-sided bound, see `itemsForPercentileBound`).
 *
 * @throws StatisticsError no_data, invalid_argument
 */
export function percentileInterval(
  values: readonly number[],
  share: number,
  { level = DEFAULT_LEVEL }: IntervalOptions = {},
): PercentileInterval {
  checkValues('values', values)
  checkOpenShare('share', share)
  checkOpenShare('level', level)
  const n = values.length
  const sorted = values.toSorted((a, b) => a - b)
  const tail = (1 - level) / 2
  const atMost = (k: number): number => binomialCdf(k, n, share)
  // 1-based places of the ends; 0 and n + 1 stand for "no such value".
  const low = countWhile(n, (l) => atMost(l - 1) <= tail)
  const high = n + 1 - countWhile(n, (back) => 1 - atMost(n - back) <= tail)
  return {
    estimate: quantileOfSorted(sorted, share),
    low: low > 0 ? sorted[low - 1]! : null,
    high: high <= n ? sorted[high - 1]! : null,
    level,
    coverage: atMost(high - 1) - atMost(low - 1),
  }
}

/**
 * How many values it takes until the largest one is an upper bound of the percentile, one-sided:
 * `ln(1 - level) / ln(share)`, rounded up. 59 for the 95th percentile at 95 %, 299 for the 99th.
 *
 * @throws StatisticsError invalid_argument
 */
export function itemsForPercentileBound(
  share: number,
  { level = DEFAULT_LEVEL }: IntervalOptions = {},
): number {
  checkOpenShare('share', share)
  checkOpenShare('level', level)
  return Math.ceil(Math.log1p(-level) / Math.log(share) - 1e-9)
}

/** How many of the places 1, 2, … up to n pass, before the first that does not. */
function countWhile(n: number, passes: (place: number) => boolean): number {
  let count = 0
  while (count < n && passes(count + 1)) count++
  return count
}
