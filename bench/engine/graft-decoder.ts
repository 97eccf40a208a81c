/** @file Graft's own generation in a process of its own, as its peers run. */
import { fork } from 'node:child_process'
import { GraftError } from '../../src/errors.ts'
import type { WeightPrecision } from '../../src/models/index.ts'

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
  const child = fork(new URL('./graft-decoder-child.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    let result: DecodeResult | undefined
    child.on('message', (message) => {
      result = message as DecodeResult
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (result) resolve(result)
      else
        reject(
          new GraftError('bench_failed', `the process that generates ended with ${code}`, {
            hint: 'Its own error is printed above.',
          }),
        )
    })
    child.send(job)
  })
}
