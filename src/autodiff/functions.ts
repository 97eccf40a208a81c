/** @file The functions that build graphs, one for each op of the table. */
import { type DataType, type Dimension, EngineError, type Shape } from '../onnx/index.ts'
import { completeShape } from './infer.ts'
import { ops } from './ops.ts'
import { axisOf, product, repeatedAxes, sameShape } from './shape.ts'
import { asTensor, type Operand, scalar } from './tensor.ts'
import type { Attributes, MatmulAttributes, Operands, OpName, Tensor } from './vocabulary.ts'

/** Element by element; shapes broadcast as in NumPy, and a number stands for a scalar. */
export const add = (a: Operand, b: Operand): Tensor => apply('add', pair(a, b))
export const sub = (a: Operand, b: Operand): Tensor => apply('sub', pair(a, b))
export const mul = (a: Operand, b: Operand): Tensor => apply('mul', pair(a, b))
export const div = (a: Operand, b: Operand): Tensor => apply('div', pair(a, b))
export const maximum = (a: Operand, b: Operand): Tensor => apply('maximum', pair(a, b))
export const minimum = (a: Operand, b: Operand): Tensor => apply('minimum', pair(a, b))

export const neg = (x: Tensor): Tensor => apply('neg', [x])
export const exp = (x: Tensor): Tensor => apply('exp', [x])
/** The natural logarithm. */
export const log = (x: Tensor): Tensor => apply('log', [x])
export const sqrt = (x: Tensor): Tensor => apply('sqrt', [x])
export const tanh = (x: Tensor): Tensor => apply('tanh', [x])
export const sigmoid = (x: Tensor): Tensor => apply('sigmoid', [x])
/** `x · sigmoid(x)`, also called swish. */
export const silu = (x: Tensor): Tensor => apply('silu', [x])
/** The error function: `2/√π · ∫ exp(−t²) dt` from 0 to x. */
export const erf = (x: Tensor): Tensor => apply('erf', [x])
/** `x · Φ(x)`, with the normal distribution itself and not an approximation of it. */
export const gelu = (x: Tensor): Tensor => apply('gelu', [x])

/** Converts to another type; the tensor itself where it has that type. */
export function cast(x: Tensor, type: DataType): Tensor {
  return x.type === type ? x : apply('cast', [x], { type })
}

export const equal = (a: Operand, b: Operand): Tensor => apply('equal', pair(a, b))
export const less = (a: Operand, b: Operand): Tensor => apply('less', pair(a, b))
export const and = (a: Tensor, b: Tensor): Tensor => apply('and', [a, b])

/** `yes` where the condition holds, `no` elsewhere. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  return apply('where', [condition, ...pair(yes, no)])
}

export type MatmulOptions = Partial<MatmulAttributes> & {
  /** Added to the product of two matrices, within the same kernel. */
  readonly addend?: Tensor
}

/**
 * `scale · a · b + addend` over the last two axes, either operand transposed if wanted; axes before
 * those broadcast. Rows of a stack times one matrix are computed as one large product.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, scale = 1, addend } = options
  const attributes = { transposeA, transposeB, scale }
  const named = a.shape.slice(0, -1).filter((size) => typeof size === 'string')
  // A reshape can bring back one size that is known only by name, not two.
  const flattens = a.shape.length > 2 && b.shape.length === 2 && named.length < 2
  if (!flattens || transposeA || addend)
    return apply('matmul', addend ? [a, b, addend] : [a, b], attributes)
  const rows = reshape(a, [product(a.shape.slice(0, -1)), a.shape.at(-1)!])
  const result = apply('matmul', [rows, b], attributes)
  return reshape(result, [...a.shape.slice(0, -1), result.shape[1]!])
}

/** `x · weightᵀ` with a weight in 8 bits; `quantize` makes the values and scales. */
export function quantizedMatmul(x: Tensor, values: Tensor, scales: Tensor): Tensor {
  return apply('quantizedMatmul', [x, values, scales])
}

export type ReduceOptions = {
  /** Default: all axes. Negative ones count from the end. */
  readonly axes?: readonly number[]
  /** Leave reduced axes in place with size 1. Default false. */
  readonly keep?: boolean
}

export const sum = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('sum', x, options)
export const sumSquares = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  reduce('sumSquares', x, options)
export const max = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('max', x, options)

/** Over the last axis. */
export const softmax = (x: Tensor): Tensor => apply('softmax', [x])
/** `log Σ exp(x)` over the last axis, which it removes. */
export const logSumExp = (x: Tensor): Tensor => apply('logSumExp', [x])

/** `x / √(mean(x²) + epsilon) · weight` over the last axis. */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  return apply('rmsNorm', [x, weight], { epsilon })
}

