/** @file BERT as one definition: from tokens to hidden states, and from those to one vector per text. */
import {
  add,
  attention,
  div,
  gather,
  gelu,
  layerNorm,
  linear,
  matmul,
  maximum,
  mergeHeads,
  mul,
  reshape,
  slice,
  splitHeads,
  sqrt,
  sub,
  sumSquares,
  type Tensor,
} from '../../autodiff/index.ts'
import type { EncoderConfig } from './config.ts'

export type BertInputs = {
  /** int64 [batch, length] */
  readonly tokens: Tensor
  /** int64 [length]: 0, 1, 2, … */
  readonly positions: Tensor
  /** [batch, length]: 1 for a token, 0 for padding. */
  readonly mask: Tensor
}

/** A weight by its Hugging Face name, without the prefix that some checkpoints have. */
export type WeightByName = (name: string) => Tensor

/** The hidden states [batch, length, hidden] behind the last layer. */
export function hiddenStates(
  config: EncoderConfig,
  inputs: BertInputs,
  weight: WeightByName,
): Tensor {
  const bias = attentionBias(inputs.mask)
  let x = embeddings(config, inputs, weight)
  for (let layer = 0; layer < config.layerCount; layer++)
    x = encoderLayer(config, x, {
      bias,
      weight: (name) => weight(`encoder.layer.${layer}.${name}`),
    })
  return x
}

/**
 * One vector [batch, hidden] per text: the sum of its hidden states, each times its share [batch, length].
 * Equal shares are mean pooling, and all of it on the first row is CLS pooling.
 */
export function pool(hidden: Tensor, shares: Tensor, normalize: boolean): Tensor {
  const [batch, length, width] = hidden.shape
  const rows = matmul(reshape(shares, [batch!, 1, length!]), hidden)
  const vectors = reshape(rows, [batch!, width!])
  if (!normalize) return vectors
  const norm = sqrt(sumSquares(vectors, { axes: [-1], keep: true }))
  return div(vectors, maximum(norm, 1e-12))
}

function embeddings(
  { normEpsilon }: EncoderConfig,
  { tokens, positions }: BertInputs,
  weight: WeightByName,
): Tensor {
  const table = (name: string): Tensor => weight(`embeddings.${name}_embeddings.weight`)
  // A single text is all of the first type.
  const place = add(gather(table('position'), positions), slice(table('token_type'), 0, 0, 1))
  return norm(add(gather(table('word'), tokens), place), 'embeddings', { weight, normEpsilon })
}

type LayerParts = { readonly bias: Tensor; readonly weight: WeightByName }

/** Attention and MLP, each added to its own input and normed afterwards. */
function encoderLayer(
  { headCount, normEpsilon }: EncoderConfig,
  x: Tensor,
  { bias, weight }: LayerParts,
): Tensor {
  const project = (y: Tensor, name: string): Tensor =>
    linear(y, weight(`${name}.weight`), weight(`${name}.bias`))
  const heads = (name: string): Tensor =>
    splitHeads(project(x, `attention.self.${name}`), headCount)

  const attended = attention(heads('query'), heads('key'), heads('value'), { bias })
  const mixed = project(mergeHeads(attended), 'attention.output.dense')
  const middle = norm(add(mixed, x), 'attention.output', { weight, normEpsilon })

  const inner = gelu(project(middle, 'intermediate.dense'))
  return norm(add(project(inner, 'output.dense'), middle), 'output', { weight, normEpsilon })
}

function norm(
  x: Tensor,
  name: string,
  { weight, normEpsilon }: { weight: WeightByName; normEpsilon: number },
): Tensor {
  const at = `${name}.LayerNorm`
  return layerNorm(x, weight(`${at}.weight`), weight(`${at}.bias`), normEpsilon)
}

/** 0 for a token and far below 0 for padding, for each query alike. */
function attentionBias(mask: Tensor): Tensor {
  const [batch, length] = mask.shape
  return reshape(mul(sub(1, mask), -1e30), [batch!, 1, 1, 1, length!])
}
