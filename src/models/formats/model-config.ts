/** @file config.json of the Llama family, as transformers 4 and 5 write it, read into one typed shape. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ModelFormatError } from './errors.ts'
import { readJson, writeJson } from './files.ts'

export type Architecture = 'llama' | 'qwen2' | 'qwen3'

/** Frequency scaling of Llama 3.1 and later: long wavelengths are stretched, short ones kept. */
export type RopeScaling =
  | { type: 'linear'; factor: number }
  | {
      type: 'llama3'
      factor: number
      lowFrequencyFactor: number
      highFrequencyFactor: number
      originalMaxPositions: number
    }

export type ModelConfig = {
  architecture: Architecture
  vocabSize: number
  hiddenSize: number
  intermediateSize: number
  layerCount: number
  headCount: number
  kvHeadCount: number
  headDim: number
  maxPositions: number
  normEpsilon: number
  rope: { theta: number; scaling?: RopeScaling }
  /** The output head is the embedding matrix; the weights then hold no `lm_head.weight`. */
  tieEmbeddings: boolean
  /** Biases on q, k and v. */
  qkvBias: boolean
  /** A bias on the attention's output projection. */
  outputBias: boolean
  /** Biases in the feed-forward layers. */
  mlpBias: boolean
  /** RMSNorm on each head's queries and keys. */
  qkNorm: boolean
  dtype: 'float32' | 'float16' | 'bfloat16'
  initializerRange: number
  bosTokenId?: number
  /** All ids that end a generation; config.json names one or several. */
  eosTokenIds: number[]
  padTokenId?: number
}

const count = z.int().min(1)
const tokenId = z.int().min(0)
const ropeSchema = z
  .object({ rope_type: z.string(), type: z.string(), factor: z.number().positive() })
  .extend({ rope_theta: z.number().positive() })
  .extend({ low_freq_factor: z.number(), high_freq_factor: z.number() })
  .extend({ original_max_position_embeddings: count })
  .partial()

const configSchema = z.object({
  model_type: z.string(),
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  max_position_embeddings: count.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  hidden_act: z.string().default('silu'),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  use_sliding_window: z.boolean().nullish(),
  quantization_config: z.unknown().optional(),
  dtype: z.string().nullish(),
  torch_dtype: z.string().nullish(),
  initializer_range: z.number().positive().default(0.02),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
  pad_token_id: tokenId.nullish(),
})
type RawConfig = z.infer<typeof configSchema>

/** What differs between the architectures; the defaults are those of transformers. */
const traits: Record<
  Architecture,
  {
    className: string
    biases(raw: RawConfig): Pick<ModelConfig, 'qkvBias' | 'outputBias' | 'mlpBias'>
    qkNorm: boolean
    /** Head size when config.json names none. */
    headDim?: number
  }
> = {
  llama: {
    className: 'LlamaForCausalLM',
    biases: (raw) => ({
      qkvBias: raw.attention_bias ?? false,
      outputBias: raw.attention_bias ?? false,
      mlpBias: raw.mlp_bias ?? false,
    }),
    qkNorm: false,
  },
  qwen2: {
    className: 'Qwen2ForCausalLM',
    biases: () => ({ qkvBias: true, outputBias: false, mlpBias: false }),
    qkNorm: false,
  },
  qwen3: {
    className: 'Qwen3ForCausalLM',
    biases: (raw) => ({
      qkvBias: raw.attention_bias ?? false,
      outputBias: raw.attention_bias ?? false,
      mlpBias: false,
    }),
    qkNorm: true,
    headDim: 128,
  },
}

/**
 * Reads `config.json` of a model folder.
 * @throws ModelFormatError `file_missing` | `unknown_architecture` | `invalid_config` |
 *   `unsupported_feature`
 */
export async function readModelConfig(folder: string): Promise<ModelConfig> {
  const path = join(folder, 'config.json')
  return parseModelConfig(await readJson(path), path)
}

/** Writes `config.json` so that transformers 4 and 5 both read it. Makes the folder when missing. */
export async function writeModelConfig(folder: string, config: ModelConfig): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeJson(join(folder, 'config.json'), modelConfigToJson(config))
}

/**
 * A parsed config.json as a ModelConfig; `what` names it in errors.
 * @throws ModelFormatError `unknown_architecture` | `invalid_config` | `unsupported_feature`
 */
export function parseModelConfig(json: unknown, what = 'config.json'): ModelConfig {
  const architecture = architectureOf(json, what)
  const parsed = configSchema.safeParse(json)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw invalid(what, `"${path.join('.')}": ${message}`)
  }
  const raw = parsed.data
  refuseUnsupported(raw, what)
  const { biases, qkNorm, headDim: defaultHeadDim } = traits[architecture]
  const headCount = raw.num_attention_heads
  const config: ModelConfig = {
    architecture,
    vocabSize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    intermediateSize: raw.intermediate_size,
    layerCount: raw.num_hidden_layers,
    headCount,
    kvHeadCount: raw.num_key_value_heads ?? headCount,
    headDim: raw.head_dim ?? defaultHeadDim ?? raw.hidden_size / headCount,
    maxPositions: raw.max_position_embeddings,
    normEpsilon: raw.rms_norm_eps,
    rope: ropeOf(raw, what),
    tieEmbeddings: raw.tie_word_embeddings ?? false,
    ...biases(raw),
    qkNorm,
    dtype: dtypeOf(raw, what),
    initializerRange: raw.initializer_range,
    eosTokenIds: [raw.eos_token_id ?? []].flat(),
    ...(raw.bos_token_id != null && { bosTokenId: raw.bos_token_id }),
    ...(raw.pad_token_id != null && { padTokenId: raw.pad_token_id }),
  }
  assertConsistent(config, what)
  return config
}

