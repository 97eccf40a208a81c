/** @file One optimizer step: gradients of one batch or several, clipped, and the update. */
import { compile } from '../autodiff/index.ts'
import { type Parameter, trainingGraph } from '../models/index.ts'
import { type Session, type SessionOptions, type TensorData, tensorData } from '../onnx/index.ts'
import {
  type AdamWSettings,
  type AdamWState,
  adamW,
  type DecayRange,
  euclideanNorm,
} from './adamw.ts'
import type { Batch } from './batch.ts'
import { fillKept } from './dropout.ts'
import { TrainingError } from './errors.ts'
import { createGraphCache } from './graph-cache.ts'
import type { TrainableModel } from './trainable-model.ts'

export type TrainerOptions = {
  readonly adamw: AdamWSettings
  /** The longest gradient; 0 for any length. */
  readonly clipNorm: number
  readonly recompute: boolean
  /** Decides the dropout masks. */
  readonly seed: number
  readonly session: Pick<SessionOptions, 'threads' | 'provider'>
}

export type StepOptions = {
  /** Counted from 1. */
  readonly step: number
  readonly rate: number
  /** Leaves the step without an effect, between two batches. */
  readonly signal?: AbortSignal
}

export type StepOutcome = {
  /** The sum over all batches of each token's loss times its weight. */
  readonly loss: number
  /** Before clipping. */
  readonly gradientNorm: number
}

export type Trainer = {
  /** The model's values and their moments, which `step` changes in place. */
  readonly state: AdamWState
  /**
   * Adds up the gradients of all batches, then updates.
   * @throws TrainingError `diverged`, and what aborted `signal`; nothing has changed then.
   */
  step(batches: Iterable<Batch>, options: StepOptions): Promise<StepOutcome>
  close(): Promise<void>
}

type TrainingSession = {
  /** Dropout masks and the arrays that each run fills. */
  readonly masks: Readonly<Record<string, TensorData>>
  readonly session: Session
  close(): Promise<void>
}

export function createTrainer(model: TrainableModel, options: TrainerOptions): Trainer {
  const { adamw, clipNorm, recompute, seed } = options
  const { config, lora, parameters, values } = model
  const state = {
    values,
    first: new Float32Array(values.length),
    second: new Float32Array(values.length),
  }
  const gradients = new Float32Array(values.length)
  const ranges = decayRanges(parameters)
  const firstTarget = gradientViews(parameters, gradients)
  // Only a step of several batches needs a second array.
  let added: { array: Float32Array; target: Record<string, TensorData> } | undefined

  const graphs = createGraphCache(async (shape): Promise<TrainingSession> => {
    const graph = trainingGraph({ config, shape, ...(lora && { lora }), recompute })
    const session = await compile(graph.outputs, { ...options.session, optimization: 'basic' })
    const masks = graph.dropoutMasks.map(({ name, shape: sizes }) => [
      name,
      tensorData('bool', sizes, new Uint8Array(sizes.reduce((size, n) => size * n, 1))),
    ])
    return { session, masks: Object.fromEntries(masks), close: () => session.close() }
  })

  async function run(
    { shape, feeds }: Batch,
    target: Record<string, TensorData>,
    stream: readonly number[],
  ): Promise<number> {
    const { session, masks } = await graphs.get(shape)
    for (const [name, { data }] of Object.entries(masks))
      fillKept(data as Uint8Array, lora?.dropout ?? 0, seed, ...stream, name)
    const outputs = await session.run({ ...model.feeds, ...feeds, ...masks }, target)
    return outputs.loss!.data[0] as number
  }

  async function addUp(batches: Iterable<Batch>, { step, rate, signal }: StepOptions) {
    let loss = 0
    let index = 0
    const examples = new Set<number>()
    for (const batch of batches) {
      signal?.throwIfAborted()
      if (index > 0) added ??= secondTarget(parameters, values.length)
      const target = index === 0 ? firstTarget : added!.target
      const batchLoss = await run(batch, target, [step, index])
      for (const example of batch.owners) examples.add(example)
      if (!Number.isFinite(batchLoss))
        throw diverged(`the loss is ${batchLoss}`, { step, rate, examples: batch.owners })
      if (index > 0) addTo(gradients, added!.array)
      loss += batchLoss
      index++
    }
    return { loss, examples }
  }

  return {
    state,
    async step(batches, stepOptions) {
      const { step, rate } = stepOptions
      const { loss, examples } = await addUp(batches, stepOptions)
      const gradientNorm = euclideanNorm(gradients)
      if (!Number.isFinite(gradientNorm))
        throw diverged(`the gradient's norm is ${gradientNorm}`, { step, rate, examples })
      const gradientScale = clipNorm > 0 ? Math.min(1, clipNorm / (gradientNorm + 1e-6)) : 1
      adamW(state, { ...adamw, gradients, gradientScale, rate, step, ranges })
      return { loss, gradientNorm }
    },
    close: () => graphs.close(),
  }
}

/** Weights that multiply decay, norms and biases do not: transformers' rule. */
export function decayRanges(parameters: readonly Parameter[]): DecayRange[] {
  const ranges: DecayRange[] = []
  for (const { shape, offset, size } of parameters) {
    const decays = shape.length > 1
    const last = ranges.at(-1)
    const joins = last?.decays === decays
    if (joins) ranges.pop()
    ranges.push({ start: joins ? last.start : offset, end: offset + size, decays })
  }
  return ranges
}

function gradientViews(
  parameters: readonly Parameter[],
  array: Float32Array,
): Record<string, TensorData> {
  return Object.fromEntries(
    parameters.map(({ name, shape, offset, size }) => [
      `gradient ${name}`,
      tensorData('float32', shape, array.subarray(offset, offset + size)),
    ]),
  )
}

function secondTarget(parameters: readonly Parameter[], size: number) {
  const array = new Float32Array(size)
  return { array, target: gradientViews(parameters, array) }
}

function addTo(sum: Float32Array, addend: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + addend[i]!
}

function diverged(
  what: string,
  { step, rate, examples }: { step: number; rate: number; examples: Iterable<number> },
): TrainingError {
  const distinct = [...new Set(examples)].sort((a, b) => a - b)
  const some = distinct.slice(0, 12).join(', ')
  return new TrainingError(
    'diverged',
    `${what} in step ${step}, at learning rate ${rate.toPrecision(3)}, in examples ${some}${distinct.length > 12 ? ', …' : ''}`,
    {
      hint: 'Lower the learning rate or lengthen the warm-up, and look at these examples. The last checkpoint is whole.',
    },
  )
}
