/** @file Which weights a model has, by Hugging Face name, and a checked folder of them. */
import { assertWeights } from '../assert-weights.ts'
import {
  type ModelConfig,
  openSafetensors,
  readModelConfig,
  type Safetensors,
} from '../formats/index.ts'
import { embeddingName, headName } from './llama.ts'

/** A Hugging Face folder whose weights are all there, in the shapes that config.json implies. */
export type LanguageModel = {
  readonly folder: string
  readonly config: ModelConfig
  readonly weights: Safetensors
  close(): Promise<void>
}

/**
 * Opens a model folder: reads config.json and the headers of the weights, not the weights.
 * @throws ModelFormatError for anything missing, cut short, unknown or of the wrong shape.
 */
export async function openLanguageModel(folder: string): Promise<LanguageModel> {
  const config = await readModelConfig(folder)
  const weights = await openSafetensors(folder)
  try {
    assertWeights(folder, weights, weightShapes(config))
  } catch (error) {
    await weights.close()
    throw error
  }
  return { folder, config, weights, close: () => weights.close() }
}

/** Shapes by Hugging Face name, in the order in which a forward pass reads them. */
export function weightShapes(config: ModelConfig): Map<string, number[]> {
  const { vocabSize, hiddenSize, headDim } = config
  const shapes = new Map<string, number[]>([[embeddingName, [vocabSize, hiddenSize]]])
  for (let layer = 0; layer < config.layerCount; layer++) {
    const at = `model.layers.${layer}.`
    shapes.set(`${at}input_layernorm.weight`, [hiddenSize])
    for (const { path, inFeatures, outFeatures, bias } of projections(config)) {
      shapes.set(`${at}${path}.weight`, [outFeatures, inFeatures])
      if (bias) shapes.set(`${at}${path}.bias`, [outFeatures])
    }
    if (config.qkNorm)
      for (const name of ['q_norm', 'k_norm'])
        shapes.set(`${at}self_attn.${name}.weight`, [headDim])
    shapes.set(`${at}post_attention_layernorm.weight`, [hiddenSize])
  }
  shapes.set('model.norm.weight', [hiddenSize])
  shapes.set(headName(config), [vocabSize, hiddenSize])
  return shapes
}

export type Projection = {
  /** Within a layer, such as `self_attn.q_proj`. */
  readonly path: string
  readonly inFeatures: number
  readonly outFeatures: number
  readonly bias: boolean
}

/** The seven linear layers of every decoder layer. */
export function projections(config: ModelConfig): Projection[] {
  const { hiddenSize, intermediateSize, qkvBias, outputBias, mlpBias } = config
  const queries = config.headCount * config.headDim
  const keys = config.kvHeadCount * config.headDim
  const table: [path: string, inFeatures: number, outFeatures: number, bias: boolean][] = [
    ['self_attn.q_proj', hiddenSize, queries, qkvBias],
    ['self_attn.k_proj', hiddenSize, keys, qkvBias],
    ['self_attn.v_proj', hiddenSize, keys, qkvBias],
    ['self_attn.o_proj', queries, hiddenSize, outputBias],
    ['mlp.gate_proj', hiddenSize, intermediateSize, mlpBias],
    ['mlp.up_proj', hiddenSize, intermediateSize, mlpBias],
    ['mlp.down_proj', intermediateSize, hiddenSize, mlpBias],
  ]
  return table.map(([path, inFeatures, outFeatures, bias]) => ({
    path,
    inFeatures,
    outFeatures,
    bias,
  }))
}
