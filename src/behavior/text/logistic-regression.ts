/**
 * @file Multinomial logistic regression with an L2 penalty over sparse vectors, by stochastic gradient descent
 * (Bottou, "Stochastic gradient descent tricks", 2012).
 */
import { mulberry32 } from '../../util/random.ts'
import type { SparseVector } from './tf-idf.ts'

export type LogisticRegression = {
  /** [feature, class] */
  readonly weights: Float32Array
  readonly bias: Float64Array
  /** The log-odds of each class, up to a constant. */
  logits(vector: SparseVector): Float64Array
}

export type RegressionOptions = {
  /** Weight of the penalty: (l2 / 2) |w|² is added to the mean loss. */
  l2: number
  epochs: number
  /** Step of the first update; vectors of length 1 bear large steps. */
  learningRate: number
  seed: number
}

export type TrainingSet = {
  readonly vectors: readonly SparseVector[]
  /** The class of each vector, from 0. */
  readonly classes: readonly number[]
  readonly classCount: number
  readonly featureCount: number
}

export function trainLogisticRegression(
  { vectors, classes, classCount, featureCount }: TrainingSet,
  { l2, epochs, learningRate, seed }: RegressionOptions,
): LogisticRegression {
  const random = mulberry32(seed)
  // [feature, class]; the weights are `scale` times these, so that the penalty shrinks all in one step.
  const stored = new Float32Array(featureCount * classCount)
  const bias = new Float64Array(classCount)
  const logits = new Float64Array(classCount)
  let scale = 1
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const at of shuffled(vectors.length, random)) {
      const rate = learningRate / (1 + learningRate * l2 * step++)
      const vector = vectors[at]!
      computeLogits(vector, { stored, scale, bias, logits })
      toProbabilities(logits)
      logits[classes[at]!]! -= 1
      scale *= 1 - rate * l2
      addOuter(stored, vector, logits, -rate / scale)
      for (let k = 0; k < classCount; k++) bias[k]! -= BIAS_RATE * rate * logits[k]!
    }
  for (let at = 0; at < stored.length; at++) stored[at]! *= scale
  return {
    weights: stored,
    bias,
    logits(vector) {
      const result = new Float64Array(classCount)
      computeLogits(vector, { stored, scale: 1, bias, logits: result })
      return result
    },
  }
}

/** The bias has no penalty and is touched by every row. */
const BIAS_RATE = 0.01

/** Turns log-odds into probabilities, in place. */
export function toProbabilities(logits: Float64Array): Float64Array {
  let top = Number.NEGATIVE_INFINITY
  for (const logit of logits) if (logit > top) top = logit
  let sum = 0
  for (let k = 0; k < logits.length; k++) {
    logits[k] = Math.exp(logits[k]! - top)
    sum += logits[k]!
  }
  for (let k = 0; k < logits.length; k++) logits[k]! /= sum
  return logits
}

type Weights = { stored: Float32Array; scale: number; bias: Float64Array; logits: Float64Array }

function computeLogits(
  { ids, values }: SparseVector,
  { stored, scale, bias, logits }: Weights,
): void {
  const classCount = logits.length
  logits.fill(0)
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i]! * classCount
    const value = values[i]!
    for (let k = 0; k < classCount; k++) logits[k]! += value * stored[row + k]!
  }
  for (let k = 0; k < classCount; k++) logits[k] = logits[k]! * scale + bias[k]!
}

function addOuter(
  stored: Float32Array,
  { ids, values }: SparseVector,
  errors: Float64Array,
  factor: number,
): void {
  const classCount = errors.length
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i]! * classCount
    const value = values[i]! * factor
    for (let k = 0; k < classCount; k++) stored[row + k]! += value * errors[k]!
  }
}

function shuffled(length: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, at) => at)
  for (let at = length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const kept = order[at]!
    order[at] = order[other]!
    order[other] = kept
  }
  return order
}
