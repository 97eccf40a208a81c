/** @file Bootstrap intervals of a mean: resample the items, or whole clusters, and look at the spread. */
import { mulberry32 } from '../util/random.ts'
import { checkAtLeast } from './check.ts'
import { criticalZ, normalCdf, normalQuantile } from './distributions/normal.ts'
import { type ClusterLabels, checkTwoGroups, groupValues } from './groups.ts'
import {
  DEFAULT_LEVEL,
  DEFAULT_ROUNDS,
  LEAST_ROUNDS,
  type MeanInterval,
  type ResamplingOptions,
} from './interval.ts'
import { allEqual, mean, quantileOfSorted, sum } from './summary.ts'
import { drawIndex, type UniformSource } from './variates.ts'

/**
 * The bias-corrected and accelerated bootstrap interval of a mean (Efron 1987). For paired arms give
 * the differences. The ends are the resampled means at
 * `Φ(z₀ + (z₀ ± z) / (1 - a(z₀ ± z)))`, where z₀ is how far the resamples sit beside the estimate and a
 * comes from the skewness of the values.
 *
 * Assumes independent items; no shape. For scores that are not yes or no (F1, style, tokens). For yes
 * and no below 200 items, or near 0 and 1, it covers too little: take `newcombeInterval`. Where all
 * values are equal the result is `degenerate`.
 *
 * @throws StatisticsError no_data, too_few_items, invalid_argument
 */
export function bootstrapInterval(
  values: readonly number[],
  { level = DEFAULT_LEVEL, rounds = DEFAULT_ROUNDS, seed = 1 }: ResamplingOptions = {},
): MeanInterval {
  checkTwoGroups(groupValues(values))
  checkAtLeast('rounds', rounds, LEAST_ROUNDS)
  const z = criticalZ(level)
  const estimate = mean(values)
  if (allEqual(values)) return degenerateInterval(values[0]!, level)
  const random = mulberry32(seed)
  const replicates = sortedReplicates(rounds, () => resampledMean(values, random))
  const bias = biasCorrection(replicates, estimate)
  const acceleration = accelerationOf(values, estimate)
  const end = (side: number): number =>
    quantileOfSorted(replicates, normalCdf(adjusted(bias, acceleration, side)))
  return { estimate, low: end(-z), high: end(z), level, degenerate: false }
}

/**
 * The percentile interval of a mean over resampled clusters (Davison and Hinkley 1997, section 3.8),
 * weighted by items.
 *
 * Assumes independent clusters, at least forty: with ten it covers .90 where .95 is asked for
 * (`bench/results/statistics.md`), and `meanInterval` with clusters is the better choice. Where all
 * values are equal the result is `degenerate`.
 *
 * @throws StatisticsError no_data, too_few_clusters, invalid_argument, length_mismatch
 */
export function clusterBootstrap(
  values: readonly number[],
  clusters: ClusterLabels,
  { level = DEFAULT_LEVEL, rounds = DEFAULT_ROUNDS, seed = 1 }: ResamplingOptions = {},
): MeanInterval {
  const groups = groupValues(values, clusters)
  checkTwoGroups(groups, clusters)
  checkAtLeast('rounds', rounds, LEAST_ROUNDS)
  const z = criticalZ(level)
  if (allEqual(values)) return degenerateInterval(values[0]!, level)
  const random = mulberry32(seed)
  const totals = groups.map((group) => ({ sum: sum(group), count: group.length }))
  const replicates = sortedReplicates(rounds, () => resampledClusterMean(totals, random))
  return { estimate: mean(values), ...percentileRange(replicates, z), level, degenerate: false }
}

/** The means of `rounds` resamples, from low to high. */
export function sortedReplicates(rounds: number, draw: () => number): Float64Array {
  return Float64Array.from({ length: rounds }, draw).sort()
}

export function percentileRange(
  replicates: Float64Array,
  z: number,
): { low: number; high: number } {
  return {
    low: quantileOfSorted(replicates, normalCdf(-z)),
    high: quantileOfSorted(replicates, normalCdf(z)),
  }
}

/** The percentile range of one number taken from each draw. */
export function percentileRangeOf<T>(
  draws: readonly T[],
  take: (draw: T) => number,
  level: number,
): { low: number; high: number } {
  return percentileRange(Float64Array.from(draws, take).sort(), criticalZ(level))
}

export function degenerateInterval(value: number, level: number): MeanInterval {
  return { estimate: value, low: value, high: value, level, degenerate: true }
}

function resampledMean(values: readonly number[], random: UniformSource): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[drawIndex(random, values.length)]!
  return total / values.length
}

function resampledClusterMean(
  totals: readonly { sum: number; count: number }[],
  random: UniformSource,
): number {
  let [total, count] = [0, 0]
  for (let i = 0; i < totals.length; i++) {
    const drawn = totals[drawIndex(random, totals.length)]!
    total += drawn.sum
    count += drawn.count
  }
  return total / count
}

/** z₀: the normal quantile of the share of replicates below the estimate, ties counted half. */
function biasCorrection(replicates: Float64Array, estimate: number): number {
  const below = replicates.filter((value) => value < estimate).length
  const equal = replicates.filter((value) => value === estimate).length
  // Held off 0 and 1, where the quantile is infinite.
  const least = 1 / (2 * replicates.length)
  const share = (below + equal / 2) / replicates.length
  return normalQuantile(Math.min(1 - least, Math.max(least, share)))
}

/** What the jackknife gives for a mean: Σd³ / 6(Σd²)^1.5 with d the distances from it. */
function accelerationOf(values: readonly number[], centre: number): number {
  const cubes = sum(values.map((value) => (value - centre) ** 3))
  const squares = sum(values.map((value) => (value - centre) ** 2))
  return cubes / (6 * squares ** 1.5)
}

function adjusted(bias: number, acceleration: number, z: number): number {
  const shifted = bias + z
  // Past the pole of the formula the end is the outermost resample.
  const scale = 1 - acceleration * shifted
  return scale > 0 ? bias + shifted / scale : Math.sign(shifted) * Number.POSITIVE_INFINITY
}
