/** @file Expects the memory of a run from its shapes, and decides on recomputation by it. */
import { availableMemory } from 'node:process'
import type { BatchShape, ModelConfig } from '../models/index.ts'
import { TrainingError } from './errors.ts'

export type MemoryOptions = {
  readonly config: ModelConfig
  /** Values of the model. */
  readonly weights: number
  /** Values that are trained. */
  readonly trained: number
  readonly isLora: boolean
  readonly shape: BatchShape
  /** Arrays beside the trained values, as long as they are: gradients, moments, best values. */
  readonly arrays: number
}

export type MemoryPlan = {
  readonly recompute: boolean
  readonly bytes: number
  readonly warnings: readonly string[]
}

const bytesPerValue = 4

/** Node, ONNX Runtime and its graphs. */
const processBytes = 200e6

/**
 * Decides whether activations are kept: `auto` keeps them where they fit.
 * @throws TrainingError `not_enough_memory` when not even weights and optimizer fit.
 */
export function planMemory(
  options: MemoryOptions,
  recompute: boolean | 'auto',
  available: number = availableMemory(),
): MemoryPlan {
  const fixed = fixedBytes(options)
  if (fixed > available) throw notEnough(fixed, available)
  const kept = fixed + activationBytes(options, false)
  const needed = recompute === 'auto' ? kept > available : recompute
  const bytes = needed ? fixed + activationBytes(options, true) : kept
  const warnings =
    bytes > available
      ? [
          `the run may need ${gigabytes(bytes)} of memory, ${gigabytes(available)} are free: ${needed ? 'make batches smaller' : 'set recompute'} if it fails`,
        ]
      : []
  return { recompute: needed, bytes, warnings }
}

function fixedBytes({ weights, trained, isLora, arrays }: MemoryOptions): number {
  const values = isLora ? weights + trained : trained
  return processBytes + bytesPerValue * (values + arrays * trained)
}

/**
 * What the forward pass leaves for the backward pass, fitted to measured peaks: within 15 % for models
 * of 5 and 135 million weights, LoRA and full, of 256 to 4,096 tokens a batch.
 */
function activationBytes(
  { config, shape, weights, isLora }: MemoryOptions,
  recompute: boolean,
): number {
  const { hiddenSize, intermediateSize, headCount, kvHeadCount, headDim, layerCount } = config
  const tokens = shape.rows * shape.length
  const attention = (headCount + kvHeadCount) * headDim
  const scores = headCount * shape.length
  // Input, norms and sums; heads before and after they are turned and transposed; gate, up and products.
  const perToken = 4 * (hiddenSize + attention + intermediateSize) + 1.5 * scores
  const layers = recompute
    ? tokens * (layerCount * hiddenSize + 2 * perToken)
    : tokens * layerCount * perToken
  const logits = 3 * Math.min(shape.positions * config.vocabSize, 2 ** 25)
  // Gradients of weights exist a second time before they are written to their array, those of the
  // embedding a third and fourth: rows that were read, and what the head adds.
  const gradients = isLora ? 0 : weights + 2 * config.vocabSize * hiddenSize
  return bytesPerValue * (layers + logits + gradients)
}

function notEnough(needed: number, available: number): TrainingError {
  return new TrainingError(
    'not_enough_memory',
    `the weights and the optimizer take ${gigabytes(needed)}, ${gigabytes(available)} of memory are free`,
    { hint: 'Use a smaller model, LoRA instead of full training, or a machine with more memory.' },
  )
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
