/** @file The gradient of every op: what a change of the result asks of each operand. */
import {
  add,
  cast,
  div,
  equal,
  erf,
  exp,
  expand,
  gatherElements,
  less,
  matmul,
  mul,
  neg,
  pad,
  reshape,
  rotary,
  scatterAdd,
  sigmoid,
  slice,
  softmax,
  sqrt,
  sub,
  sum,
  sumSquares,
  transpose,
  where,
  zeros,
} from './functions.ts'
import { fixedSize, product, ranges } from './shape.ts'
import type { Attributes, Operands, OpName, Tensor } from './vocabulary.ts'

/**
 * `grad` is the gradient of the loss with respect to `output`. A rule returns that of each operand,
 * `undefined` where there is none. It may leave axes repeated by broadcasting: the walk sums them.
 */
export type GradientRule<Name extends OpName> = (context: {
  readonly grad: Tensor
  readonly inputs: Operands<Name>
  readonly output: Tensor
  readonly attributes: Attributes<Name>
}) => readonly (Tensor | undefined)[]

export const rules: { readonly [Name in OpName]: GradientRule<Name> } = {
  add: ({ grad }) => [grad, grad],
  sub: ({ grad }) => [grad, neg(grad)],
  mul: ({ grad, inputs: [a, b] }) => [mul(grad, b), mul(grad, a)],
  div: ({ grad, inputs: [, b], output }) => [div(grad, b), neg(mul(div(grad, b), output))],
  maximum: ({ grad, inputs: [a, b] }) => [where(less(b, a), grad, 0), where(less(b, a), 0, grad)],
  minimum: ({ grad, inputs: [a, b] }) => [where(less(a, b), grad, 0), where(less(a, b), 0, grad)],

  neg: ({ grad }) => [neg(grad)],
  exp: ({ grad, output }) => [mul(grad, output)],
  log: ({ grad, inputs: [x] }) => [div(grad, x)],
  sqrt: ({ grad, output }) => [div(grad, mul(output, 2))],
  tanh: ({ grad, output }) => [mul(grad, sub(1, mul(output, output)))],
  sigmoid: ({ grad, output }) => [mul(grad, mul(output, sub(1, output)))],
  // x·σ(x) has the slope σ + y·(1 − σ)
  silu: ({ grad, inputs: [x], output }) => {
    const gate = sigmoid(x)
    return [mul(grad, add(gate, mul(output, sub(1, gate))))]
  },
  erf: ({ grad, inputs: [x] }) => [mul(grad, mul(bell(mul(x, x)), 2 / Math.sqrt(Math.PI)))],
  // x·Φ(x) has the slope Φ + x·φ
  gelu: ({ grad, inputs: [x] }) => {
    const share = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)
    const density = mul(bell(mul(mul(x, x), 0.5)), 1 / Math.sqrt(2 * Math.PI))
    return [mul(grad, add(share, mul(x, density)))]
  },
  cast: ({ grad, inputs: [x] }) => [cast(grad, x.type)],

  equal: () => [],
  less: () => [],
  and: () => [],
  where: ({ grad, inputs: [condition] }) => [
    undefined,
    where(condition, grad, 0),
    where(condition, 0, grad),
  ],

  // With C = A·B: dA = dC·Bᵀ and dB = Aᵀ·dC; an operand given transposed gets its gradient transposed.
  matmul: ({ grad, inputs: [a, b], attributes: { transposeA, transposeB, scale } }) => [
    transposeA
      ? matmul(b, grad, { transposeA: transposeB, transposeB: true, scale })
      : matmul(grad, b, { transposeB: !transposeB, scale }),
    transposeB
      ? matmul(grad, a, { transposeA: true, transposeB: transposeA, scale })
      : matmul(a, grad, { transposeA: !transposeA, scale }),
    grad,
  ],

  quantizedMatmul: ({ grad, inputs: [, values, scales] }) => {
    const [rows, groups] = scales.shape
    const weight = mul(sub(cast(values, scales.type), 128), reshape(scales, [rows!, groups!, 1]))
    return [matmul(grad, reshape(weight, [rows!, -1]))]
  },

  sum: ({ grad, inputs: [x], attributes: { axes } }) => [
    expand(
      kept(grad, x, axes),
      x.shape.map((size) => fixedSize('sum', size)),
    ),
  ],
  sumSquares: ({ grad, inputs: [x], attributes: { axes } }) => [
    mul(x, mul(kept(grad, x, axes), 2)),
  ],
  // Values that tie for the maximum share its gradient.
  max: ({ grad, inputs: [x], output, attributes: { axes } }) => {
    const winners = cast(equal(x, kept(output, x, axes)), x.type)
    return [mul(winners, div(kept(grad, x, axes), sum(winners, { axes, keep: true })))]
  },

  softmax: ({ grad, output }) => [
    mul(output, sub(grad, sum(mul(grad, output), { axes: [-1], keep: true }))),
  ],
  logSumExp: ({ grad, inputs: [x] }) => [mul(softmax(x), kept(grad, x, [x.shape.length - 1]))],
  // With r = 1/√(mean(x²) + ε), y = x·r·w: dx = r·(w·dy − x·r²·mean(x·w·dy))
  rmsNorm: ({ grad, inputs: [x, weight], attributes: { epsilon } }) => {
    const size = fixedSize('rmsNorm', x.shape.at(-1))
    const last = { axes: [-1], keep: true }
    const r = div(1, sqrt(add(mul(sumSquares(x, last), 1 / size), epsilon)))
    const scaled = mul(grad, weight)
    const shared = mul(mul(r, r), mul(sum(mul(x, scaled), last), 1 / size))
    return [mul(r, sub(scaled, mul(x, shared))), mul(grad, mul(x, r))]
  },
  // With n = (x − μ)·r, r = 1/√(σ² + ε) and g = w·dy: dx = r·(g − mean(g) − n·mean(n·g))
  layerNorm: ({ grad, inputs: [x, weight], attributes: { epsilon } }) => {
    const size = fixedSize('layerNorm', x.shape.at(-1))
    const mean = (y: Tensor): Tensor => mul(sum(y, { axes: [-1], keep: true }), 1 / size)
    const centred = sub(x, mean(x))
    const r = div(1, sqrt(add(mean(mul(centred, centred)), epsilon)))
    const normed = mul(centred, r)
    const scaled = mul(grad, weight)
    const apart = sub(sub(scaled, mean(scaled)), mul(normed, mean(mul(normed, scaled))))
    return [mul(r, apart), mul(grad, normed), grad]
  },
  // A rotation is undone by the opposite angle.
  rotary: ({ grad, inputs: [, positions, cos, sin] }) => [
    rotary(grad, { positions, cos, sin: neg(sin) }),
  ],
  reshape: ({ grad, inputs: [x] }) => [reshape(grad, x.shape)],
  transpose: ({ grad, attributes: { axes } }) => [
    transpose(
      grad,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  expand: ({ grad }) => [grad],
  slice: ({ grad, inputs: [x], attributes: { axis, start, end } }) => [
    pad(grad, axis, start, fixedSize('slice', x.shape[axis]) - end),
  ],
  pad: ({ grad, inputs: [x], attributes: { axis, before } }) => [
    slice(grad, axis, before, before + fixedSize('pad', x.shape[axis])),
  ],
  concat: ({ grad, inputs, attributes: { axis } }) => {
    const sizes = inputs.map(({ shape }) => fixedSize('concat', shape[axis]))
    return ranges(sizes).map(([start, end]) => slice(grad, axis, start, end))
  },
  // Only for generation: nothing is trained through sizes that a run chooses.
  splitFirst: () => [],
  splitSecond: () => [],

  gather: ({ grad, inputs: [table, indices] }) => [scatterRows(table, indices, grad)],
  gatherElements: ({ grad, inputs: [x, indices], attributes: { axis } }) => [
    scatterAdd(zeros(fixedShape(x), x.type), indices, grad, axis),
  ],
  scatterAdd: ({ grad, inputs: [, indices], attributes: { axis } }) => [
    grad,
    undefined,
    gatherElements(grad, indices, axis),
  ],
}

/** `exp(−x)` */
function bell(x: Tensor): Tensor {
  return exp(neg(x))
}

/** A reduced tensor with its reduced axes back in place, at size 1. */
function kept(reduced: Tensor, { shape }: Tensor, axes: readonly number[]): Tensor {
  return reshape(
    reduced,
    shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  )
}

/** Zeros like `table`, with each row of `updates` added to the row its index names. */
function scatterRows(table: Tensor, indices: Tensor, updates: Tensor): Tensor {
  const [rows, ...rest] = fixedShape(table)
  const width = rest.reduce((all, size) => all * size, 1)
  const count = fixedSize('gather', product(indices.shape))
  const sum = scatterAdd(
    zeros([rows!, width], table.type),
    expand(reshape(indices, [count, 1]), [count, width]),
    reshape(updates, [count, width]),
    0,
  )
  return reshape(sum, table.shape)
}

function fixedShape({ op, shape }: Tensor): number[] {
  return shape.map((size) => fixedSize(op, size))
}
