/** @file Public: trains an adapter or a model. */

import type { TrainingResult } from './events.ts'
import { collectExamples } from './examples.ts'
import { resolveSettings, type TrainOptions } from './options.ts'
import type { TrainJob } from './run.ts'
import { runInWorker } from './run-in-worker.ts'

/**
 * Trains a LoRA adapter, or all weights, in a worker thread. A run that ended before its time, by
 * `signal`, an error or the end of the process, goes on from its last checkpoint when it is called again
 * with the same options, and ends with the same bytes as one that was never interrupted.
 *
 * @throws TrainingError for options and examples that cannot be trained, `diverged`, `aborted`;
 *   ModelFormatError for damaged models; EngineError, `out_of_memory` among them.
 */
export async function train(options: TrainOptions): Promise<TrainingResult> {
  const { signal, onProgress } = options
  return await runInWorker('train', toJob(options), { signal, onEvent: onProgress })
}

/** Checked, with defaults, and as data. @throws TrainingError `invalid_option` and for examples. */
export function toJob(options: TrainOptions): TrainJob {
  const { method, validation } = options
  return {
    model: options.model,
    output: options.output,
    settings: resolveSettings(options),
    examples: collectExamples(options.examples),
    validation: validation ? collectExamples(validation) : null,
    initial: (method?.type === 'lora' && method.initial) || null,
    checkpointEvery: options.checkpointEvery ?? null,
    resume: options.resume ?? true,
    recompute: options.recompute ?? 'auto',
    threads: options.threads ?? null,
    provider: options.provider ?? 'cpu',
  }
}
