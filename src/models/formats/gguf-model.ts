/** @file Whole models and LoRA adapters as GGUF files for llama.cpp and what is built on it. */
import { ModelFormatError } from './errors.ts'
import type { GgufMetadata, GgufTensorType } from './gguf-format.ts'
import { ggufModuleName, ggufTensorName, permutedHeads, permuteRows } from './gguf-names.ts'
import { type GgufTokenizer, ggufTokenizerMetadata } from './gguf-tokenizer.ts'
import { type GgufTensorToWrite, writeGguf } from './gguf-write.ts'
import { type LoraAdapter, loraScale } from './lora-adapter.ts'
import type { ModelConfig, RopeScaling } from './model-config.ts'
import { Q8_0_BLOCK } from './q8-0.ts'
import type { TensorInfo, TensorSource } from './tensor.ts'

export type GgufModelOptions = {
  config: ModelConfig
  weights: TensorSource
  tokenizer: GgufTokenizer
  /** Default f16. Norms and biases stay f32; rows that q8_0 cannot pack become f16. */
  precision?: GgufTensorType
  name?: string
}

/** llama.cpp's llama_ftype. */
const fileTypes: Record<GgufTensorType, number> = { f32: 0, f16: 1, q8_0: 7 }

/**
 * Writes a base model with its tokenizer.
 * @throws ModelFormatError `tensor_missing` | `unsupported_feature` | `unsupported_tokenizer` and those of
 *   the writer.
 */
export async function writeGgufModel(path: string, options: GgufModelOptions): Promise<void> {
  const { config, weights, tokenizer, precision = 'f16', name } = options
  const metadata = modelMetadata(config, { precision, name })
  for (const [key, value] of ggufTokenizerMetadata(tokenizer, config.vocabSize))
    metadata.set(key, value)

  // A tied head in the weights repeats the embeddings; llama.cpp takes those by itself.
  const stored = [...weights.tensors.values()].filter(
    ({ name: tensor }) => !(config.tieEmbeddings && tensor === 'lm_head.weight'),
  )
  assertComplete(config, weights)
  const tensors = stored.map((info) => modelTensor(info, { config, weights, precision }))
  const { scaling } = config.rope
  if (scaling?.type === 'llama3') tensors.push(ropeFactorsTensor(config, scaling))
  await writeGguf(path, metadata, tensors)
}

/**
 * Writes a LoRA adapter to load beside the base model's GGUF file.
 * @throws ModelFormatError `unsupported_feature` for a module without a GGUF name, and those of the writer.
 */
export async function writeGgufAdapter(
  path: string,
  {
    config,
    adapter,
    precision = 'f32',
  }: { config: ModelConfig; adapter: LoraAdapter; precision?: 'f32' | 'f16' },
): Promise<void> {
  const { rank, alpha, rankStabilized } = adapter
  // The file has one alpha and divides it by each tensor's rank, without a square root.
  const fileAlpha = loraScale({ rank, alpha }, rankStabilized) * rank
  const metadata: GgufMetadata = new Map([
    ['general.architecture', { type: 'string', value: config.architecture }],
    ['general.type', { type: 'string', value: 'adapter' }],
    ['adapter.type', { type: 'string', value: 'lora' }],
    ['adapter.lora.alpha', { type: 'f32', value: fileAlpha }],
  ])
  const tensors = adapter.modules.flatMap((module): GgufTensorToWrite[] => {
    const base = `${ggufModuleName(module.module)}.weight`
    const { a, inFeatures, outFeatures } = module
    const factor = loraScale(module, rankStabilized) / (fileAlpha / module.rank)
    const scaled = Math.abs(factor - 1) < 1e-12 ? module.b : module.b.map((value) => value * factor)
    const heads = permutedHeads(config, module.module)
    // B's rows are the layer's rows; A only sees its inputs.
    const b = heads ? permuteRows(scaled, { heads, rows: outFeatures }) : scaled
    return [
      { name: `${base}.lora_a`, shape: [module.rank, inFeatures], data: a, type: precision },
      { name: `${base}.lora_b`, shape: [outFeatures, module.rank], data: b, type: precision },
    ]
  })
  await writeGguf(path, metadata, tensors)
}

