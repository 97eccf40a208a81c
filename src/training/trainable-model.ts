/** @file The model in memory: frozen weights, and the values that are trained in one flat array. */
import { createHash } from 'node:crypto'
import {
  type LanguageModel,
  type LoraShape,
  loraScale,
  type ModelConfig,
  type Parameter,
  trainableParameters,
  weightShapes,
} from '../models/index.ts'
import { type TensorData, tensorData } from '../onnx/index.ts'
import { exactRate } from './dropout.ts'
import { TrainingError } from './errors.ts'
import type { LoraSettings, Settings } from './options.ts'

export type TrainableModel = {
  readonly config: ModelConfig
  /** Absent when all weights are trained. */
  readonly lora?: LoraShape
  readonly parameters: readonly Parameter[]
  /** All trained values; `feeds` holds views of it, so that a change here is a change there. */
  readonly values: Float32Array
  /** Weights and LoRA matrices by the names that graphs have for them. */
  readonly feeds: Readonly<Record<string, TensorData>>
  /** SHA-256 of the weights as they were loaded. */
  readonly hash: string
}

/** The part of the settings that graphs depend on; undefined when all weights are trained. */
export function loraShape(method: Settings['method']): LoraShape | undefined {
  return method.type === 'lora' ? shapeOf(method) : undefined
}

/**
 * Reads the weights. LoRA values are zeros until they are initialised or copied.
 * @throws TrainingError `weights_not_finite`, and ModelFormatError for damaged files.
 */
export async function loadTrainable(
  source: LanguageModel,
  lora?: LoraShape,
): Promise<TrainableModel> {
  const { config } = source
  const parameters = trainableParameters(config, lora)
  const values = new Float32Array(parameters.reduce((sum, { size }) => sum + size, 0))
  const trained = new Map(
    parameters.map(({ name, offset, size }) => [name, values.subarray(offset, offset + size)]),
  )
  const { weights, hash } = await readWeights(source, trained)
  const shapes = [...weightShapes(config), ...parameters.map((p) => [p.name, p.shape] as const)]
  const feeds = Object.fromEntries(
    shapes.map(([name, shape]) => [
      name,
      tensorData('float32', shape, trained.get(name) ?? weights.get(name)!),
    ]),
  )
  return { config, ...(lora && { lora }), parameters, values, feeds, hash }
}

function shapeOf({ targets, rank, alpha, rankStabilized, dropout }: LoraSettings): LoraShape {
  const scale = loraScale({ rank, alpha }, rankStabilized)
  return { targets, rank, scale, ...(dropout > 0 && { dropout: exactRate(dropout) }) }
}

/** Trained weights are copied to their places; the others keep the arrays they are read into. */
async function readWeights(
  { config, weights: file, folder }: LanguageModel,
  trained: ReadonlyMap<string, Float32Array>,
): Promise<{ weights: Map<string, Float32Array>; hash: string }> {
  const hash = createHash('sha256')
  const weights = new Map<string, Float32Array>()
  const broken: string[] = []
  for (const name of weightShapes(config).keys()) {
    const { data, nonFinite } = await file.read(name)
    if (nonFinite > 0) broken.push(`${name} (${nonFinite})`)
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    const place = trained.get(name)
    if (place) place.set(data)
    else weights.set(name, data)
  }
  if (broken.length > 0) throw notFinite(folder, broken)
  return { weights, hash: hash.digest('hex') }
}

function notFinite(folder: string, broken: readonly string[]): TrainingError {
  const some = broken.slice(0, 5).join(', ')
  return new TrainingError(
    'weights_not_finite',
    `${folder} holds NaN or infinite values in ${some}${broken.length > 5 ? ', …' : ''}`,
    { hint: 'Download the weights again; if they came from a training, it had diverged.' },
  )
}
