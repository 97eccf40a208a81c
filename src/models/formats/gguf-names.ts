/** @file Names and row order of GGUF tensors for weights that Hugging Face names. */
import { ModelFormatError } from './errors.ts'
import type { ModelConfig } from './model-config.ts'

const layerParts: Record<string, string> = {
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
}

const topParts: Record<string, string> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
}

/**
 * The GGUF name of a module, such as `blk.0.attn_q` for `model.layers.0.self_attn.q_proj`.
 * @throws ModelFormatError `unsupported_feature` for a module that GGUF has no name for.
 */
export function ggufModuleName(module: string): string {
  const [, layer, part] = /^model\.layers\.(\d+)\.(.+)$/.exec(module) ?? []
  const name = part === undefined ? topParts[module] : layerParts[part]
  if (name === undefined)
    throw new ModelFormatError('unsupported_feature', `GGUF has no name for "${module}"`, {
      hint: 'Export only the weights of the Llama family: embeddings, attention, feed-forward, norms.',
    })
  return layer === undefined ? name : `blk.${layer}.${name}`
}

/** The GGUF name of a tensor, with `.weight` or `.bias` kept. */
export function ggufTensorName(tensor: string): string {
  const dot = tensor.lastIndexOf('.')
  return `${ggufModuleName(tensor.slice(0, dot))}${tensor.slice(dot)}`
}

/**
 * The heads whose rows must be permuted: llama.cpp rotates neighbouring pairs for `llama`, Hugging Face
 * rotates halves. Undefined where both agree. Left out, the file loads and talks nonsense.
 */
export function permutedHeads(config: ModelConfig, module: string): number | undefined {
  if (config.architecture !== 'llama') return undefined
  if (module.endsWith('.self_attn.q_proj')) return config.headCount
  if (module.endsWith('.self_attn.k_proj')) return config.kvHeadCount
  return undefined
}

/** Interleaves the two halves of every head's rows: row h·d + 2i + s comes from h·d + s·d/2 + i. */
export function permuteRows(
  values: Float32Array,
  { heads, rows }: { heads: number; rows: number },
): Float32Array {
  const width = values.length / rows
  const headDim = rows / heads
  const half = headDim / 2
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    const inHead = row % headDim
    const source = row - inHead + (inHead % 2) * half + (inHead >> 1)
    out.set(values.subarray(source * width, (source + 1) * width), row * width)
  }
  return out
}