function modelMetadata(
  config: ModelConfig,
  {
    precision,
    name = config.architecture,
  }: { precision: GgufTensorType; name: string | undefined },
): GgufMetadata {
  const { architecture: arch, rope } = config
  const sizes: [string, number][] = [
    ['context_length', config.maxPositions],
    ['embedding_length', config.hiddenSize],
    ['block_count', config.layerCount],
    ['feed_forward_length', config.intermediateSize],
    ['attention.head_count', config.headCount],
    ['attention.head_count_kv', config.kvHeadCount],
    ['attention.key_length', config.headDim],
    ['attention.value_length', config.headDim],
    ['rope.dimension_count', config.headDim],
    ['vocab_size', config.vocabSize],
  ]
  const metadata: GgufMetadata = new Map([
    ['general.architecture', { type: 'string', value: arch }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.name', { type: 'string', value: name }],
    ['general.file_type', { type: 'u32', value: fileTypes[precision] }],
    ['general.quantization_version', { type: 'u32', value: 2 }],
  ])
  for (const [key, value] of sizes) metadata.set(`${arch}.${key}`, { type: 'u32', value })
  metadata.set(`${arch}.attention.layer_norm_rms_epsilon`, {
    type: 'f32',
    value: config.normEpsilon,
  })
  metadata.set(`${arch}.rope.freq_base`, { type: 'f32', value: rope.theta })
  if (rope.scaling?.type === 'linear') {
    metadata.set(`${arch}.rope.scaling.type`, { type: 'string', value: 'linear' })
    metadata.set(`${arch}.rope.scaling.factor`, { type: 'f32', value: rope.scaling.factor })
  }
  return metadata
}

function modelTensor(
  { name, shape }: TensorInfo,
  {
    config,
    weights,
    precision,
  }: { config: ModelConfig; weights: TensorSource; precision: GgufTensorType },
): GgufTensorToWrite {
  const heads = permutedHeads(config, name.slice(0, name.lastIndexOf('.')))
  const data = async (): Promise<Float32Array> => {
    const { data: values } = await weights.read(name)
    return heads ? permuteRows(values, { heads, rows: shape[0]! }) : values
  }
  return { name: ggufTensorName(name), shape, data, type: tensorType(shape, precision) }
}

function tensorType(shape: readonly number[], precision: GgufTensorType): GgufTensorType {
  if (shape.length === 1) return 'f32'
  const isPackable = shape.at(-1)! % Q8_0_BLOCK === 0
  return precision === 'q8_0' && !isPackable ? 'f16' : precision
}

/** Llama 3 stretches each rotary frequency by its own factor; the file holds the divisors. */
function ropeFactorsTensor(
  { headDim, rope }: ModelConfig,
  scaling: Extract<RopeScaling, { type: 'llama3' }>,
): GgufTensorToWrite {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = scaling
  const data = new Float32Array(headDim / 2)
  for (let i = 0; i < data.length; i++) {
    const wavelength = 2 * Math.PI * rope.theta ** ((2 * i) / headDim)
    const turns = originalMaxPositions / wavelength
    const smooth = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    const kept = Math.min(1, Math.max(0, smooth))
    data[i] = 1 / ((1 - kept) / factor + kept)
  }
  return { name: 'rope_freqs.weight', shape: [data.length], data, type: 'f32' }
}

function assertComplete(config: ModelConfig, { tensors }: TensorSource): void {
  const needed = [
    'model.embed_tokens.weight',
    'model.norm.weight',
    ...(config.tieEmbeddings ? [] : ['lm_head.weight']),
    ...Array.from({ length: config.layerCount }, (_, i) => [
      `model.layers.${i}.input_layernorm.weight`,
      `model.layers.${i}.post_attention_layernorm.weight`,
      ...['q', 'k', 'v', 'o'].map((part) => `model.layers.${i}.self_attn.${part}_proj.weight`),
      ...['gate', 'up', 'down'].map((part) => `model.layers.${i}.mlp.${part}_proj.weight`),
    ]).flat(),
  ]
  const missing = needed.filter((name) => !tensors.has(name))
  if (missing.length === 0) return
  throw new ModelFormatError(
    'tensor_missing',
    `the weights lack ${missing.length} tensors that config.json asks for, the first is "${missing[0]}"`,
    {
      hint: 'Check that config.json and the weights belong to the same model, and all shards exist.',
    },
  )
}
