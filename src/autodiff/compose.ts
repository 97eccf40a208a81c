/** @file Functions made of ops. They need no rule of their own: their gradient is that of their parts. */
import { type DataType, sizeOf } from '../onnx/index.ts'
import {
  add,
  and,
  concat,
  div,
  equal,
  gather,
  logSumExp,
  matmul,
  minimum,
  mul,
  type ReduceOptions,
  reshape,
  silu,
  slice,
  softmax,
  sqrt,
  sub,
  sum,
  sumSquares,
  transpose,
  where,
} from './functions.ts'
import { axisOf, fixedSize, ranges } from './shape.ts'
import { constant, type Operand } from './tensor.ts'
import type { Tensor } from './vocabulary.ts'

export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = (options.axes ?? x.shape.map((_, axis) => axis)).map((a) => axisOf('mean', x, a))
  const count = sizeOf(axes.map((axis) => fixedSize('mean', x.shape[axis])))
  return mul(sum(x, options), 1 / count)
}

/** `x · weightᵀ + bias`, with the weight as Hugging Face stores it: [outputs, inputs]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const product = matmul(x, weight, { transposeB: true })
  return bias ? add(product, bias) : product
}

/** The gated activation of Llama's MLP. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  return mul(silu(gate), up)
}

/** Consecutive pieces of an axis, of the given sizes. */
export function split(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  return ranges(sizes).map(([start, end]) => slice(x, axis, start, end))
}

/** [batch, rows, heads · size] to [batch, heads, rows, size]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, rows, width] = x.shape
  const size = fixedSize('splitHeads', width) / heads
  return transpose(reshape(x, [batch!, rows!, heads, size]), [0, 2, 1, 3])
}

/** [batch, heads, rows, size] to [batch, rows, heads · size]. */
export function mergeHeads(x: Tensor): Tensor {
  const [batch, heads, rows, size] = x.shape
  const width = fixedSize('mergeHeads', heads) * fixedSize('mergeHeads', size)
  return reshape(transpose(x, [0, 2, 1, 3]), [batch!, rows!, width])
}

export type AttentionOptions = {
  /** Added to the scores; broadcasts to [batch, keyHeads, group, rows, columns]. */
  readonly bias?: Tensor
  /** Default 1/√size. */
  readonly scale?: number
}

/**
 * Attention of `queries` [batch, heads, rows, size] over `keys` and `values`
 * [batch, keyHeads, columns, size]. The heads that share a key head (GQA) are folded into its rows, so
 * that keys and values are neither repeated nor read more than once.
 */
export function attention(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  { bias, scale }: AttentionOptions = {},
): Tensor {
  const [batch, heads, rows, size] = queries.shape
  const [, keyHeads, columns] = keys.shape
  const group = fixedSize('attention', heads) / fixedSize('attention', keyHeads)
  const factor = scale ?? 1 / Math.sqrt(fixedSize('attention', size))
  const folded = reshape(queries, [batch!, keyHeads!, -1, size!])
  const scores = matmul(folded, keys, { transposeB: true, scale: factor })
  const apart = reshape(scores, [batch!, keyHeads!, group, rows!, columns!])
  const weights = reshape(softmax(bias ? add(apart, bias) : apart), scores.shape)
  return reshape(matmul(weights, values), queries.shape)
}

/** Excludes a key without making a row of nothing but excluded keys NaN, as -Infinity would. */
const excluded = -1e30

/**
 * The attention bias [batch, 1, 1, rows, rows] of packed rows: each sees itself and earlier rows of
 * its own segment. `segments` is [batch, rows]: the number of the example that a row belongs to.
 */
export function packedCausalBias(segments: Tensor): Tensor {
  const [batch, size] = segments.shape
  const rows = fixedSize('packedCausalBias', size)
  const same = equal(
    reshape(segments, [batch!, 1, 1, rows, 1]),
    reshape(segments, [batch!, 1, 1, 1, rows]),
  )
  return where(and(same, lowerTriangle(rows)), 0, excluded)
}

/** The attention bias [1, 1, 1, rows, rows] of one example per batch entry. */
export function causalBias(rows: number): Tensor {
  return where(reshape(lowerTriangle(rows), [1, 1, 1, rows, rows]), 0, excluded)
}

function lowerTriangle(rows: number): Tensor {
  const seen = Uint8Array.from({ length: rows * rows }, (_, i) => Number(i % rows <= i / rows))
  return constant<DataType>('bool', [rows, rows], seen)
}

/** Zeros where `mask` (bool) is false, and scales the rest so that the expected value stays. */
export function dropout(x: Tensor, mask: Tensor, rate: number): Tensor {
  return where(mask, mul(x, 1 / (1 - rate)), 0)
}

export type CrossEntropyOptions = {
  /**
   * Compute this many rows at a time, and again in the backward pass, so that the logits of no more
   * rows exist at once. Costs a third product with the weight. Default: all rows, kept.
   */
  readonly rowsPerChunk?: number
}

/**
 * The loss of each row of a language model: `-log softmax(hidden · weightᵀ)[label]`, from hidden
 * [rows, width], weight [vocabulary, width] and int64 labels [rows]. Pass only the rows that are
 * trained (`gather`): the logits are the largest values of a training step.
 */
export function crossEntropy(
  hidden: Tensor,
  weight: Tensor,
  labels: Tensor,
  { rowsPerChunk }: CrossEntropyOptions = {},
): Tensor {
  const rows = hidden.shape[0]!
  const target = sum(mul(hidden, gather(weight, labels)), { axes: [-1] })
  if (rowsPerChunk === undefined || (typeof rows === 'number' && rows <= rowsPerChunk))
    return sub(logSumExp(linear(hidden, weight)), target)
  const starts = chunkStarts(fixedSize('crossEntropy', rows), rowsPerChunk)
  const chunks = starts.map(([start, end]) => {
    const part = slice(hidden, 0, start, end)
    return checkpoint(logSumExp(linear(part, weight)), [part, weight])
  })
  return sub(concat(chunks, 0), target)
}

function chunkStarts(rows: number, size: number): [start: number, end: number][] {
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => [
    i * size,
    Math.min(rows, (i + 1) * size),
  ])
}

/**
 * The same value, of which the forward pass keeps nothing between `inputs` and the result: the
 * backward pass computes it again. Trades time for memory, for example one layer at a time.
 */
export function checkpoint(output: Tensor, inputs: readonly Tensor[]): Tensor {
  const copies = new Map<Tensor, Tensor>(inputs.map((tensor) => [tensor, tensor]))
  const marked = (tensor: Tensor): Tensor => {
    const known = copies.get(tensor)
    if (known) return known
    const operands = tensor.inputs.map(marked)
    const copy: Tensor =
      operands.length === 0 ? tensor : { ...tensor, inputs: operands, recompute: true }
    copies.set(tensor, copy)
    return copy
  }
  return { ...output, inputs: output.inputs.map(marked) }
}

/** Scales gradients so that their joint Euclidean norm is at most `limit`; returns the norm too. */
export function clipByGlobalNorm(
  tensors: readonly Tensor[],
  limit: Operand,
): { norm: Tensor; clipped: Tensor[] } {
  const norm = sqrt(tensors.map((tensor) => sumSquares(tensor)).reduce((a, b) => add(a, b)))
  const factor = minimum(div(limit, add(norm, 1e-6)), 1)
  return { norm, clipped: tensors.map((tensor) => mul(tensor, factor)) }
}
