/** @file Public: the loss of a model on examples. */
import { type LoraAdapter, readPeftAdapter } from '../models/index.ts'
import type { Provider } from '../onnx/index.ts'
import type { Evaluation } from './evaluate.ts'
import { collectExamples, type TooLong, type TrainingExample } from './examples.ts'
import { runInWorker } from './run-in-worker.ts'

export type EvaluateOptions = {
  /** A Hugging Face folder. */
  readonly model: string
  /** A PEFT folder, or what was read from one. */
  readonly adapter?: string | LoraAdapter
  readonly examples: readonly TrainingExample[]
  /** Default: what the model was made for. */
  readonly maxLength?: number
  /** Default `error`. */
  readonly tooLong?: TooLong
  /** Default: one per physical core. */
  readonly threads?: number
  /** Default `cpu`. */
  readonly provider?: Provider
  readonly signal?: AbortSignal
}

/**
 * The loss at the trained tokens of each example, and over all of them. Runs in a worker thread.
 * @throws TrainingError for examples that do not fit the model, ModelFormatError for damaged files.
 */
export async function evaluateLoss(options: EvaluateOptions): Promise<Evaluation> {
  const { adapter, signal } = options
  signal?.throwIfAborted()
  const job = {
    model: options.model,
    adapter: (typeof adapter === 'string' ? await readPeftAdapter(adapter) : adapter) ?? null,
    examples: collectExamples(options.examples),
    maxLength: options.maxLength ?? null,
    tooLong: options.tooLong ?? 'error',
    threads: options.threads ?? null,
    provider: options.provider ?? 'cpu',
  }
  return await runInWorker('evaluate', job, { signal })
}
