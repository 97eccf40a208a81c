import { describe, expect, it } from 'vitest'
import {
  bytes,
  checkGradient,
  distinct,
  floats,
  indices,
  type Operand,
  truths,
} from '../../test/fixtures/engine/finite-differences.ts'
import { seededRandom } from '../../test/helpers/random.ts'
import * as f from './functions.ts'
import { ops } from './ops.ts'
import { rules } from './rules.ts'
import { constant, input, topological } from './tensor.ts'
import type { OpName, Tensor } from './vocabulary.ts'

/** A graph that uses the op, and the operands to differentiate it at. */
type Sample = readonly [build: (...operands: Tensor[]) => Tensor, ...operands: Operand[]]

const vector = floats([3])
const matrix = floats([2, 3])
const positive = floats([2, 3], 0.5, 2)
const sizes = [2, 3] as const

const samples: Readonly<Record<OpName, readonly Sample[]>> = {
  add: [
    [f.add, matrix, matrix],
    [f.add, matrix, vector],
    [(x) => f.add(x, x), matrix],
  ],
  sub: [
    [f.sub, matrix, vector],
    [f.sub, floats([]), matrix],
    [(x) => f.sub(1, x), matrix],
  ],
  mul: [
    [f.mul, matrix, matrix],
    [f.mul, floats([2, 1]), floats([1, 3])],
    [(x) => f.mul(x, x), matrix],
  ],
  div: [
    [f.div, matrix, positive],
    [f.div, vector, positive],
    [(x) => f.div(2, x), positive],
  ],
  maximum: [[(x) => f.maximum(f.slice(x, 0, 0, 2), f.slice(x, 0, 2)), distinct([4, 3])]],
  minimum: [[(x) => f.minimum(f.slice(x, 0, 0, 2), f.slice(x, 0, 2)), distinct([4, 3])]],

  neg: [[f.neg, matrix]],
  exp: [[f.exp, matrix]],
  log: [[f.log, positive]],
  sqrt: [[f.sqrt, positive]],
  tanh: [[f.tanh, matrix]],
  sigmoid: [[f.sigmoid, floats(sizes, -3, 3)]],
  silu: [[f.silu, floats(sizes, -3, 3)]],
  erf: [[f.erf, floats(sizes, -2, 2)]],
  gelu: [[f.gelu, floats(sizes, -3, 3)]],
  cast: [[(x) => f.cast(f.exp(f.cast(x, 'float64')), 'float32'), matrix]],

  equal: [
    [
      (x, a, b) => f.where(f.equal(a, b), f.mul(x, x), x),
      matrix,
      indices(sizes, 2),
      indices([3], 2),
    ],
  ],
  less: [[(x) => f.where(f.less(x, 0), f.mul(x, x), x), distinct([3, 3])]],
  and: [[(x, a, b) => f.where(f.and(a, b), f.exp(x), x), matrix, truths(sizes), truths([3])]],
  where: [
    [f.where, truths(sizes), matrix, vector],
    [f.where, truths([2, 1]), floats([3]), matrix],
  ],

  matmul: [
    [(a, b) => f.matmul(a, b), floats([2, 3]), floats([3, 4])],
    [(a, b) => f.matmul(a, b, { transposeA: true, scale: 0.5 }), floats([3, 2]), floats([3, 4])],
    [(a, b) => f.matmul(a, b, { transposeB: true, scale: 2 }), floats([2, 3]), floats([4, 3])],
    [
      (a, b) => f.matmul(a, b, { transposeA: true, transposeB: true }),
      floats([3, 2]),
      floats([4, 3]),
    ],
    [
      (a, b, addend) => f.matmul(a, b, { addend, scale: 3 }),
      floats([2, 3]),
      floats([3, 4]),
      floats([2, 4]),
    ],
    [(a, b, addend) => f.matmul(a, b, { addend }), floats([2, 3]), floats([3, 4]), floats([4])],
    [(a, b) => f.matmul(a, b), floats([2, 2, 3]), floats([3, 4])],
    [(a, b) => f.matmul(a, b), floats([2, 2, 3]), floats([2, 3, 2])],
    [
      (a, b) => f.matmul(a, b, { transposeB: true, scale: 0.5 }),
      floats([2, 2, 2, 3]),
      floats([2, 1, 4, 3]),
    ],
    [(a, b) => f.matmul(a, b, { transposeA: true }), floats([2, 3, 2]), floats([2, 3, 4])],
    [
      (a, b) => f.matmul(a, b, { transposeA: true, transposeB: true }),
      floats([2, 3, 2]),
      floats([2, 4, 3]),
    ],
    [(a, b) => f.matmul(a, b, { transposeA: true }), floats([2, 3, 2]), floats([3, 4])],
  ],

  // As inputs, not constants, the values take the exact float kernel.
  quantizedMatmul: [
    [(x, values) => f.quantizedMatmul(x, values, scales), floats([2, 32]), bytes([3, 2, 16])],
    [(x, values) => f.quantizedMatmul(x, values, scales), floats([1, 2, 32]), bytes([3, 2, 16])],
  ],

  sum: [
    [(x) => f.sum(x), matrix],
    [(x) => f.sum(x, { axes: [0] }), matrix],
    [(x) => f.sum(x, { axes: [-1], keep: true }), matrix],
  ],
  sumSquares: [
    [(x) => f.sumSquares(x), matrix],
    [(x) => f.sumSquares(x, { axes: [0] }), matrix],
    [(x) => f.sumSquares(x, { axes: [-1], keep: true }), matrix],
  ],
  max: [
    [(x) => f.max(x), distinct(sizes)],
    [(x) => f.max(x, { axes: [0] }), distinct(sizes)],
    [(x) => f.max(x, { axes: [-1], keep: true }), distinct(sizes)],
  ],

  softmax: [
    [f.softmax, matrix],
    [f.softmax, floats([2, 2, 3], -3, 3)],
  ],
  logSumExp: [
    [f.logSumExp, floats(sizes, -3, 3)],
    [f.logSumExp, vector],
  ],
  rmsNorm: [
    [(x, w) => f.rmsNorm(x, w, 1e-5), floats([2, 2, 3]), vector],
    [(x, w) => f.rmsNorm(x, w, 0.5), matrix, vector],
  ],
  layerNorm: [
    [(x, w, b) => f.layerNorm(x, w, b, 1e-5), floats([2, 2, 3]), vector, floats([3])],
    [(x, w, b) => f.layerNorm(x, w, b, 0.5), matrix, vector, floats([3])],
  ],
  // The tables are constants to the model, so the samples take them from values that are not trained.
  rotary: [
    [
      (x, positions) => f.rotary(x, { positions, ...tables }),
      floats([2, 3, 8]),
      indices([2, 3], 5),
    ],
    [
      (x, positions) => f.rotary(x, { positions, ...tables }),
      floats([2, 2, 3, 4]),
      indices([2, 3], 5),
    ],
  ],

  reshape: [[(x) => f.mul(f.reshape(x, [3, -1]), f.reshape(x, [3, 2])), matrix]],
  transpose: [[(x) => f.transpose(x, [2, 0, 1]), floats([2, 3, 4])]],
  expand: [[(x) => f.expand(x, [4, 2, 3]), floats([2, 1])]],
  slice: [
    [(x) => f.slice(x, 0, 1), matrix],
    [(x) => f.slice(x, -1, -2), matrix],
    [(x) => f.mul(f.slice(x, 1, 0, 2), f.slice(x, 1, 1, 3)), matrix],
    [(x) => f.mul(f.slice(x, 1, 2, 4), f.exp(f.slice(x, 1, 0, 2))), floats([2, 4])],
  ],
  pad: [[(x) => f.pad(x, 1, 2, 1), matrix]],
  concat: [
    [(a, b) => f.concat([a, b, a], 0), matrix, floats([1, 3])],
    [(a, b) => f.concat([a, b], -1), matrix, floats([2, 2])],
  ],
  splitFirst: [[(x) => f.mul(f.mul(x, x), splitTable()[0]), floats([2, 2])]],
  splitSecond: [[(x) => f.mul(f.mul(x, x), splitTable()[1]), floats([3, 2])]],

  gather: [
    [f.gather, floats([4, 3]), indices([2, 3], 4)],
    [f.gather, floats([4]), indices([6], 4)],
    [f.gather, floats([3, 2, 2]), indices([5], 3)],
  ],
  gatherElements: [
    [(x, i) => f.gatherElements(x, i, 1), floats([3, 4]), indices([3, 2], 4)],
    [(x, i) => f.gatherElements(x, i, 0), floats([3, 2]), indices([5, 2], 3)],
  ],
  scatterAdd: [
    [
      (x, i, updates) => f.scatterAdd(x, i, updates, 1),
      floats([2, 3]),
      indices([2, 4], 3),
      floats([2, 4]),
    ],
  ],
}

