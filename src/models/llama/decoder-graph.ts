/** @file The graph of generation: new tokens over a cache of keys and values, with an adapter per sequence. */
import {
  add,
  concat,
  gather,
  input,
  linear,
  matmul,
  type Outputs,
  quantize,
  quantizedLinear,
  reshape,
  split,
  type Tensor,
} from '../../autodiff/index.ts'
import type { ModelConfig } from '../formats/index.ts'
import { mapWeights } from '../mapped-weights.ts'
import { cachedAttention } from './cached-attention.ts'
import { headName, hiddenStates, type LlamaParts } from './llama.ts'
import { type LanguageModel, projections } from './weights.ts'

/** How weights are held: as 32-bit floats, or in 8 bits with a scale for each 64 (GGUF's Q8_0: 32). */
export type WeightPrecision = 'f32' | 'q8'

export type DecoderGraphOptions = {
  readonly precision?: WeightPrecision
  /** Longest sequence that the position tables cover. Default: the model's own limit. */
  readonly maxPositions?: number
  /** Whether each sequence brings an adapter. Default false. */
  readonly adapters?: boolean
}

/** Linear layers that read the same rows are one product; their adapters are one pair of tensors. */
export type AdapterGroup = {
  readonly modules: readonly string[]
  readonly inFeatures: number
  readonly outFeatures: readonly number[]
  /** Inputs [batch, rank · modules, inFeatures] and [batch, sum of outFeatures, rank · modules]. */
  readonly a: string
  readonly b: string
}

export type DecoderGraph = {
  /** `logits` [wanted, vocabulary], and `newRows` to be added to the caches. */
  readonly outputs: Outputs
  /** The folder that the weights are mapped from. */
  readonly weightsFolder: string
  readonly adapterGroups: readonly AdapterGroup[]
}

/**
 * Weights are constants of the graph. Inputs:
 *
 * - `tokens`, `positions` int64 [batch, rows]: new rows of each sequence
 * - `keys <layer>`, `values <layer>` float32 [batch, kvHeads, capacity, headDim]: the caches
 * - `columns` int64 [2]: capacity and rows
 * - `bias` float32 [batch, 1, group · rows, capacity + rows]: added to the scores of each row, 0 where it
 *   may look and far below 0 elsewhere, once for each of the heads that share a key head
 * - `wanted` int64: rows of the flattened batch that `logits` are wanted of
 * - with adapters, `a` and `b` of each group; the scale is part of B, and zeros are no adapter
 */
export async function decoderGraph(
  model: LanguageModel,
  options: DecoderGraphOptions = {},
): Promise<DecoderGraph> {
  const { config } = model
  const { precision = 'f32', maxPositions = config.maxPositions, adapters = false } = options
  const { folder, weight } = await mapWeights(model)
  const layers = await loadLayers(model, weight, precision)
  const groups: AdapterGroup[] = []

  const project = (x: Tensor, modules: readonly string[]): Tensor[] => {
    const { apply, outFeatures, inFeatures } = layers.get(modules[0]!)!
    const y = apply(x)
    const group = groupOf(modules, inFeatures, outFeatures)
    groups.push(group)
    const adapted = adapters ? add(y, change(x, group)) : y
    return modules.length === 1 ? [adapted] : split(adapted, outFeatures, 2)
  }
  const { attend, newRows } = cachedAttention(config, maxPositions)
  const tokens = input('tokens', ['batch', 'rows'], 'int64')
  const hidden = hiddenStates(config, tokens, { weight, project, attend })
  const wanted = gather(
    reshape(hidden, [-1, config.hiddenSize]),
    input('wanted', ['wanted'], 'int64'),
  )
  return {
    outputs: { logits: layers.get(headName(config))!.apply(wanted), newRows: newRows() },
    weightsFolder: folder,
    adapterGroups: adapters ? groups : [],
  }
}

/** What a group's adapters add: B·(A·x), another pair for each sequence. */
function change(x: Tensor, { modules, inFeatures, outFeatures, a, b }: AdapterGroup): Tensor {
  const rank = `rank of ${modules.length}`
  const width = outFeatures.reduce((all, size) => all + size, 0)
  const low = matmul(x, input(a, ['batch', rank, inFeatures]), { transposeB: true })
  return matmul(low, input(b, ['batch', width, rank]), { transposeB: true })
}

function groupOf(
  modules: readonly string[],
  inFeatures: number,
  outFeatures: readonly number[],
): AdapterGroup {
  return { modules, inFeatures, outFeatures, a: `a of ${modules[0]}`, b: `b of ${modules[0]}` }
}

type Layer = {
  readonly inFeatures: number
  readonly outFeatures: readonly number[]
  apply(x: Tensor): Tensor
}

/** The linear layers in groups, by the name of each group's first module; the head by its weight. */
async function loadLayers(
  model: LanguageModel,
  weight: LlamaParts['weight'],
  precision: WeightPrecision,
): Promise<Map<string, Layer>> {
  const { config } = model
  const head = headName(config)
  const layers = new Map<string, Layer>()
  const load = loaders[precision]
  for (let layer = 0; layer < config.layerCount; layer++)
    for (const group of projectionGroups(config)) {
      const modules = group.map(({ path }) => `model.layers.${layer}.${path}`)
      const product = await load(
        model,
        modules.map((module) => `${module}.weight`),
        weight,
      )
      const bias = group[0]!.bias && joined(modules.map((module) => weight(`${module}.bias`)))
      layers.set(modules[0]!, {
        inFeatures: group[0]!.inFeatures,
        outFeatures: group.map(({ outFeatures }) => outFeatures),
        apply: (x) => (bias ? add(product(x), bias) : product(x)),
      })
    }
  layers.set(head, {
    inFeatures: config.hiddenSize,
    outFeatures: [config.vocabSize],
    apply: await load(model, [head], weight),
  })
  return layers
}

/** Projections of a layer that read the same rows. */
function projectionGroups(config: ModelConfig): ReturnType<typeof projections>[] {
  const [q, k, v, o, gate, up, down] = projections(config)
  return [[q!, k!, v!], [o!], [gate!, up!], [down!]]
}

type Loader = (
  model: LanguageModel,
  names: readonly string[],
  weight: LlamaParts['weight'],
) => Promise<(x: Tensor) => Tensor>

const loaders: Record<WeightPrecision, Loader> = {
  async f32(_, names, weight) {
    const matrix = joined(names.map(weight))
    return (x) => linear(x, matrix)
  },
  async q8({ weights }, names) {
    const parts = await Promise.all(names.map((name) => weights.read(name)))
    const columns = parts[0]!.shape[1]!
    const rows = parts.reduce((all, { shape }) => all + shape[0]!, 0)
    const values = new Float32Array(rows * columns)
    let offset = 0
    for (const { data } of parts) {
      values.set(data, offset)
      offset += data.length
    }
    const matrix = quantize(values, [rows, columns], groupSizeFor(columns))
    return (x) => quantizedLinear(x, matrix)
  },
}

/** As in Q8_0; 64 would be 4 % faster for one row, and coarser. Narrow matrices need 16. */
function groupSizeFor(columns: number): number {
  return columns % 32 === 0 ? 32 : 16
}

function joined(parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0]! : concat(parts, 0)
}
