/** @file The mean of an arm that was trained several times: seeds, clusters and items all vary. */
import { mulberry32 } from '../util/random.ts'
import { degenerateInterval, percentileRange, sortedReplicates } from './bootstrap.ts'
import { checkAtLeast, checkSameLength, checkValues } from './check.ts'
import { criticalZ } from './distributions/normal.ts'
import { criticalT } from './distributions/student-t.ts'
import { StatisticsError } from './errors.ts'
import { type ClusterLabels, checkTwoGroups, groupValues } from './groups.ts'
import {
  DEFAULT_LEVEL,
  DEFAULT_ROUNDS,
  type IntervalOptions,
  LEAST_ROUNDS,
  type MeanInterval,
  type ResamplingOptions,
} from './interval.ts'
import { meanInterval } from './mean.ts'
import { allEqual, isNegligible, mean, variance } from './summary.ts'
import { drawIndex, type UniformSource } from './variates.ts'

/** The values (or differences) of each seed, all over the same items in the same order. */
export type SeedRuns = readonly (readonly number[])[]

export type SeedInterval = MeanInterval & {
  /** The mean of each seed: print them all. */
  bySeed: number[]
  /** The seeds do not agree on the sign: no claim holds, whatever the interval says. */
  signReversed: boolean
}

export type SeedsOptions = IntervalOptions & { clusters?: ClusterLabels }
export type HierarchicalOptions = ResamplingOptions & { clusters?: ClusterLabels }

/**
 * The interval of a mean over seeds and clusters: `x̄ ± t(ν)·sqrt(Vₛ + V꜀)`, with Vₛ the variance of the
 * seeds' means over their number, V꜀ the cluster-robust variance of the items' means over seeds, and
 * `ν = (Vₛ + V꜀)² / (Vₛ²/(S-1) + V꜀²/(G-1))` (Satterthwaite 1946; two ways of clustering as in Cameron,
 * Gelbach and Miller 2011, without taking their overlap out, which errs on the safe side).
 *
 * Assumes seeds and clusters drawn independently. Holds its level with three seeds, where resampling
 * them cannot. Where nothing varies the result is `degenerate`.
 *
 * @throws StatisticsError too_few_seeds, too_few_clusters, too_few_items, no_data, invalid_argument,
 * length_mismatch
 */
export function seedsInterval(
  runs: SeedRuns,
  { clusters, level = DEFAULT_LEVEL }: SeedsOptions = {},
): SeedInterval {
  checkRuns(runs)
  const overSeeds = runs[0]!.map((_, item) => mean(runs.map((run) => run[item]!)))
  const items = meanInterval(overSeeds, { ...(clusters && { clusters }), level })
  const seeds = describeSeeds(runs)
  const seedVariance = variance(seeds.bySeed) / runs.length
  const itemVariance = items.standardError ** 2
  const total = seedVariance + itemVariance
  if (isNegligible(Math.sqrt(total), overSeeds)) {
    return { ...degenerateInterval(items.estimate, level), ...seeds }
  }
  const df = total ** 2 / (seedVariance ** 2 / (runs.length - 1) + itemVariance ** 2 / items.df)
  const half = criticalT(level, df) * Math.sqrt(total)
  const { estimate } = items
  return {
    estimate,
    low: estimate - half,
    high: estimate + half,
    level,
    degenerate: false,
    ...seeds,
  }
}

/**
 * The percentile interval of a mean over resampled seeds, then clusters, then the items in them. All
 * seeds saw the same items, so one draw of clusters and items serves all seeds of a resample (the
 * crossed bootstrap of Owen 2007).
 *
 * Assumes five seeds or more, and many clusters. Three seeds, resampled, show too little of their spread
 * (.90 where .95 is asked for, `bench/results/statistics.md`): `seedsInterval` is the better choice there,
 * and wherever the number wanted is a mean. Where all values are equal the result is `degenerate`.
 *
 * @throws StatisticsError too_few_seeds, too_few_clusters, too_few_items, no_data, invalid_argument,
 * length_mismatch
 */
export function hierarchicalBootstrap(
  runs: SeedRuns,
  { clusters, level = DEFAULT_LEVEL, rounds = DEFAULT_ROUNDS, seed = 1 }: HierarchicalOptions = {},
): SeedInterval {
  checkRuns(runs)
  checkAtLeast('rounds', rounds, LEAST_ROUNDS)
  const z = criticalZ(level)
  const groups = groupValues([...runs[0]!.keys()], clusters)
  checkTwoGroups(groups, clusters)
  const seeds = describeSeeds(runs)
  if (allEqual(runs.flat())) return { ...degenerateInterval(runs[0]![0]!, level), ...seeds }
  const random = mulberry32(seed)
  const replicates = sortedReplicates(rounds, () => resample(runs, groups, random))
  const range = percentileRange(replicates, z)
  return { estimate: mean(seeds.bySeed), ...range, level, degenerate: false, ...seeds }
}

function resample(runs: SeedRuns, groups: readonly number[][], random: UniformSource): number {
  const drawn = runs.map(() => runs[drawIndex(random, runs.length)]!)
  let [total, count] = [0, 0]
  for (let i = 0; i < groups.length; i++) {
    const items = groups[drawIndex(random, groups.length)]!
    for (let j = 0; j < items.length; j++) {
      const item = items[drawIndex(random, items.length)]!
      for (const run of drawn) total += run[item]!
    }
    count += items.length
  }
  return total / (count * runs.length)
}

function describeSeeds(runs: SeedRuns): { bySeed: number[]; signReversed: boolean } {
  const bySeed = runs.map(mean)
  return { bySeed, signReversed: bySeed.some((m) => m > 0) && bySeed.some((m) => m < 0) }
}

function checkRuns(runs: SeedRuns): void {
  if (runs.length < 2) {
    throw new StatisticsError('too_few_seeds', `the arm has ${runs.length} of 2 seeds or more`, {
      hint: 'Train with at least three seeds; for one seed, give its values to meanInterval.',
    })
  }
  runs.forEach((run, index) => {
    checkValues(`runs[${index}]`, run)
    checkSameLength([`runs[${index}]`, 'runs[0]'], [run.length, runs[0]!.length])
  })
}
