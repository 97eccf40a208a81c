/** @file Which weights a BERT encoder has, by Hugging Face name, and a checked folder of them. */
import { assertWeights } from '../assert-weights.ts'
import { openSafetensors, type Safetensors } from '../formats/index.ts'
import { type EncoderConfig, readEncoderConfig } from './config.ts'

/** A folder whose encoder is all there, in the shapes that config.json implies. A pooler is ignored. */
export type EncoderModel = {
  readonly folder: string
  readonly config: EncoderConfig
  readonly weights: Safetensors
  /** What the folder calls a weight: with or without `bert.` in front, by the old names of norms or the new. */
  storedName(name: string): string
  close(): Promise<void>
}

/**
 * Opens an encoder's folder: reads config.json and the headers of the weights, not the weights.
 * @throws ModelFormatError for anything missing, cut short, unknown or of the wrong shape.
 */
export async function openEncoderModel(folder: string): Promise<EncoderModel> {
  const config = await readEncoderConfig(folder)
  const weights = await openSafetensors(folder)
  const storedName = namesIn(weights)
  try {
    const shapes = encoderShapes(config).map(([name, shape]) => [storedName(name), shape] as const)
    assertWeights(folder, weights, new Map(shapes))
  } catch (error) {
    await weights.close()
    throw error
  }
  return { folder, config, weights, storedName, close: () => weights.close() }
}

function namesIn({ tensors }: Safetensors): EncoderModel['storedName'] {
  const prefix = tensors.has('bert.embeddings.word_embeddings.weight') ? 'bert.' : ''
  return (name) => {
    const current = prefix + name
    const old = current
      .replace(/LayerNorm\.weight$/, 'LayerNorm.gamma')
      .replace(/LayerNorm\.bias$/, 'LayerNorm.beta')
    return tensors.has(old) ? old : current
  }
}

function encoderShapes(config: EncoderConfig): [name: string, shape: number[]][] {
  const { vocabSize, hiddenSize, maxPositions, typeCount, layerCount } = config
  const layers = Array.from({ length: layerCount }, (_, layer) =>
    layerShapes(config).map(([name, shape]): [string, number[]] => [
      `encoder.layer.${layer}.${name}`,
      shape,
    ]),
  )
  return [
    ['embeddings.word_embeddings.weight', [vocabSize, hiddenSize]],
    ['embeddings.position_embeddings.weight', [maxPositions, hiddenSize]],
    ['embeddings.token_type_embeddings.weight', [typeCount, hiddenSize]],
    ...norm('embeddings', hiddenSize),
    ...layers.flat(),
  ]
}

function layerShapes({ hiddenSize, intermediateSize }: EncoderConfig): [string, number[]][] {
  const linear = (name: string, outputs: number, inputs: number): [string, number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ]
  return [
    ...linear('attention.self.query', hiddenSize, hiddenSize),
    ...linear('attention.self.key', hiddenSize, hiddenSize),
    ...linear('attention.self.value', hiddenSize, hiddenSize),
    ...linear('attention.output.dense', hiddenSize, hiddenSize),
    ...norm('attention.output', hiddenSize),
    ...linear('intermediate.dense', intermediateSize, hiddenSize),
    ...linear('output.dense', hiddenSize, intermediateSize),
    ...norm('output', hiddenSize),
  ]
}

function norm(name: string, size: number): [string, number[]][] {
  return [
    [`${name}.LayerNorm.weight`, [size]],
    [`${name}.LayerNorm.bias`, [size]],
  ]
}
