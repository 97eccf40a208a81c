/** @file Ranges of one metric: of shares and means, alone and in pairs, with or without clusters. */
import {
  bootstrapInterval,
  countPairs,
  designEffect,
  type MeanEstimate,
  mcnemarTest,
  meanInterval,
  newcombeInterval,
  type PairedCounts,
  pairedDifferences,
  signFlipTest,
  wilsonInterval,
} from '../../statistics/index.ts'
import type { Comparison, MetricSummary, Range } from '../result.ts'

export type Kind = 'share' | 'mean'

/** Nothing is known about a mean of one value, but that it lies between 0 and 1. */
const ANYWHERE = { low: 0, high: 1 }
/** Below, the draws of the bootstrap say little; any number of pairs will do for Newcombe. */
const LEAST_PAIRS = 2

export function rangeOf(
  values: readonly number[],
  clusters: readonly string[],
  kind: Kind,
): Range | null {
  const { length } = values
  if (length === 0) return null
  if (kind === 'share') {
    const successes = values.filter((value) => value === 1).length
    return toRange(wilsonInterval(successes, length, { designEffect: effectOf(values, clusters) }))
  }
  if (length < LEAST_PAIRS || new Set(clusters).size < LEAST_PAIRS)
    return { estimate: mean(values), ...ANYWHERE }
  const { estimate, low, high } = meanInterval(values, { clusters })
  return { estimate, low: Math.max(0, low), high: Math.min(1, high) }
}

export function summaryOf(
  values: ReadonlyMap<string, number>,
  clusterOf: (id: string) => string,
  kind: Kind,
): MetricSummary {
  const clusters = [...values.keys()].map(clusterOf)
  const range = rangeOf([...values.values()], clusters, kind)
  return { range, items: values.size, notApplicable: 0, failed: 0 }
}

export type Difference = Pick<Comparison, 'difference' | 'method' | 'p'>

/** First minus second, with the test that suits the values; undefined below two pairs. */
export function differenceOf(
  first: readonly number[],
  second: readonly number[],
  clusters: readonly string[],
  kind: Kind,
): Difference | undefined {
  if (first.length < LEAST_PAIRS) return undefined
  const isClustered = new Set(clusters).size < clusters.length
  const differences = pairedDifferences(first, second)
  const byCluster = isClustered ? clusterMean(differences, clusters) : undefined
  if (kind === 'share') {
    const counts = countsOf(first, second)
    const effect = effectOf(differences, clusters)
    const difference = toRange(newcombeInterval(counts, { designEffect: effect }))
    return { difference, method: 'newcombe', p: byCluster?.p ?? mcnemarTest(counts).p }
  }
  if (byCluster) return { difference: toRange(byCluster), method: 'cluster-t', p: byCluster.p }
  return {
    difference: toRange(bootstrapInterval(differences)),
    method: 'bootstrap',
    p: signFlipTest(differences).p,
  }
}

export function countsOf(first: readonly number[], second: readonly number[]): PairedCounts {
  const isOne = (value: number): boolean => value === 1
  return countPairs(first.map(isOne), second.map(isOne))
}

/** By how much clusters shrink these values; 1 where there are none, or only one. */
export function effectOf(values: readonly number[], clusters: readonly string[]): number {
  const count = new Set(clusters).size
  if (count < LEAST_PAIRS || count === clusters.length) return 1
  return designEffect(values, clusters)
}

export function toRange({ estimate, low, high }: Range): Range {
  return { estimate, low, high }
}

function clusterMean(
  differences: readonly number[],
  clusters: readonly string[],
): MeanEstimate | undefined {
  return new Set(clusters).size < LEAST_PAIRS ? undefined : meanInterval(differences, { clusters })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
