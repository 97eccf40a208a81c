/** @file Shape rules: the type and shape of an op's result, or an error that says what does not fit. */
import { type Dimension, describeTensor, EngineError, type Shape } from '../onnx/index.ts'
import { axisOf, broadcast, fixedSize, product, quotient, sameShape, total } from './shape.ts'
import type {
  AxesAttributes,
  MatmulAttributes,
  PadAttributes,
  SliceAttributes,
  SplitAttributes,
  Tensor,
  TensorSpec,
} from './vocabulary.ts'

type Specs = readonly TensorSpec[]

const isFloat = ({ type }: TensorSpec): boolean => type.startsWith('float')
const isIndex = ({ type }: TensorSpec): boolean => type === 'int64' || type === 'int32'

/** One operand of a float type; the result is like it. */
export function unary(op: string, [x]: readonly [TensorSpec, ...Specs]): TensorSpec {
  requireType(op, isFloat(x), 'float values', [x])
  return { type: x.type, shape: x.shape }
}

/** Two operands of one type, combined element by element. */
export function binary(op: string, [a, b]: readonly [TensorSpec, TensorSpec]): TensorSpec {
  requireType(op, a.type === b.type, 'operands of one type', [a, b])
  return { type: a.type, shape: joint(op, [a, b]) }
}

/** Two operands of one type, compared element by element. */
export function comparison(op: string, operands: readonly [TensorSpec, TensorSpec]): TensorSpec {
  return { type: 'bool', shape: binary(op, operands).shape }
}

/** Two truth values, element by element. */
export function logical(op: string, operands: readonly [TensorSpec, TensorSpec]): TensorSpec {
  requireType(op, operands[0].type === 'bool', 'bool operands', operands)
  return binary(op, operands)
}

export function where(
  op: string,
  [condition, yes, no]: readonly [TensorSpec, TensorSpec, TensorSpec],
): TensorSpec {
  const all = [condition, yes, no]
  requireType(op, condition.type === 'bool', 'a bool condition', all)
  requireType(op, yes.type === no.type, 'two choices of one type', all)
  return { type: yes.type, shape: joint(op, all) }
}

export function cast(
  _op: string,
  [x]: readonly [TensorSpec],
  { type }: { type: TensorSpec['type'] },
): TensorSpec {
  return { type, shape: x.shape }
}

export function matmul(
  op: string,
  [a, b, addend]: readonly [TensorSpec, TensorSpec, TensorSpec?],
  { transposeA, transposeB }: MatmulAttributes,
): TensorSpec {
  requireType(op, isFloat(a) && a.type === b.type, 'float operands of one type', [a, b])
  requireShape(op, a.shape.length >= 2 && b.shape.length >= 2, 'operands need two axes or more', [
    a,
    b,
  ])
  const [rows, innerA] = lastTwo(a.shape, transposeA)
  const [innerB, columns] = lastTwo(b.shape, transposeB)
  requireShape(op, innerA === innerB, `inner sizes ${innerA} and ${innerB} differ`, [a, b])
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2))
  requireShape(op, batch !== undefined, 'leading axes do not broadcast', [a, b])
  const shape = [...batch!, rows, columns]
  if (addend) requireAddend(op, shape, addend)
  return { type: a.type, shape }
}

function lastTwo(shape: Shape, swap: boolean): [Dimension, Dimension] {
  const [rows, columns] = shape.slice(-2) as [Dimension, Dimension]
  return swap ? [columns, rows] : [rows, columns]
}

function requireAddend(op: string, shape: Shape, addend: TensorSpec): void {
  const result = { type: addend.type, shape }
  requireShape(op, shape.length === 2, 'only a product of two matrices takes an addend', [result])
  const fits = sameShape(broadcast(addend.shape, shape) ?? [], shape)
  requireShape(op, fits, 'the addend does not broadcast to the product', [addend, result])
}

export function quantizedMatmul(
  op: string,
  [x, values, scales]: readonly [TensorSpec, TensorSpec, TensorSpec],
): TensorSpec {
  const all = [x, values, scales]
  requireType(op, values.type === 'uint8', 'uint8 values', all)
  requireShape(op, values.shape.length === 3, 'values must be [rows, groups, groupSize]', all)
  const [rows, ...groups] = values.shape.map((size) => fixedSize(op, size))
  requireShape(
    op,
    sameShape(scales.shape, values.shape.slice(0, 2)),
    'each group needs a scale',
    all,
  )
  requireShape(op, x.shape.at(-1) === product(groups), `rows of ${product(groups)} values`, all)
  return { type: unary(op, [x]).type, shape: x.shape.with(-1, rows!) }
}

