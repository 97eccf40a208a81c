/** @file F1 over the pieces of replies, with intervals from resampled items. */
import { percentileRangeOf } from '../../../statistics/index.ts'
import { mulberry32 } from '../../../util/random.ts'
import type { Share } from '../gate.ts'
import type { Claim } from './claims.ts'

/** Pieces of one item by part: in both, written only, wanted only. */
type Tally = { right: number; extra: number; missing: number }
export type ItemTally = ReadonlyMap<string, Tally>

/** `macro` is the mean over parts that are wanted anywhere, `micro` counts all pieces together. */
export type Averaging = 'macro' | 'micro'

export type PairedF1 = {
  readonly before: Share
  readonly after: Share
  /** After minus before, over the same resampled items. */
  readonly difference: Share
}

const ROUNDS = 1000
const SEED = 1
const LEVEL = 0.95

export function tallyOf(written: readonly Claim[], wanted: readonly Claim[]): ItemTally {
  const tally = new Map<string, Tally>()
  const of = (part: string): Tally => {
    const found = tally.get(part) ?? { right: 0, extra: 0, missing: 0 }
    tally.set(part, found)
    return found
  }
  const left = [...wanted]
  for (const { part, value } of written) {
    const at = left.findIndex((claim) => claim.part === part && claim.value === value)
    if (at >= 0) left.splice(at, 1)
    of(part)[at >= 0 ? 'right' : 'extra'] += 1
  }
  for (const { part } of left) of(part).missing += 1
  return tally
}

/** F1 of two arms on the same items, with percentile intervals (Efron and Tibshirani 1993, chapter 13). */
export function pairedF1(
  before: readonly ItemTally[],
  after: readonly ItemTally[],
  averaging: Averaging,
): PairedF1 {
  const random = mulberry32(SEED)
  const f1 = averages[averaging]
  const draws = Array.from({ length: ROUNDS }, () => {
    const drawn = after.map(() => Math.floor(random() * after.length))
    const [first, second] = [before, after].map((arm) => f1(sumOf(drawn.map((at) => arm[at]!))))
    return { before: first!, after: second!, difference: second! - first! }
  })
  const [first, second] = [f1(sumOf(before)), f1(sumOf(after))]
  const range = (share: number, key: keyof PairedF1): Share => ({
    share,
    ...percentileRangeOf(draws, (draw) => draw[key], LEVEL),
  })
  return {
    before: range(first, 'before'),
    after: range(second, 'after'),
    difference: range(second - first, 'difference'),
  }
}

export type PartScore = { readonly name: string; readonly wanted: number; readonly f1: number }

/** F1 of each part that is wanted, in the order of the names. */
export function f1ByPart(tallies: readonly ItemTally[]): PartScore[] {
  return [...sumOf(tallies)]
    .filter(([, tally]) => wantedIn(tally) > 0)
    .map(([name, tally]) => ({ name, wanted: wantedIn(tally), f1: f1Of(tally) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

const averages: Record<Averaging, (sums: ReadonlyMap<string, Tally>) => number> = {
  macro: (sums) => {
    const wanted = [...sums.values()].filter((tally) => wantedIn(tally) > 0)
    return wanted.reduce((sum, tally) => sum + f1Of(tally), 0) / Math.max(1, wanted.length)
  },
  micro: (sums) => f1Of(total([...sums.values()])),
}

function wantedIn({ right, missing }: Tally): number {
  return right + missing
}

/** Where nothing is wanted and nothing written, all is right. */
function f1Of({ right, extra, missing }: Tally): number {
  const all = 2 * right + extra + missing
  return all === 0 ? 1 : (2 * right) / all
}

function sumOf(tallies: readonly ItemTally[]): Map<string, Tally> {
  const sums = new Map<string, Tally>()
  for (const tally of tallies)
    for (const [part, one] of tally) sums.set(part, total([sums.get(part), one]))
  return sums
}

function total(tallies: readonly (Tally | undefined)[]): Tally {
  const sum = { right: 0, extra: 0, missing: 0 }
  for (const tally of tallies) {
    sum.right += tally?.right ?? 0
    sum.extra += tally?.extra ?? 0
    sum.missing += tally?.missing ?? 0
  }
  return sum
}
