/** @file Clock, percentiles and memory, measured the same way in every bench. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export type Latency = { count: number; p50: number; p95: number; max: number }

/** Percentiles by nearest rank: every number reported is one that was measured. */
export function summariseLatency(milliseconds: number[]): Latency {
  const sorted = [...milliseconds].sort((a, b) => a - b)
  const rank = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return { count: sorted.length, p50: rank(0.5), p95: rank(0.95), max: rank(1) }
}

export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const started = performance.now()
  const value = await work()
  return { value, ms: performance.now() - started }
}

/** Resident memory of this process in MiB after a full garbage collection: what is really held. */
export async function heldMemoryMb(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  // Freed pages of array buffers and worker threads go back to the system a little later.
  await new Promise((resolve) => setTimeout(resolve, 300))
  collect()
  return process.memoryUsage.rss() / 2 ** 20
}
