/** @file Graft's own training in a process of its own, so that its memory and warm code are only its own. */
import { fork } from 'node:child_process'
import { GraftError } from '../../src/errors.ts'
import type { StepEvent, TrainOptions } from '../../src/training/index.ts'

/** What can be sent to the process: everything but the functions. */
export type GraftJob = Omit<TrainOptions, 'signal' | 'onProgress' | 'output'>

export type GraftRun = {
  /** Per step, from the end of the one before; the first one, which also loads the model, is left out. */
  readonly seconds: readonly number[]
  readonly events: readonly StepEvent[]
  /** From the first step's beginning to the last one's end. */
  readonly totalSeconds: number
  readonly paddingShare: number
  readonly batch: { readonly rows: number; readonly length: number }
  readonly peakMemoryMb: number
}

/** @throws GraftError bench_failed */
export function trainWithGraft(job: GraftJob): Promise<GraftRun> {
  const child = fork(new URL('./graft-trainer-child.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    let result: GraftRun | undefined
    child.on('message', (message) => {
      result = message as GraftRun
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (result) resolve(result)
      else
        reject(
          new GraftError('bench_failed', `the process that trains ended with ${code}`, {
            hint: 'Its own error is printed above.',
          }),
        )
    })
    child.send(job)
  })
}
