/** @file Graft's own training in a process of its own, so that its memory and warm code are only its own. */
import type { StepEvent, TrainOptions } from '../../src/training/index.ts'
import { runInChild } from '../child-process.ts'

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
  const script = new URL('./graft-trainer-child.ts', import.meta.url)
  return runInChild(script, job, { what: 'the process that trains' })
}
