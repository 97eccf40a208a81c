/** @file First values: of LoRA matrices as PEFT sets them, and of whole models as transformers does. */
import {
  type LoraAdapter,
  loraA,
  loraB,
  type ModelConfig,
  type Parameter,
  weightShapes,
  writeModelConfig,
  writeSafetensorsFolder,
} from '../models/index.ts'
import { TrainingError } from './errors.ts'
import { normal, randomStream } from './randomness.ts'

/**
 * Fills LoRA parameters: B with zeros, so that training starts from the model as it is, and A
 * uniformly within ±1/√inFeatures (PEFT's Kaiming initialisation with a = √5).
 */
export function initializeLora(
  parameters: readonly Parameter[],
  values: Float32Array,
  seed: number,
): void {
  for (const { name, shape, offset, size } of parameters) {
    const into = values.subarray(offset, offset + size)
    if (name.endsWith('.lora_B.weight')) into.fill(0)
    else fillUniform(into, 1 / Math.sqrt(shape[1]!), randomStream(seed, 'initial', name))
  }
}

/**
 * Fills LoRA parameters from an adapter.
 * @throws TrainingError `adapter_mismatch` when it adapts other layers or has ranks of its own in some.
 */
export function copyAdapter(
  parameters: readonly Parameter[],
  values: Float32Array,
  adapter: LoraAdapter,
): void {
  const found = new Map(
    adapter.modules.flatMap(({ module, alpha, a, b }) => [
      [loraA(module), { alpha, data: a }],
      [loraB(module), { alpha, data: b }],
    ]),
  )
  if (found.size !== parameters.length)
    throw mismatch(`it adapts ${found.size / 2} layers, the targets are ${parameters.length / 2}`)
  for (const { name, shape, offset, size } of parameters) {
    const matrix = found.get(name)
    if (!matrix) throw mismatch(`it has no "${name}"`)
    if (matrix.data.length !== size)
      throw mismatch(`"${name}" has ${matrix.data.length} values, [${shape.join(', ')}] is needed`)
    if (matrix.alpha !== adapter.alpha)
      throw mismatch(`"${name}" has alpha ${matrix.alpha}, others have ${adapter.alpha}`)
    values.set(matrix.data, offset)
  }
}

/**
 * Writes a model folder with random weights, to train from nothing: matrices from the normal
 * distribution (`initializerRange`), norms 1, biases 0. The same seed gives the same bytes.
 */
export async function initializeWeights(
  folder: string,
  config: ModelConfig,
  { seed = 42 }: { seed?: number } = {},
): Promise<void> {
  const tensors = [...weightShapes(config)].map(([name, shape]) => ({
    name,
    shape,
    dtype: 'F32' as const,
    data: () => initialWeight(name, shape, { seed, range: config.initializerRange }),
  }))
  await writeModelConfig(folder, config)
  await writeSafetensorsFolder(folder, tensors)
}

function initialWeight(
  name: string,
  shape: readonly number[],
  { seed, range }: { seed: number; range: number },
): Float32Array {
  const values = new Float32Array(shape.reduce((size, dimension) => size * dimension, 1))
  if (name.endsWith('.bias')) return values
  if (shape.length === 1) return values.fill(1)
  const draw = normal(randomStream(seed, 'initial', name))
  for (let i = 0; i < values.length; i++) values[i] = draw() * range
  return values
}

function fillUniform(values: Float32Array, bound: number, random: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = (2 * random() - 1) * bound
}

function mismatch(problem: string): TrainingError {
  return new TrainingError('adapter_mismatch', `the adapter does not fit: ${problem}`, {
    hint: 'Go on from an adapter of this model with one rank and one alpha, without changing targets.',
  })
}
