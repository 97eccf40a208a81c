/** @file Retrieval metrics and intervals. */
import { wilsonInterval } from '../../src/statistics/index.ts'
import { mulberry32 } from '../../src/util/random.ts'

/** nDCG@k with the gain rel / log2(rank + 1), as BEIR and pytrec_eval compute it. */
export function ndcg(ranked: string[], relevant: Map<string, number>, k: number): number {
  const gain = (rel: number, index: number): number => rel / Math.log2(index + 2)
  const found = ranked.slice(0, k).reduce((sum, id, i) => sum + gain(relevant.get(id) ?? 0, i), 0)
  const ideal = [...relevant.values()]
    .sort((a, b) => b - a)
    .slice(0, k)
    .reduce((sum, rel, i) => sum + gain(rel, i), 0)
  return ideal === 0 ? 0 : found / ideal
}

export function recall(ranked: string[], relevant: Map<string, number>, k: number): number {
  const hits = ranked.slice(0, k).filter((id) => (relevant.get(id) ?? 0) > 0).length
  return relevant.size === 0 ? 0 : hits / relevant.size
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Share and its interval at 95 %; nothing known of nothing. */
export function wilson(successes: number, n: number): { rate: number; low: number; high: number } {
  if (n === 0) return { rate: Number.NaN, low: 0, high: 1 }
  const { estimate, low, high } = wilsonInterval(successes, n)
  return { rate: estimate, low, high }
}

/** Percentile bootstrap interval of a mean, at 95 %, reproducible by its seed. */
export function bootstrap(
  values: number[],
  seed = 1,
  rounds = 2_000,
): { mean: number; low: number; high: number } {
  const random = mulberry32(seed)
  const means = Array.from({ length: rounds }, () => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!
    return sum / values.length
  }).sort((a, b) => a - b)
  return {
    mean: mean(values),
    low: means[Math.floor(rounds * 0.025)]!,
    high: means[Math.floor(rounds * 0.975)]!,
  }
}
