/** @file The child process of the training bench: one training run, timed step by step. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type StepEvent, train } from '../../src/training/index.ts'
import type { GraftJob, GraftRun } from './graft-trainer.ts'

process.once('message', async (job: GraftJob) => {
  const output = await mkdtemp(path.join(os.tmpdir(), 'graft-train-'))
  try {
    const result = await measure(job, output)
    process.send!(result, () => process.disconnect())
  } finally {
    await rm(output, { recursive: true, force: true })
  }
})

async function measure(job: GraftJob, output: string): Promise<GraftRun> {
  const ends: number[] = []
  const events: StepEvent[] = []
  let started = 0
  let plan = { paddingShare: 0, batch: { rows: 0, length: 0 } }
  await train({
    ...job,
    output,
    onProgress(event) {
      if (event.type === 'start') {
        started = performance.now()
        plan = { paddingShare: event.paddingShare, batch: event.batch }
      }
      if (event.type !== 'step') return
      ends.push(performance.now())
      events.push(event)
    },
  })
  return {
    seconds: ends.slice(1).map((end, i) => (end - ends[i]!) / 1000),
    events,
    totalSeconds: (ends.at(-1)! - started) / 1000,
    ...plan,
    // Kilobytes; the worker thread that trains is part of this process.
    peakMemoryMb: process.resourceUsage().maxRSS / 1024,
  }
}