/** `(x − mean) / √(variance + epsilon) · weight + bias` over the last axis. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  return apply('layerNorm', [x, weight, bias], { epsilon })
}

export type RotaryTables = {
  /** int64 [batch, rows]: the position of each row, an index into the tables. */
  readonly positions: Tensor
  /** [positions, headSize / 2] */
  readonly cos: Tensor
  readonly sin: Tensor
}

/**
 * Rotary position embedding that turns the first half of each head against the second, as Hugging
 * Face's Llama does. Takes [batch, rows, heads · headSize] or [batch, heads, rows, headSize].
 */
export function rotary(x: Tensor, { positions, cos, sin }: RotaryTables): Tensor {
  return apply('rotary', [x, positions, cos, sin])
}

/** The same values in another shape; one size may be -1 and is then worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const complete = completeShape('reshape', x, shape)
  return sameShape(x.shape, complete) ? x : apply('reshape', [x], { shape: complete })
}

/** Axis `i` of the result is axis `axes[i]` of `x`. */
export function transpose(x: Tensor, axes: readonly number[]): Tensor {
  return apply('transpose', [x], { axes })
}

/** Repeats axes of size 1, and adds axes in front. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  return sameShape(x.shape, shape) ? x : apply('expand', [x], { shape })
}

/** The range `[start, end)` along an axis. A negative start takes that many from the end. */
export function slice(x: Tensor, axis: number, start: number, end?: number): Tensor {
  const along = axisOf('slice', x, axis)
  const size = x.shape[along]!
  if (typeof size === 'string')
    return apply('slice', [x], { axis: along, start, end: end ?? Number.POSITIVE_INFINITY })
  const range = { start: start < 0 ? start + size : start, end: end ?? size }
  return apply('slice', [x], { axis: along, ...range })
}

/** Zeros before and after, along an axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return apply('pad', [x], { axis: axisOf('pad', x, axis), before, after })
}

/** Puts tensors one after another along an axis. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts
  if (first === undefined)
    throw new EngineError('shape_mismatch', 'concat: got no parts', {
      hint: 'Pass one tensor or more.',
    })
  return apply('concat', parts, { axis: axisOf('concat', first, axis) })
}

/**
 * An axis in two parts whose sizes only a run knows: it feeds them as `sizes`, int64 [2]; shapes call
 * them by `names`. For generation; it has no gradient.
 */
export function splitInTwo(
  x: Tensor,
  axis: number,
  { sizes, names }: { sizes: Tensor; names: readonly [Dimension, Dimension] },
): [first: Tensor, second: Tensor] {
  const along = axisOf('splitInTwo', x, axis)
  const first = apply('splitFirst', [x, sizes], { axis: along, names })
  return [first, apply('splitSecond', [first])]
}

/** Rows of a table by number: [rows, ...rest] and indices of any shape give [...indices, ...rest]. */
export const gather = (table: Tensor, indices: Tensor): Tensor => apply('gather', [table, indices])

/** Along `axis`, the element of `x` that each index names. */
export function gatherElements(x: Tensor, indices: Tensor, axis: number): Tensor {
  return apply('gatherElements', [x, indices], { axis: axisOf('gatherElements', x, axis) })
}

/** `base` with each update added at the place its index names along `axis`. */
export function scatterAdd(base: Tensor, indices: Tensor, updates: Tensor, axis: number): Tensor {
  return apply('scatterAdd', [base, indices, updates], { axis: axisOf('scatterAdd', base, axis) })
}

/** Zeros of a fixed shape. */
export function zeros(shape: readonly number[], type: DataType = 'float32'): Tensor {
  return expand(scalar(0, type), shape)
}

/** Sums over what broadcasting repeated, so that the result has `shape` again. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  return reshape(sum(x, { axes: repeatedAxes(shape, x.shape) }), shape)
}

function reduce(op: 'sum' | 'sumSquares' | 'max', x: Tensor, options: ReduceOptions): Tensor {
  const axes = (options.axes ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf(op, x, axis))
  const sorted = [...new Set(axes)].sort((a, b) => a - b)
  return apply(op, [x], { axes: sorted, keep: options.keep ?? false })
}

function pair(a: Operand, b: Operand): [Tensor, Tensor] {
  return [asTensor(a, b), asTensor(b, a)]
}

function apply<Name extends OpName>(
  op: Name,
  operands: Operands<Name> & readonly (Tensor | undefined)[],
  ...[attributes]: Record<never, never> extends Attributes<Name>
    ? [attributes?: Attributes<Name>]
    : [attributes: Attributes<Name>]
): Tensor {
  const settings = attributes ?? ({} as Attributes<Name>)
  const { type, shape } = ops[op].infer(op, operands, settings)
  return { op, inputs: operands as readonly Tensor[], attributes: settings, type, shape }
}
