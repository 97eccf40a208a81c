/**
 * @file Exported GGUF files as the engine can run them. Names, row order and scale are undone from the
 * format's description, not with the writer's code, so that a mistake there does not cancel out here.
 */
import {
  type Gguf,
  type LoraAdapter,
  type LoraModule,
  type ModelConfig,
  openGguf,
  type SafetensorToWrite,
  writeModelConfig,
  writeSafetensorsFolder,
} from '../../models/index.ts'
import { copyTokenizer } from './model-files.ts'

const layerNames: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
}

const outerNames: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
}

/** A LoRA file as an adapter of the model that it was made for. */
export async function readAdapterBack(file: string, config: ModelConfig): Promise<LoraAdapter> {
  const gguf = await openGguf(file)
  try {
    const alpha = Number(gguf.metadata.get('adapter.lora.alpha'))
    const modules: LoraModule[] = []
    for (const name of gguf.tensors.keys())
      if (name.endsWith('.lora_a'))
        modules.push(await readModule(gguf, name.slice(0, -'.lora_a'.length), { config, alpha }))
    const targetModules = [...new Set(modules.map(({ module }) => module.split('.').at(-1)!))]
    const rank = Math.max(...modules.map((module) => module.rank))
    return { rank, alpha, dropout: 0, rankStabilized: false, targetModules, modules }
  } finally {
    await gguf.close()
  }
}

async function readModule(
  gguf: Gguf,
  weight: string,
  { config, alpha }: { config: ModelConfig; alpha: number },
): Promise<LoraModule> {
  const [rank, inFeatures] = gguf.tensors.get(`${weight}.lora_a`)!.shape as [number, number]
  const a = await gguf.read(`${weight}.lora_a`)
  const stored = await gguf.read(`${weight}.lora_b`)
  const outFeatures = stored.length / rank
  const module = hubName(weight).slice(0, -'.weight'.length)
  const b = withHeadHalves(stored, { module, rows: outFeatures, config })
  return { module, rank, alpha, inFeatures, outFeatures, a, b }
}

/**
 * A model file as a Hugging Face folder: numbers, sizes and frequencies from the file. The tokenizer's files,
 * and what GGUF has no key for, come from the base.
 */
export async function readModelBack(
  file: string,
  {
    folder,
    base,
    config,
    signal,
  }: { folder: string; base: string; config: ModelConfig; signal?: AbortSignal | undefined },
): Promise<string> {
  const gguf = await openGguf(file)
  try {
    // Llama 3's frequency factors are a tensor there, and part of config.json here.
    const stored = [...gguf.tensors.values()].filter(({ name }) => name !== 'rope_freqs.weight')
    const tensors = stored.map(({ name, shape, type }): SafetensorToWrite => {
      const hub = hubName(name)
      const module = hub.slice(0, hub.lastIndexOf('.'))
      const data = async (): Promise<Float32Array> => {
        signal?.throwIfAborted()
        return withHeadHalves(await gguf.read(name), { module, rows: shape[0]!, config })
      }
      return { name: hub, shape, dtype: type === 'f16' ? 'F16' : 'F32', data }
    })
    await writeModelConfig(folder, configOf(gguf, config))
    await writeSafetensorsFolder(folder, tensors)
    await copyTokenizer(base, folder)
    return folder
  } finally {
    await gguf.close()
  }
}

function configOf({ metadata }: Gguf, config: ModelConfig): ModelConfig {
  const number = (key: string): number => Number(metadata.get(`${config.architecture}.${key}`))
  return {
    ...config,
    vocabSize: number('vocab_size'),
    hiddenSize: number('embedding_length'),
    intermediateSize: number('feed_forward_length'),
    layerCount: number('block_count'),
    headCount: number('attention.head_count'),
    kvHeadCount: number('attention.head_count_kv'),
    headDim: number('attention.key_length'),
    maxPositions: number('context_length'),
    normEpsilon: number('attention.layer_norm_rms_epsilon'),
    rope: { ...config.rope, theta: number('rope.freq_base') },
  }
}

/** `blk.0.attn_q.weight` -> `model.layers.0.self_attn.q_proj.weight` */
function hubName(tensor: string): string {
  const [, layer, part, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(tensor) ?? []
  const name = layer === undefined ? outerNames[part ?? ''] : layerNames[part ?? '']
  if (name === undefined) throw new Error(`internal: an export holds the tensor "${tensor}"`)
  return `${layer === undefined ? '' : `model.layers.${layer}.`}${name}.${kind}`
}

/**
 * llama.cpp pairs neighbouring rows of each query and key head for rotation in `llama`; Hugging Face pairs
 * row i with row i + headDim/2. Puts the even rows of a head before the odd ones.
 */
function withHeadHalves(
  values: Float32Array,
  { module, rows, config }: { module: string; rows: number; config: ModelConfig },
): Float32Array {
  if (config.architecture !== 'llama' || !/\.[qk]_proj$/.test(module)) return values
  const { headDim } = config
  const width = values.length / rows
  const halves = new Float32Array(values.length)
  for (let first = 0; first < rows; first += headDim)
    for (let i = 0; i < headDim; i++) {
      const from = first + (i < headDim / 2 ? 2 * i : 2 * i - headDim + 1)
      halves.set(values.subarray(from * width, (from + 1) * width), (first + i) * width)
    }
  return halves
}
