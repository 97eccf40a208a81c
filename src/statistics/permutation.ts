/** @file The sign-flip test: if two arms were alike, each difference could as well be reversed. */
import { mulberry32 } from '../util/random.ts'
import { checkAtLeast } from './check.ts'
import { type ClusterLabels, groupValues } from './groups.ts'
import { DEFAULT_ROUNDS, LEAST_ROUNDS, type ResamplingOptions } from './interval.ts'
import { sum } from './summary.ts'
import type { UniformSource } from './variates.ts'

export type SignFlipOptions = Omit<ResamplingOptions, 'level'> & {
  /** All differences of a cluster are flipped together. */
  clusters?: ClusterLabels
}

export type SignFlipTest = {
  p: number
  /** All sign patterns were counted; otherwise `rounds` of them were drawn. */
  exact: boolean
}

/** 2^15 patterns take a few milliseconds, and give the p-value itself instead of an estimate. */
const EXACT_UP_TO = 16

/**
 * The two-sided p-value of "the differences of two arms are as often one way as the other" (Fisher
 * 1935): the share of sign patterns whose sum is as far from 0 as the one seen.
 *
 * Assumes differences that would be symmetric about 0 if the arms were alike; no shape. Up to 16 items
 * (or clusters) that differ it counts all patterns; above, it draws `rounds` of them and gives
 * `(1 + hits) / (1 + rounds)`, which is never 0 (Phipson and Smyth 2010). Where no item differs p is 1.
 *
 * @throws StatisticsError no_data, invalid_argument, length_mismatch
 */
export function signFlipTest(
  differences: readonly number[],
  { clusters, rounds = DEFAULT_ROUNDS, seed = 1 }: SignFlipOptions = {},
): SignFlipTest {
  checkAtLeast('rounds', rounds, LEAST_ROUNDS)
  const sums = groupValues(differences, clusters).map(sum)
  const sizes = sums.map(Math.abs).filter((size) => size > 0)
  // A pattern that is the observed one up to rounding counts as equal.
  const threshold = Math.abs(sum(sums)) - 1e-12 * sum(sizes)
  if (sizes.length <= EXACT_UP_TO) return { p: shareOfPatterns(sizes, threshold), exact: true }
  const hits = drawnHits(sizes, threshold, rounds, mulberry32(seed))
  return { p: (1 + hits) / (1 + rounds), exact: false }
}

/** Visits the patterns in Gray code order: each differs from the last in one sign. */
function shareOfPatterns(sizes: readonly number[], threshold: number): number {
  if (sizes.length === 0) return 1
  // The last sign stays: reversing all signs gives the same distance from 0.
  const patterns = 2 ** (sizes.length - 1)
  const signs = sizes.map(() => 1)
  let total = sum(sizes)
  let hits = Number(total >= threshold)
  for (let pattern = 1; pattern < patterns; pattern++) {
    const flipped = 31 - Math.clz32(pattern & -pattern)
    signs[flipped] = -signs[flipped]!
    total += 2 * signs[flipped]! * sizes[flipped]!
    if (Math.abs(total) >= threshold) hits++
  }
  return hits / patterns
}

function drawnHits(
  sizes: readonly number[],
  threshold: number,
  rounds: number,
  random: UniformSource,
): number {
  let hits = 0
  for (let round = 0; round < rounds; round++) {
    let total = 0
    for (const size of sizes) total += random() < 0.5 ? size : -size
    if (Math.abs(total) >= threshold) hits++
  }
  return hits
}
