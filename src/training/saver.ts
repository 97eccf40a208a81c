/** @file Decides when a run writes a checkpoint, and writes it. */
import { countNonFinite } from '../models/index.ts'
import { writeCheckpoint } from './checkpoint.ts'
import { TrainingError } from './errors.ts'
import type { CheckpointEvent } from './events.ts'
import type { Run } from './run.ts'

export type Saver = {
  isDue(): boolean
  /** Writes the run as it is now, unless that is written already. */
  save(): Promise<void>
}

/** Half a minute of work is lost at most, and a twentieth of the time goes into writing. */
const interval = { ms: 30_000, writes: 20 }

export function createSaver(run: Run, report: (event: CheckpointEvent) => Promise<void>): Saver {
  const { progress, trainer, model } = run
  const { checkpointEvery } = run.job
  let savedStep = progress.step
  let savedAt = performance.now()
  let tookMs = 0
  return {
    isDue() {
      if (checkpointEvery !== null) return progress.step % checkpointEvery === 0
      return performance.now() - savedAt > Math.max(interval.ms, interval.writes * tookMs)
    },
    async save() {
      if (savedStep === progress.step) return
      assertFinite(run)
      const started = performance.now()
      const isBehindBest = progress.best !== null && progress.best.step < progress.step
      const path = await writeCheckpoint(run.checkpoints, model.parameters, {
        ...run,
        state: trainer.state,
        bestValues: isBehindBest ? run.bestValues : null,
      })
      savedStep = progress.step
      savedAt = performance.now()
      tookMs = savedAt - started
      await report({ type: 'checkpoint', step: progress.step, path })
    },
  }
}

/** The update itself can overflow: what comes of it must not replace a whole checkpoint. */
function assertFinite({ model, progress }: Run): void {
  const count = countNonFinite(model.values)
  if (count === 0) return
  throw new TrainingError(
    'diverged',
    `${count} trained values are NaN or infinite after step ${progress.step}`,
    { hint: 'Lower the learning rate or lengthen the warm-up. The last checkpoint is whole.' },
  )
}
