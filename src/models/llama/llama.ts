/**
 * @file The Llama family as one definition. Training, prefill and decoding differ in where weights come
 * from, how linear layers are computed and what attention reads; those three are handed in.
 */
import { add, gather, reshape, rmsNorm, swiglu, type Tensor } from '../../autodiff/index.ts'
import type { ModelConfig } from '../formats/index.ts'

export type LlamaParts = {
  /** A weight by its Hugging Face name. */
  weight(name: string): Tensor
  /** Linear layers, by module path, that read the same rows; one result each. */
  project(x: Tensor, modules: readonly string[]): Tensor[]
  /**
   * Turns queries and keys to their positions and attends. Takes [batch, rows, heads · headDim] and
   * twice [batch, rows, kvHeads · headDim], gives the shape of the queries.
   */
  attend(layer: number, queries: Tensor, keys: Tensor, values: Tensor): Tensor
  /** Wraps what a layer computes, to recompute it in the backward pass for example. */
  wrapLayer?(output: Tensor, input: Tensor): Tensor
}

/** The last hidden states, normed [batch, rows, hidden], of tokens int64 [batch, rows]. */
export function hiddenStates(config: ModelConfig, tokens: Tensor, parts: LlamaParts): Tensor {
  const { wrapLayer = (output: Tensor) => output } = parts
  let x = gather(parts.weight(embeddingName), tokens)
  for (let layer = 0; layer < config.layerCount; layer++)
    x = wrapLayer(decoderLayer(config, x, layer, parts), x)
  return rmsNorm(x, parts.weight('model.norm.weight'), config.normEpsilon)
}

export const embeddingName = 'model.embed_tokens.weight'

/** The matrix [vocabulary, hidden] that turns hidden states into logits. */
export function headName(config: ModelConfig): string {
  return config.tieEmbeddings ? embeddingName : 'lm_head.weight'
}

/** Attention and MLP, each on normed input and added to the stream. */
function decoderLayer(config: ModelConfig, x: Tensor, layer: number, parts: LlamaParts): Tensor {
  const at = (name: string): string => `model.layers.${layer}.${name}`
  const norm = (y: Tensor, name: string): Tensor =>
    rmsNorm(y, parts.weight(at(`${name}.weight`)), config.normEpsilon)

  const [q, k, v] = parts.project(norm(x, 'input_layernorm'), [
    at('self_attn.q_proj'),
    at('self_attn.k_proj'),
    at('self_attn.v_proj'),
  ])
  const headNorm = (y: Tensor, name: string): Tensor =>
    config.qkNorm ? perHead(config, y, (heads) => norm(heads, `self_attn.${name}`)) : y
  const attended = parts.attend(layer, headNorm(q!, 'q_norm'), headNorm(k!, 'k_norm'), v!)
  const [attention] = parts.project(attended, [at('self_attn.o_proj')])
  const middle = add(x, attention!)

  const [gate, up] = parts.project(norm(middle, 'post_attention_layernorm'), [
    at('mlp.gate_proj'),
    at('mlp.up_proj'),
  ])
  const [down] = parts.project(swiglu(gate!, up!), [at('mlp.down_proj')])
  return add(middle, down!)
}

/** Applies a function to each head's own row: [batch, rows, heads, headDim]. */
function perHead({ headDim }: ModelConfig, x: Tensor, apply: (heads: Tensor) => Tensor): Tensor {
  const [batch, rows, width] = x.shape
  return reshape(apply(reshape(x, [batch!, rows!, Number(width) / headDim, headDim])), x.shape)
}