export function reduction(
  op: string,
  [x]: readonly [TensorSpec],
  { axes, keep }: AxesAttributes,
): TensorSpec {
  requireType(op, isFloat(x), 'float values', [x])
  const shape = keep
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis))
  return { type: x.type, shape }
}

export function alongLast(op: string, [x]: readonly [TensorSpec]): TensorSpec {
  requireShape(op, x.shape.length > 0, 'needs an axis to work along', [x])
  return unary(op, [x])
}

export function logSumExp(op: string, [x]: readonly [TensorSpec]): TensorSpec {
  return { type: x.type, shape: alongLast(op, [x]).shape.slice(0, -1) }
}

export function rmsNorm(op: string, [x, weight]: readonly [TensorSpec, TensorSpec]): TensorSpec {
  requireLastSize(op, 'weight', x, weight)
  return alongLast(op, [x])
}

export function layerNorm(
  op: string,
  [x, weight, bias]: readonly [TensorSpec, TensorSpec, TensorSpec],
): TensorSpec {
  requireLastSize(op, 'weight', x, weight)
  requireLastSize(op, 'bias', x, bias)
  return alongLast(op, [x])
}

function requireLastSize(op: string, name: string, x: TensorSpec, vector: TensorSpec): void {
  const fits = vector.shape.length === 1 && vector.shape[0] === x.shape.at(-1)
  requireShape(op, fits, `the ${name} must have the size of the last axis`, [x, vector])
}

export function rotary(
  op: string,
  operands: readonly [TensorSpec, TensorSpec, TensorSpec, TensorSpec],
): TensorSpec {
  const [x, positions, cos, sin] = operands
  const half = fixedSize(op, cos.shape[1])
  const perHead = x.shape.length === 4
  requireShape(
    op,
    perHead || x.shape.length === 3,
    'takes [batch, rows, heads*size] or [batch, heads, rows, size]',
    operands,
  )
  const size = fixedSize(op, x.shape.at(-1))
  requireShape(
    op,
    perHead ? size === 2 * half : size % (2 * half) === 0,
    `head size must be ${2 * half}, twice the columns of the tables`,
    operands,
  )
  const tokens = perHead ? [x.shape[0]!, x.shape[2]!] : x.shape.slice(0, 2)
  requireShape(
    op,
    sameShape(positions.shape, tokens),
    `positions must be [${tokens.join(', ')}]`,
    operands,
  )
  requireShape(op, sameShape(cos.shape, sin.shape), 'the cos and sin tables differ', operands)
  requireType(op, positions.type === 'int64', 'int64 positions', operands)
  return unary(op, [x])
}

export function reshape(
  op: string,
  [x]: readonly [TensorSpec],
  { shape }: { shape: Shape },
): TensorSpec {
  const fits = product(x.shape) === product(shape)
  requireShape(
    op,
    fits,
    `cannot become [${shape.join(', ')}], which holds another number of values`,
    [x],
  )
  const moved = shape.filter((size, axis) => typeof size === 'string' && size !== x.shape[axis])
  requireShape(op, moved.length < 2, `only one named size can move, not ${moved.join(' and ')}`, [
    x,
  ])
  return { type: x.type, shape }
}

/** Replaces the one -1 of a shape by the size that makes it hold what `x` holds. */
export function completeShape(op: string, x: TensorSpec, shape: Shape): Shape {
  const known = shape.filter((size) => size !== -1)
  if (known.length === shape.length) return shape
  requireShape(
    op,
    known.length === shape.length - 1,
    `[${shape.join(', ')}] leaves more than one size open`,
    [x],
  )
  const missing = quotient(product(x.shape), product(known))
  requireShape(op, missing !== undefined, `cannot be divided into [${shape.join(', ')}]`, [x])
  return shape.map((size) => (size === -1 ? missing! : size))
}

export function transpose(
  op: string,
  [x]: readonly [TensorSpec],
  { axes }: { axes: readonly number[] },
): TensorSpec {
  const isPermutation = sameShape(
    axes.toSorted((a, b) => a - b),
    x.shape.map((_, axis) => axis),
  )
  requireShape(op, isPermutation, `[${axes.join(', ')}] does not name each axis once`, [x])
  return { type: x.type, shape: axes.map((axis) => x.shape[axis]!) }
}

export function expand(
  op: string,
  [x]: readonly [TensorSpec],
  { shape }: { shape: Shape },
): TensorSpec {
  const fits = sameShape(broadcast(x.shape, shape) ?? [], shape)
  requireShape(op, fits, `cannot be repeated to [${shape.join(', ')}]`, [x])
  return { type: x.type, shape }
}

