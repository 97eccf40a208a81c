/** @file The mean of values, alone or in clusters, by Student's t. */
import { criticalT, studentTCdf } from './distributions/student-t.ts'
import { type ClusterLabels, checkTwoGroups, groupValues } from './groups.ts'
import { DEFAULT_LEVEL, type IntervalOptions, type MeanInterval } from './interval.ts'
import { isNegligible, mean, sum } from './summary.ts'

export type MeanOptions = IntervalOptions & {
  /** The cluster of each value; without it each value stands on its own. */
  clusters?: ClusterLabels
  /**
   * `items` (unless told): the plain mean, in which a large cluster counts for more. `clusters`: the
   * mean of the cluster means. The two are one where all clusters have the same size.
   */
  weighting?: 'items' | 'clusters'
}

export type MeanEstimate = MeanInterval & {
  standardError: number
  df: number
  /** Number of clusters, or of values where they stand on their own. */
  clusters: number
  /** Two-sided, of "the mean is 0". */
  p: number
}

/**
 * The interval of a mean, `x̄ ± t(G-1)·se`. For paired arms give the differences.
 *
 * With clusters the standard error is the cluster-robust one with the factor G/(G-1) (Liang and Zeger
 * 1986; Cameron and Miller 2015): `se² = G/(G-1)·Σ(sum of the residuals of a cluster)² / n²`. Without,
 * or with `weighting: 'clusters'`, it is the textbook `s²/G`.
 *
 * Assumes independent clusters and means that are near normal, which ten clusters of a bounded score
 * are. Where no value varies the result is `degenerate`, and p is the sign test's `2·0.5^G` (1 where
 * the mean is 0): Student's t does not exist there.
 *
 * @throws StatisticsError too_few_clusters, too_few_items, no_data, invalid_argument, length_mismatch
 */
export function meanInterval(
  values: readonly number[],
  { clusters, weighting = 'items', level = DEFAULT_LEVEL }: MeanOptions = {},
): MeanEstimate {
  const groups = groupValues(values, clusters)
  checkTwoGroups(groups, clusters)
  const byItem = weighting === 'items'
  const { estimate, standardError } = byItem ? itemMean(groups) : clusterMean(groups)
  const df = groups.length - 1
  const half = criticalT(level, df) * standardError
  const degenerate = isNegligible(standardError, values)
  return {
    estimate,
    low: degenerate ? estimate : estimate - half,
    high: degenerate ? estimate : estimate + half,
    level,
    degenerate,
    standardError,
    df,
    clusters: groups.length,
    p: twoSided(oneSidedP({ estimate, standardError, df, degenerate }, 0)),
  }
}

/** The t statistic of an estimate, in parts. */
type Studentized = Pick<MeanEstimate, 'estimate' | 'standardError' | 'df' | 'degenerate'>

/**
 * One-sided p-values against a bound: `above` is small where the mean clearly lies above it, `below`
 * where it clearly lies below. Where nothing varies they are those of the sign test.
 */
export function oneSidedP(
  { estimate, standardError, df, degenerate }: Studentized,
  bound: number,
): { above: number; below: number } {
  const distance = estimate - bound
  const pBelow = (t: number): number =>
    degenerate ? signTestBelow(t, df + 1) : studentTCdf(t / standardError, df)
  return { above: pBelow(-distance), below: pBelow(distance) }
}

function twoSided({ above, below }: { above: number; below: number }): number {
  return Math.min(1, 2 * Math.min(above, below))
}

/** All `count` units lie on one side: by chance that happens in 0.5^count of samples. */
function signTestBelow(distance: number, count: number): number {
  return distance < 0 ? 0.5 ** count : 1
}

type Estimate = { estimate: number; standardError: number }

function itemMean(groups: readonly number[][]): Estimate {
  const n = sum(groups.map((group) => group.length))
  const estimate = sum(groups.map(sum)) / n
  const residuals = groups.map((group) => sum(group) - group.length * estimate)
  const factor = groups.length / (groups.length - 1)
  const squares = sum(residuals.map((residual) => residual ** 2))
  return { estimate, standardError: Math.sqrt(factor * squares) / n }
}

function clusterMean(groups: readonly number[][]): Estimate {
  return itemMean(groups.map((group) => [mean(group)]))
}