const angles = Float32Array.from({ length: 10 }, (_, i) => i / 3)
const tables = {
  cos: constant('float32', [5, 2], angles.map(Math.cos)),
  sin: constant('float32', [5, 2], angles.map(Math.sin)),
}

/** Five rows as two and three. */
function splitTable(): [Tensor, Tensor] {
  const sizes = constant('int64', [2], BigInt64Array.of(2n, 3n))
  return f.splitInTwo(tables.cos, 0, { sizes, names: [2, 3] })
}

const scales = constant('float32', [3, 2], Float32Array.of(0.01, 0.02, 0.005, 0.01, 0.015, 0.01))

/** Float32 rounding and the curvature within a step stay below this. */
const tolerance = 1e-3

describe('the gradient rules', () => {
  it('exist for every op, and every op has samples', () => {
    expect(Object.keys(rules).sort()).toEqual(Object.keys(ops).sort())
    expect(Object.keys(samples).sort()).toEqual(Object.keys(ops).sort())
  })

  for (const op of Object.keys(ops) as OpName[])
    it(`agree with finite differences for ${op}`, async () => {
      expect(samples[op].length).toBeGreaterThan(0)
      for (const [build, ...operands] of samples[op]) {
        const drawn = operands.map((draw, i) => draw(seededRandom(i)))
        const result = build(...drawn.map(({ shape, type }, i) => input(`x${i}`, shape, type)))
        expect(topological([result]).map((tensor) => tensor.op)).toContain(op)
        const { error, compared } = await checkGradient(build, operands)
        expect(compared).toBeGreaterThan(0)
        expect(error).toBeLessThan(tolerance)
      }
    })
})