/** The keys of both major versions side by side: each ignores the other's. */
export function modelConfigToJson(config: ModelConfig): Record<string, unknown> {
  const { rope, eosTokenIds } = config
  const scaling = rope.scaling && scalingToJson(rope.scaling)
  return {
    architectures: [traits[config.architecture].className],
    model_type: config.architecture,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    num_key_value_heads: config.kvHeadCount,
    head_dim: config.headDim,
    hidden_act: 'silu',
    max_position_embeddings: config.maxPositions,
    rms_norm_eps: config.normEpsilon,
    rope_theta: rope.theta,
    rope_scaling: scaling ?? null,
    rope_parameters: { rope_theta: rope.theta, ...(scaling ?? { rope_type: 'default' }) },
    tie_word_embeddings: config.tieEmbeddings,
    ...(config.architecture !== 'qwen2' && { attention_bias: config.qkvBias }),
    ...(config.architecture === 'llama' && { mlp_bias: config.mlpBias }),
    dtype: config.dtype,
    torch_dtype: config.dtype,
    initializer_range: config.initializerRange,
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: eosTokenIds.length > 1 ? eosTokenIds : (eosTokenIds[0] ?? null),
    pad_token_id: config.padTokenId ?? null,
    use_cache: true,
  }
}

function architectureOf(json: unknown, what: string): Architecture {
  const { model_type: name } = z
    .object({ model_type: z.unknown() })
    .catch({ model_type: undefined })
    .parse(json)
  const known = Object.keys(traits)
  if (typeof name === 'string' && known.includes(name)) return name as Architecture
  throw new ModelFormatError(
    'unknown_architecture',
    `${what} has model_type ${JSON.stringify(name)}; known are ${known.join(', ')}`,
    { hint: 'Use a Llama, SmolLM2, Qwen2 or Qwen3 model; SmolLM2 calls itself "llama".' },
  )
}

function refuseUnsupported(raw: RawConfig, what: string): void {
  const problems: [boolean, string][] = [
    [raw.hidden_act !== 'silu', `hidden_act "${raw.hidden_act}"`],
    [raw.use_sliding_window === true, 'sliding-window attention'],
    [raw.quantization_config != null, 'quantised weights'],
  ]
  for (const [found, feature] of problems) if (found) throw unsupported(what, feature)
}

/** v5 keeps everything under `rope_parameters`; v4 has `rope_theta` beside `rope_scaling`. */
function ropeOf(raw: RawConfig, what: string): ModelConfig['rope'] {
  const parameters = { ...raw.rope_scaling, ...raw.rope_parameters }
  const theta = raw.rope_parameters?.rope_theta ?? raw.rope_theta ?? 10_000
  const type = parameters.rope_type ?? parameters.type ?? 'default'
  if (type === 'default') return { theta }
  const required = (
    key: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings',
  ): number => {
    const value = parameters[key]
    if (value === undefined) throw invalid(what, `"rope_parameters.${key}" is missing for ${type}`)
    return value
  }
  if (type === 'linear') return { theta, scaling: { type, factor: required('factor') } }
  if (type !== 'llama3') throw unsupported(what, `rope type "${type}"`)
  const scaling: RopeScaling = {
    type,
    factor: required('factor'),
    lowFrequencyFactor: required('low_freq_factor'),
    highFrequencyFactor: required('high_freq_factor'),
    originalMaxPositions: required('original_max_position_embeddings'),
  }
  return { theta, scaling }
}

function scalingToJson(scaling: RopeScaling): Record<string, unknown> {
  if (scaling.type === 'linear') return { rope_type: 'linear', factor: scaling.factor }
  return {
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequencyFactor,
    high_freq_factor: scaling.highFrequencyFactor,
    original_max_position_embeddings: scaling.originalMaxPositions,
  }
}

function dtypeOf(raw: RawConfig, what: string): ModelConfig['dtype'] {
  const name = (raw.dtype ?? raw.torch_dtype ?? 'float32').replace(/^torch\./, '')
  if (name === 'float32' || name === 'float16' || name === 'bfloat16') return name
  throw unsupported(what, `the dtype "${name}"`)
}

function assertConsistent(config: ModelConfig, what: string): void {
  const { hiddenSize, headCount, kvHeadCount, headDim } = config
  if (!Number.isInteger(headDim))
    throw invalid(what, `hidden_size ${hiddenSize} is no multiple of ${headCount} attention heads`)
  if (headDim % 2 !== 0)
    throw invalid(what, `head_dim ${headDim} is odd, rotary positions pair it up`)
  if (headCount % kvHeadCount !== 0)
    throw invalid(what, `${headCount} attention heads cannot share ${kvHeadCount} key-value heads`)
}

function invalid(what: string, reason: string): ModelFormatError {
  return new ModelFormatError('invalid_config', `${what}: ${reason}`, {
    hint: 'Correct config.json, or take it from the same place as the weights.',
  })
}

function unsupported(what: string, feature: string): ModelFormatError {
  return new ModelFormatError('unsupported_feature', `${what} asks for ${feature}`, {
    hint: 'Use a model without it: plain Llama, SmolLM2, Qwen2 and Qwen3 checkpoints work.',
  })
}
