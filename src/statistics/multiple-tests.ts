/** @file Several tests at once: how to keep the chance of a false alarm where it was promised. */
import { checkOpenShare, checkShare } from './check.ts'
import { StatisticsError } from './errors.ts'

export type AdjustedTest = {
  p: number
  /** Compare it with the error rate of the whole family. */
  adjusted: number
  rejected: boolean
}

export type IntersectionUnionTest = {
  /** The largest p-value of all. */
  p: number
  rejected: boolean
  /** Index of the test that decides: the weakest link of the claim. */
  weakest: number
}

/**
 * Step-down correction of a family of tests (Holm 1979): the k-th smallest of m p-values is multiplied
 * by `m - k + 1`, kept rising, at most 1. With any dependence between the tests the chance of even one
 * false alarm stays below alpha (.05 unless told).
 *
 * Results come in the order of the p-values given; no p-values, no results.
 *
 * @throws StatisticsError invalid_argument
 */
export function holm(
  pValues: readonly number[],
  { alpha = 0.05 }: { alpha?: number } = {},
): AdjustedTest[] {
  const m = pValues.length
  return stepwise(pValues, alpha, (ascending) =>
    running(
      Math.max,
      0,
      ascending.map((p, i) => Math.min(1, (m - i) * p)),
    ),
  )
}

/**
 * Step-up correction of exploratory findings (Benjamini and Hochberg 1995): of those it rejects, a share
 * of at most q (.10 unless told) is false on average. The k-th smallest of m p-values becomes
 * `m/k·p`, at most that of the next larger one.
 *
 * Assumes independent or positively dependent tests. Results come in the order of the p-values given.
 *
 * @throws StatisticsError invalid_argument
 */
export function benjaminiHochberg(
  pValues: readonly number[],
  { q = 0.1 }: { q?: number } = {},
): AdjustedTest[] {
  const m = pValues.length
  return stepwise(pValues, q, (ascending) =>
    running(Math.min, 1, ascending.map((p, i) => (m / (i + 1)) * p).reverse()).reverse(),
  )
}

/**
 * "It beats every one of them": rejects only if every test rejects at alpha (.05 unless told); needs no
 * correction, since the claim is false as soon as one part is (Berger 1982).
 *
 * @throws StatisticsError no_data without tests; invalid_argument
 */
export function intersectionUnion(
  pValues: readonly number[],
  { alpha = 0.05 }: { alpha?: number } = {},
): IntersectionUnionTest {
  checkPValues(pValues, alpha)
  if (pValues.length === 0) {
    throw new StatisticsError('no_data', 'the claim has no tests', {
      hint: 'Give one p-value for each arm that the claim names.',
    })
  }
  const p = Math.max(...pValues)
  return { p, rejected: p <= alpha, weakest: pValues.indexOf(p) }
}

/** Each value beside all before it. */
function running(
  choose: (a: number, b: number) => number,
  start: number,
  values: readonly number[],
): number[] {
  let extreme = start
  return values.map((value) => {
    extreme = choose(extreme, value)
    return extreme
  })
}

/** Adjusts the p-values from the smallest on and puts them back into their places. */
function stepwise(
  pValues: readonly number[],
  threshold: number,
  adjust: (ascending: number[]) => number[],
): AdjustedTest[] {
  checkPValues(pValues, threshold)
  const order = [...pValues.keys()].sort((i, j) => pValues[i]! - pValues[j]!)
  const adjusted = adjust(order.map((index) => pValues[index]!))
  return pValues.map((p, index) => {
    const value = adjusted[order.indexOf(index)]!
    return { p, adjusted: value, rejected: value <= threshold }
  })
}

function checkPValues(pValues: readonly number[], threshold: number): void {
  checkOpenShare('the error rate', threshold)
  pValues.forEach((p, index) => {
    checkShare(`pValues[${index}]`, p)
  })
}
