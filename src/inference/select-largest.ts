/** @file Quickselect: the largest entries of a long list without sorting it. */

/** What is ordered: ids by their values, and by themselves where values are equal. */
export type Ranking = {
  ids: Int32Array
  values: Float32Array
  /** What an id adds to the sum; 1 each when absent. */
  weights?: Float64Array
}

/**
 * Moves the ids that rank highest to the front, as few as have `need` of weight together, and returns how
 * many they are: all `count` when that is not enough. Takes time linear in `count`.
 */
export function selectLargest(ranking: Ranking, count: number, need: number): number {
  const { ids, weights } = ranking
  let [from, to, missing] = [0, count, need]
  while (from < to) {
    const pivot = partition(ranking, from, to)
    let before = 0
    for (let i = from; i < pivot; i++) before += weights ? weights[ids[i]!]! : 1
    if (before >= missing) to = pivot
    else {
      missing -= before + (weights ? weights[ids[pivot]!]! : 1)
      from = pivot + 1
      if (missing <= 0) return from
    }
  }
  return from
}

/** Puts one id where it belongs between `from` and `to`, larger ones before it; returns its index. */
function partition(ranking: Ranking, from: number, to: number): number {
  const { ids } = ranking
  const last = to - 1
  swap(ids, medianIndex(ranking, from, last), last)
  const pivot = ids[last]!
  let boundary = from
  for (let i = from; i < last; i++) {
    if (ranksAbove(ranking, ids[i]!, pivot)) swap(ids, i, boundary++)
  }
  swap(ids, boundary, last)
  return boundary
}

/** The median of first, middle and last keeps sorted input from being the slowest. */
function medianIndex(ranking: Ranking, first: number, last: number): number {
  const { ids } = ranking
  const middle = (first + last) >> 1
  const above = (i: number, j: number): boolean => ranksAbove(ranking, ids[i]!, ids[j]!)
  const [high, low] = above(first, middle) ? [first, middle] : [middle, first]
  if (above(last, high)) return high
  return above(last, low) ? last : low
}

function ranksAbove({ values }: Ranking, a: number, b: number): boolean {
  const [x, y] = [values[a]!, values[b]!]
  return x > y || (x === y && a < b)
}

function swap(ids: Int32Array, i: number, j: number): void {
  const kept = ids[i]!
  ids[i] = ids[j]!
  ids[j] = kept
}
