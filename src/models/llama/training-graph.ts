/** @file The training graph: losses at the trained positions of a batch, and gradients of what is trained. */
import {
  attention,
  checkpoint,
  crossEntropy,
  gather,
  gradients,
  input,
  mergeHeads,
  mul,
  type Outputs,
  packedCausalBias,
  reshape,
  rotary,
  splitHeads,
  sum,
  type Tensor,
} from '../../autodiff/index.ts'
import type { ModelConfig } from '../formats/index.ts'
import { adaptedLayers, type DropoutMask } from './adapted-layers.ts'
import { headName, hiddenStates } from './llama.ts'
import { type LoraShape, trainableParameters } from './lora.ts'
import { angleTables } from './rope.ts'
import { weightShapes } from './weights.ts'

/** The sizes of a batch; a training graph has fixed ones. */
export type BatchShape = {
  readonly rows: number
  /** Tokens per row. */
  readonly length: number
  /** How many positions of the batch the loss is taken at. */
  readonly positions: number
}

export type TrainingGraphOptions = {
  readonly config: ModelConfig
  readonly shape: BatchShape
  /** Without it all weights are trained. */
  readonly lora?: LoraShape
  /** Compute each layer again in the backward pass instead of keeping its activations. Default false. */
  readonly recompute?: boolean
}

export type TrainingGraph = {
  /** `loss`, and `gradient <parameter>` for each trained parameter. */
  readonly outputs: Outputs
  /** Inputs to fill with random booleans in every step; none without dropout. */
  readonly dropoutMasks: readonly DropoutMask[]
}

/**
 * Forward and backward pass. Inputs are the weights by their Hugging Face names, LoRA parameters by
 * theirs, and the batch:
 *
 * - `tokens`, `positions` int64 [rows, length]; positions begin at 0 in each packed example
 * - `segments` int32 [rows, length]: the number of the example; attention stays within it
 * - `trained` int64 [positions]: rows of the flattened batch whose next token is learned
 * - `labels` int64 [positions]: those tokens
 * - `lossWeights` float32 [positions]: what each counts in `loss`; 0 for entries that fill up
 */
export function trainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const { config, shape, lora } = options
  const { losses, weight, dropoutMasks } = forward(options)
  const loss = sum(mul(losses, input('lossWeights', [shape.positions])))
  const parameters = trainableParameters(config, lora)
  const grads = gradients(
    loss,
    parameters.map(({ name }) => weight(name)),
  )
  const outputs = parameters.map(({ name }, i) => [`gradient ${name}`, grads[i]!])
  // The loss last: as the first output it was computed last, and kept the logits until then.
  return { outputs: { ...Object.fromEntries(outputs), loss }, dropoutMasks }
}

/** The forward pass alone: `losses` float32 [positions], for validation and scoring. */
export function scoringGraph(options: Omit<TrainingGraphOptions, 'recompute'>): Outputs {
  const { lora } = options
  const { losses } = forward({ ...options, ...(lora && { lora: { ...lora, dropout: 0 } }) })
  return { losses }
}

type Forward = {
  losses: Tensor
  /** Weights and LoRA parameters by name: the same tensor each time. */
  weight(name: string): Tensor
  dropoutMasks: readonly DropoutMask[]
}

function forward({ config, shape, lora, recompute = false }: TrainingGraphOptions): Forward {
  const { rows, length, positions } = shape
  const weight = weightInputs(config, lora)
  const { project, dropoutMasks } = adaptedLayers({ config, rows: rows * length, weight, lora })
  const hidden = hiddenStates(config, input('tokens', [rows, length], 'int64'), {
    weight,
    project,
    attend: packedAttention(config, shape),
    ...(recompute && { wrapLayer: (output: Tensor, x: Tensor) => checkpoint(output, [x]) }),
  })
  const trained = gather(
    reshape(hidden, [rows * length, config.hiddenSize]),
    input('trained', [positions], 'int64'),
  )
  const labels = input('labels', [positions], 'int64')
  const losses = crossEntropy(trained, weight(headName(config)), labels, {
    rowsPerChunk: Math.max(1, Math.floor(logitsAtOnce / config.vocabSize)),
  })
  return { losses, weight, dropoutMasks }
}

/** Logits kept at once, in values: 256 MB. More rows are computed in chunks, and again for the backward pass. */
const logitsAtOnce = 64 * 1024 * 1024

function weightInputs(config: ModelConfig, lora?: LoraShape): (name: string) => Tensor {
  const shapes = new Map<string, readonly number[]>([
    ...weightShapes(config),
    ...(lora ? trainableParameters(config, lora) : []).map(
      ({ name, shape }) => [name, shape] as const,
    ),
  ])
  const inputs = new Map([...shapes].map(([name, shape]) => [name, input(name, shape)]))
  return (name) => {
    const found = inputs.get(name)
    if (!found) throw new Error(`internal: the graph has no weight "${name}"`)
    return found
  }
}

function packedAttention(
  config: ModelConfig,
  { rows, length }: BatchShape,
): (layer: number, queries: Tensor, keys: Tensor, values: Tensor) => Tensor {
  const tables = {
    positions: input('positions', [rows, length], 'int64'),
    ...angleTables(config, length),
  }
  const bias = packedCausalBias(input('segments', [rows, length], 'int32'))
  return (_, queries, keys, values) =>
    mergeHeads(
      attention(
        splitHeads(rotary(queries, tables), config.headCount),
        splitHeads(rotary(keys, tables), config.kvHeadCount),
        splitHeads(values, config.kvHeadCount),
        { bias },
      ),
    )
}
