/** @file One proportion: how often something holds, with an honest range. */
import { checkCount, checkDesignEffect, checkOpenShare } from './check.ts'
import { betaQuantile } from './distributions/beta.ts'
import { criticalZ } from './distributions/normal.ts'
import { StatisticsError } from './errors.ts'
import { DEFAULT_LEVEL, type Interval, type IntervalOptions } from './interval.ts'

export type ProportionOptions = IntervalOptions & {
  /** Items that come in clusters count as `n / designEffect` independent ones; 1 unless told. */
  designEffect?: number
}

/**
 * The score interval of a proportion (Wilson 1927):
 * `(p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`.
 *
 * Assumes independent items, or a design effect that makes up for it (Korn and Graubard 1998). Keeps
 * its coverage near 0 and 1 and at small n, where `p ± 1.96·se` collapses: with no success the range is
 * `[0, z²/(n + z²)]`, with all of them `[n/(n + z²), 1]`.
 *
 * @throws StatisticsError no_data for 0 of 0; invalid_argument
 */
export function wilsonInterval(
  successes: number,
  n: number,
  { level = DEFAULT_LEVEL, designEffect = 1 }: ProportionOptions = {},
): Interval {
  checkSuccesses(successes, n)
  checkDesignEffect(designEffect)
  const estimate = successes / n
  return { estimate, ...wilsonRange(estimate, n / designEffect, criticalZ(level)), level }
}

/** Wilson's range for a share of n items; n need not be whole. */
export function wilsonRange(share: number, n: number, z: number): { low: number; high: number } {
  const square = z * z
  const centre = share + square / (2 * n)
  const half = z * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n))
  const scale = 1 + square / n
  return {
    // Exact at the ends, where rounding could leave the estimate outside its own range.
    low: share === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: share === 1 ? 1 : Math.min(1, (centre + half) / scale),
  }
}

/**
 * The exact interval of a proportion (Clopper and Pearson 1934): the rates at which a result this high,
 * or this low, still has a chance of `(1 - level) / 2`; quantiles of Beta(k, n-k+1) and Beta(k+1, n-k).
 *
 * Assumes independent items. Never covers less than its level, usually more: for claims about safety.
 * With no success the lower end is 0, with all of them the upper end is 1.
 *
 * @throws StatisticsError no_data for 0 of 0; invalid_argument
 */
export function clopperPearsonInterval(
  successes: number,
  n: number,
  { level = DEFAULT_LEVEL }: IntervalOptions = {},
): Interval {
  checkSuccesses(successes, n)
  checkOpenShare('level', level)
  const tail = (1 - level) / 2
  const misses = n - successes
  return {
    estimate: successes / n,
    low: successes === 0 ? 0 : betaQuantile(tail, successes, misses + 1),
    high: misses === 0 ? 1 : betaQuantile(1 - tail, successes + 1, misses),
    level,
  }
}

/**
 * The highest rate that still goes with seeing nothing in n trials (Hanley and Lippman-Hand 1983):
 * `-ln(1 - level) / n`, which is 3/n at 95 %. One-sided; at most 1; always above the exact bound
 * `1 - (1 - level)^(1/n)`, so it errs on the safe side.
 *
 * Assumes independent trials, none of which showed the event.
 *
 * @throws StatisticsError no_data without trials; invalid_argument
 */
export function ruleOfThree(
  trials: number,
  { level = DEFAULT_LEVEL }: IntervalOptions = {},
): Interval {
  checkSuccesses(0, trials)
  checkOpenShare('level', level)
  return { estimate: 0, low: 0, high: Math.min(1, -Math.log1p(-level) / trials), level }
}

function checkSuccesses(successes: number, n: number): void {
  checkCount('successes', successes)
  checkCount('n', n)
  if (n === 0) {
    throw new StatisticsError('no_data', 'a share of 0 items is asked for', {
      hint: 'Leave the share out of the report where no item was scored.',
    })
  }
  if (successes <= n) return
  throw new StatisticsError('invalid_argument', `${successes} successes in ${n} items`, {
    hint: 'Count the successes among the n items only.',
  })
}
