/** @file Graft's own generation in a process of its own, as its peers run. */
import type { WeightPrecision } from '../../src/models/index.ts'
import { runInChild } from '../child-process.ts'

export type DecodeJob = {
  readonly folder: string
  readonly precision: WeightPrecision
  readonly prompt: readonly number[]
  readonly decodeTokens: number
  readonly runs: number
  readonly threads: number
  /** Streams that are computed together; each has an adapter of its own of this rank, unless it is 0. */
  readonly streams: number
  readonly rank: number
}

export type DecodeRun = {
  /** Of all streams together. */
  readonly decodeTokensPerSecond: number
  readonly prefillTokensPerSecond: number
}

export type DecodeResult = {
  readonly runs: readonly DecodeRun[]
  readonly loadSeconds: number
  readonly peakMemoryMb: number
}

/** @throws GraftError bench_failed */
export function decodeWithGraft(job: DecodeJob): Promise<DecodeResult> {
  const script = new URL('./graft-decoder-child.ts', import.meta.url)
  return runInChild(script, job, { what: 'the process that generates' })
}
