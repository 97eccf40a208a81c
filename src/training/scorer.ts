/** @file The loss of examples under a model, without training it. */
import { compile } from '../autodiff/index.ts'
import { scoringGraph } from '../models/index.ts'
import type { SessionOptions } from '../onnx/index.ts'
import { fillBatch } from './batch.ts'
import { TrainingError } from './errors.ts'
import type { ExampleSet } from './examples.ts'
import { createGraphCache } from './graph-cache.ts'
import type { MicroBatch } from './plan.ts'
import type { TrainableModel } from './trainable-model.ts'

export type ExampleScore = {
  readonly example: number
  /** The mean over its trained tokens, in nats. */
  readonly loss: number
  /** Trained tokens. */
  readonly tokens: number
}

export type Scores = {
  /** The mean over all trained tokens. */
  readonly loss: number
  readonly tokens: number
  readonly examples: readonly ExampleScore[]
}

export type Scorer = {
  score(set: ExampleSet, batches: readonly MicroBatch[], signal?: AbortSignal): Promise<Scores>
  close(): Promise<void>
}

export function createScorer(
  { config, lora, feeds }: TrainableModel,
  options: Pick<SessionOptions, 'threads' | 'provider' | 'arena'>,
): Scorer {
  const graphs = createGraphCache((shape) =>
    compile(scoringGraph({ config, shape, ...(lora && { lora }) }), options),
  )
  return {
    async score(set, batches, signal) {
      const sums = new Map<number, { loss: number; tokens: number }>()
      for (const planned of batches) {
        if (signal?.aborted) throw aborted()
        const { shape, owners, feeds: inputs } = fillBatch(set, planned, 0)
        const { lossWeights: _, ...batch } = inputs
        const session = await graphs.get(shape)
        const { losses } = await session.run({ ...feeds, ...batch })
        for (const [at, example] of owners.entries()) {
          const { loss, tokens } = sums.get(example) ?? { loss: 0, tokens: 0 }
          sums.set(example, { loss: loss + (losses!.data[at] as number), tokens: tokens + 1 })
        }
      }
      return summarize(sums)
    },
    close: () => graphs.close(),
  }
}

function summarize(sums: ReadonlyMap<number, { loss: number; tokens: number }>): Scores {
  const all = [...sums].sort(([a], [b]) => a - b)
  const loss = all.reduce((sum, [, part]) => sum + part.loss, 0)
  const tokens = all.reduce((sum, [, part]) => sum + part.tokens, 0)
  const examples = all.map(([example, part]) => ({
    example,
    loss: part.loss / part.tokens,
    tokens: part.tokens,
  }))
  return { loss: loss / tokens, tokens, examples }
}

function aborted(): TrainingError {
  return new TrainingError('aborted', 'scoring was ended before the last batch', {
    hint: 'Score again when there is time for it.',
  })
}
