/** @file How fast one caller may send requests: a bucket that fills evenly and holds at most a minute's worth. */

export type TokenBuckets = {
  /** Takes one; otherwise the seconds until there is one. */
  take(name: string, now: number): number
}

type Bucket = { left: number; at: number }

/** Of more callers, those that have been away for longest are forgotten. */
const MOST_BUCKETS = 10_000

export function createTokenBuckets(perMinute: number): TokenBuckets {
  const buckets = new Map<string, Bucket>()
  const perMs = perMinute / 60_000
  return {
    take(name, now) {
      const known = buckets.get(name)
      const left = known ? Math.min(perMinute, known.left + (now - known.at) * perMs) : perMinute
      buckets.delete(name)
      if (buckets.size >= MOST_BUCKETS) buckets.delete(buckets.keys().next().value!)
      const isFree = left >= 1
      buckets.set(name, { left: isFree ? left - 1 : left, at: now })
      return isFree ? 0 : (1 - left) / perMs / 1000
    },
  }
}