export function slice(
  op: string,
  [x]: readonly [TensorSpec],
  { axis, start, end }: SliceAttributes,
): TensorSpec {
  const size = x.shape[axisOf(op, x, axis)]
  const toEnd = end === Number.POSITIVE_INFINITY
  const fits = start < 0 ? toEnd : end <= fixedSize(op, size) && start <= end
  requireShape(op, fits, `range ${start} to ${end} is not within axis ${axis}`, [x])
  return { type: x.type, shape: x.shape.with(axis, start < 0 ? -start : end - start) }
}

export function pad(
  op: string,
  [x]: readonly [TensorSpec],
  { axis, before, after }: PadAttributes,
): TensorSpec {
  const size = x.shape[axisOf(op, x, axis)]!
  requireShape(op, before >= 0 && after >= 0, `cannot pad by ${before} and ${after}`, [x])
  return { type: x.type, shape: x.shape.with(axis, total([before, size, after].filter(Boolean))) }
}

export function concat(op: string, parts: Specs, { axis }: { axis: number }): TensorSpec {
  const first = parts[0]!
  for (const part of parts) {
    requireType(op, part.type === first.type, 'parts of one type', parts)
    const fits = part.shape.length === first.shape.length
    requireShape(
      op,
      fits && sameShape(part.shape.with(axis, 0), first.shape.with(axis, 0)),
      `parts differ outside axis ${axis}`,
      parts,
    )
  }
  return {
    type: first.type,
    shape: first.shape.with(axis, total(parts.map(({ shape }) => shape[axis]!))),
  }
}

export function splitFirst(
  op: string,
  operands: readonly [TensorSpec, TensorSpec],
  { axis, names }: SplitAttributes,
): TensorSpec {
  const [x, sizes] = operands
  requireType(op, sizes.type === 'int64', 'int64 sizes', operands)
  requireShape(op, sameShape(sizes.shape, [2]), 'takes two sizes', operands)
  const fits = x.shape[axisOf(op, x, axis)] === total(names)
  requireShape(op, fits, `${names.join(' and ')} do not make up axis ${axis}`, operands)
  return { type: x.type, shape: x.shape.with(axis, names[0]) }
}

export function splitSecond(op: string, [first]: readonly [Tensor]): TensorSpec {
  if (first.op !== 'splitFirst') throw new Error(`internal: ${op} of ${first.op}`)
  const { axis, names } = (first as Tensor<'splitFirst'>).attributes
  return { type: first.type, shape: first.shape.with(axis, names[1]) }
}

export function gather(
  op: string,
  [table, indices]: readonly [TensorSpec, TensorSpec],
): TensorSpec {
  requireType(op, isIndex(indices), 'integer indices', [table, indices])
  requireShape(op, table.shape.length > 0, 'the table needs rows', [table, indices])
  return { type: table.type, shape: [...indices.shape, ...table.shape.slice(1)] }
}

export function gatherElements(
  op: string,
  [x, indices]: readonly [TensorSpec, TensorSpec],
  { axis }: { axis: number },
): TensorSpec {
  requireIndices(op, x, indices, axis)
  return { type: x.type, shape: indices.shape }
}

export function scatterAdd(
  op: string,
  [base, indices, updates]: readonly [TensorSpec, TensorSpec, TensorSpec],
  { axis }: { axis: number },
): TensorSpec {
  requireIndices(op, base, indices, axis)
  requireType(op, base.type === updates.type, 'a base and updates of one type', [base, updates])
  requireShape(op, sameShape(indices.shape, updates.shape), 'indices and updates differ', [
    indices,
    updates,
  ])
  return { type: base.type, shape: base.shape }
}

function requireIndices(op: string, x: TensorSpec, indices: TensorSpec, axis: number): void {
  requireType(op, isIndex(indices), 'integer indices', [x, indices])
  const fits = sameShape(indices.shape.with(axis, 0), x.shape.with(axis, 0))
  requireShape(op, fits, `indices differ from the values outside axis ${axis}`, [x, indices])
}

function joint(op: string, operands: Specs): Shape {
  const shape = operands.reduce<Shape | undefined>(
    (all, operand) => all && broadcast(all, operand.shape),
    [],
  )
  requireShape(op, shape !== undefined, 'shapes do not broadcast', operands)
  return shape!
}

function requireType(op: string, holds: boolean, wanted: string, operands: Specs): void {
  if (holds) return
  throw new EngineError('type_mismatch', `${op}: needs ${wanted}, got ${list(operands)}`, {
    hint: 'Convert an operand with cast.',
  })
}

function requireShape(op: string, holds: boolean, complaint: string, operands: Specs): void {
  if (holds) return
  throw new EngineError('shape_mismatch', `${op}: ${complaint}: ${list(operands)}`, {
    hint: 'Reshape, transpose or expand an operand before this op, or correct the sizes it was built with.',
  })
}

function list(operands: Specs): string {
  return operands.map(describeTensor).join(', ')
}
