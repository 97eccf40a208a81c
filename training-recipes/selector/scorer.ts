/** @file Trains a small network whose scores, with a score of 0 for "none", choose one row of a group. */
import type { Linear, Network } from '../../src/knowledge/retrieve/selector.ts'
import { mulberry32 } from '../../src/util/random.ts'

/** Rows of a matrix of features, of which those in `gold` are right; without any, none is. */
export type Group = { rows: Int32Array; gold: ReadonlySet<number>; weight: number }

export type TrainOptions = {
  inputs: readonly string[]
  /** 0 for a linear scorer. */
  hidden: number
  epochs: number
  rate: number
  decay: number
  seed: number
}

const BATCH = 32
const [MOMENTUM, VARIANCE, EPSILON] = [0.9, 0.999, 1e-8]

/** Minimises the cross-entropy of "one of the right rows, or none" by AdamW over shuffled groups. */
export function trainScorer(
  features: Float32Array,
  groups: readonly Group[],
  options: TrainOptions,
): Network {
  const random = mulberry32(options.seed)
  const net = createNet(options, random)
  const order = groups.map((_, i) => i)
  const steps = Math.ceil(groups.length / BATCH) * options.epochs
  let step = 0
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random)
    for (let at = 0; at < order.length; at += BATCH) {
      const batch = order.slice(at, at + BATCH).map((i) => groups[i]!)
      net.gradients.fill(0)
      for (const group of batch) accumulate(net, features, group, batch.length)
      step++
      update(net, options, step, 0.5 * (1 + Math.cos((Math.PI * step) / steps)))
    }
  }
  return toNetwork(net, options.inputs)
}

/** All weights in one array: hidden weights, hidden biases, output weights, output bias. */
type Net = {
  width: number
  units: number
  isLinear: boolean
  weights: Float64Array
  gradients: Float64Array
  first: Float64Array
  second: Float64Array
}

function createNet({ inputs: { length: width }, hidden }: TrainOptions, random: () => number): Net {
  const units = Math.max(1, hidden)
  const size = units * width + units + units + 1
  const weights = new Float64Array(size)
  const isLinear = hidden === 0
  if (!isLinear) {
    const spread = Math.sqrt(6 / width)
    for (let i = 0; i < units * width; i++) weights[i] = (random() - 0.5) * spread
    for (let u = 0; u < units; u++) weights[units * width + units + u] = (random() - 0.5) * 0.5
  } else weights[units * width + units] = 1
  const zeros = (): Float64Array => new Float64Array(size)
  return { width, units, isLinear, weights, gradients: zeros(), first: zeros(), second: zeros() }
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
}

function accumulate(net: Net, features: Float32Array, group: Group, batch: number): void {
  const { width, units, isLinear, weights, gradients } = net
  const { rows, gold, weight } = group
  const hiddenBias = units * width
  const output = hiddenBias + units
  const outputBias = output + units
  const active = new Float64Array(rows.length * units)
  const scores = new Float64Array(rows.length)
  for (let r = 0; r < rows.length; r++) {
    const base = rows[r]! * width
    let score = weights[outputBias]!
    for (let u = 0; u < units; u++) {
      let sum = weights[hiddenBias + u]!
      for (let i = 0, w = u * width; i < width; i++) sum += weights[w + i]! * features[base + i]!
      const value = isLinear || sum > 0 ? sum : 0
      active[r * units + u] = value
      score += weights[output + u]! * value
    }
    scores[r] = score
  }
  const pulls = pullsOf(scores, rows, gold)
  for (let r = 0; r < rows.length; r++) {
    const pull = (pulls[r]! * weight) / batch
    if (Math.abs(pull) < 1e-9) continue
    const base = rows[r]! * width
    gradients[outputBias]! += pull
    for (let u = 0; u < units; u++) {
      const value = active[r * units + u]!
      if (!isLinear) gradients[output + u]! += pull * value
      if (!isLinear && value <= 0) continue
      const back = pull * weights[output + u]!
      gradients[hiddenBias + u]! += back
      for (let i = 0, w = u * width; i < width; i++) gradients[w + i]! += back * features[base + i]!
    }
  }
}

/** Gradient by score of -log of the share that the right ones have, "none" (score 0) among them. */
function pullsOf(scores: Float64Array, rows: Int32Array, gold: ReadonlySet<number>): Float64Array {
  const top = Math.max(0, ...scores)
  const parts = scores.map((score) => Math.exp(score - top))
  const none = Math.exp(-top)
  const total = parts.reduce((sum, part) => sum + part, none)
  let right = gold.size === 0 ? none : 0
  for (let r = 0; r < rows.length; r++) if (gold.has(rows[r]!)) right += parts[r]!
  return parts.map((part, r) => part / total - (gold.has(rows[r]!) ? part / right : 0))
}

/** AdamW with bias correction and a cosine schedule; biases do not decay. */
function update(net: Net, { rate, decay }: TrainOptions, step: number, schedule: number): void {
  const { weights, gradients, first, second, units, width } = net
  const pace = rate * schedule
  const firstScale = 1 - MOMENTUM ** step
  const secondScale = 1 - VARIANCE ** step
  for (let i = 0; i < weights.length; i++) {
    const gradient = gradients[i]!
    first[i] = MOMENTUM * first[i]! + (1 - MOMENTUM) * gradient
    second[i] = VARIANCE * second[i]! + (1 - VARIANCE) * gradient * gradient
    const move = first[i]! / firstScale / (Math.sqrt(second[i]! / secondScale) + EPSILON)
    const shrink = i < units * width ? decay * weights[i]! : 0
    weights[i]! -= pace * (move + shrink)
  }
}

function toNetwork({ weights, units, width }: Net, inputs: readonly string[]): Network {
  const hiddenBias = units * width
  const output = hiddenBias + units
  const values = (from: number, to: number): number[] => [...weights.slice(from, to)]
  return {
    inputs,
    hidden: Array.from({ length: units }, (_, u) => values(u * width, (u + 1) * width)),
    hiddenBias: values(hiddenBias, output),
    output: values(output, output + units),
    outputBias: weights[output + units]!,
  }
}

/** A linear network as one row of weights. */
export function toLinear({ inputs, hidden, hiddenBias, outputBias }: Network): Linear {
  return { inputs, weights: hidden[0]!, bias: hiddenBias[0]! + outputBias }
}
