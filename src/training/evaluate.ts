/** @file The loss of a model on examples, with or without an adapter, on the calling thread. */
import { type LoraAdapter, loraTargets, openLanguageModel } from '../models/index.ts'
import type { Provider } from '../onnx/index.ts'
import { type ExampleSet, selectExamples, type TooLong } from './examples.ts'
import { copyAdapter } from './initialize.ts'
import type { LoraSettings } from './options.ts'
import { planScoring } from './plan.ts'
import { createScorer, type ExampleScore } from './scorer.ts'
import { defaultThreads } from './threads.ts'
import { loadTrainable, loraShape } from './trainable-model.ts'

export type EvaluationJob = {
  readonly model: string
  readonly adapter: LoraAdapter | null
  readonly examples: ExampleSet
  readonly maxLength: number | null
  readonly tooLong: TooLong
  readonly threads: number | null
  readonly provider: Provider
}

export type Evaluation = {
  /** The mean over all trained tokens, in nats. */
  readonly loss: number
  /** e to the power of the loss. */
  readonly perplexity: number
  readonly tokens: number
  /** In the order of the examples; those that are left out have no entry. */
  readonly examples: readonly ExampleScore[]
  readonly warnings: readonly string[]
}

export async function runEvaluation(job: EvaluationJob, signal: AbortSignal): Promise<Evaluation> {
  const source = await openLanguageModel(job.model)
  try {
    const { vocabSize, maxPositions } = source.config
    const { tooLong, maxLength } = job
    const limits = { vocabSize, tooLong, maxLength: maxLength ?? maxPositions }
    const { used, warnings } = selectExamples(job.examples, limits)
    const batches = planScoring(job.examples, used)
    const lora = job.adapter ? loraShape(adapterSettings(job.adapter)) : undefined
    const model = await loadTrainable(source, lora)
    if (job.adapter) copyAdapter(model.parameters, model.values, job.adapter)
    const threads = job.threads ?? defaultThreads()
    const scorer = createScorer(model, { threads, provider: job.provider })
    try {
      const scores = await scorer.score(job.examples, batches, signal)
      return { ...scores, perplexity: Math.exp(scores.loss), warnings }
    } finally {
      await scorer.close()
    }
  } finally {
    await source.close()
  }
}

function adapterSettings(adapter: LoraAdapter): LoraSettings {
  const { rank, alpha, rankStabilized, targetModules } = adapter
  const targets = loraTargets.filter((target) => targetModules.includes(target))
  return { type: 'lora', rank, alpha, rankStabilized, targets, dropout: 0 }
}
