import { describe, expect, it } from 'vitest'
import { EngineError } from '../onnx/index.ts'
import * as f from './functions.ts'
import { constant, input, scalar } from './tensor.ts'

const x = (...shape: (number | string)[]) => input('x', shape)
const ids = (...shape: number[]) => input('ids', shape, 'int64')
const tables = { positions: ids(1, 3), cos: x(8, 2), sin: x(8, 2) }

describe('shape rules', () => {
  it.each([
    ['broadcast', f.add(x(2, 1, 3), x(4, 1)), [2, 4, 3]],
    ['broadcast a named size', f.mul(x('batch', 3), x(3)), ['batch', 3]],
    ['multiply', f.matmul(x(2, 3), x(3, 4)), [2, 4]],
    [
      'multiply transposed',
      f.matmul(x(3, 2), x(4, 3), { transposeA: true, transposeB: true }),
      [2, 4],
    ],
    ['multiply stacks', f.matmul(x(5, 1, 2, 3), x(4, 3, 6)), [5, 4, 2, 6]],
    [
      'multiply a stack by a matrix',
      f.matmul(x('batch', 'rows', 3), x(3, 4)),
      ['batch', 'rows', 4],
    ],
    ['reduce all', f.sum(x(2, 3)), []],
    ['reduce one axis', f.sum(x(2, 3), { axes: [-1] }), [2]],
    ['reduce and keep', f.max(x(2, 3), { axes: [0], keep: true }), [1, 3]],
    ['work out an open size', f.reshape(x(2, 6), [-1, 4]), [3, 4]],
    ['work out an open size from names', f.reshape(x('batch', 6), [-1, 3]), ['2*batch', 3]],
    ['undo a product of names', f.reshape(x('2*batch', 3), ['batch', -1]), ['batch', 6]],
    ['join names', f.concat([x('past', 2), x('rows', 2)], 0), ['past+rows', 2]],
    ['take the end of a named axis', f.slice(x('rows', 2), 0, -1), [1, 2]],
    ['look up', f.gather(x(9, 4), ids(2, 3)), [2, 3, 4]],
    ['pad', f.pad(x(2, 'rows'), 1, 0, 1), [2, 'rows+1']],
  ])('%s', (_, tensor, shape) => {
    expect(tensor.shape).toEqual(shape)
  })

  it.each([
    [
      'add',
      () => f.add(x(2, 3), x(2)),
      'add: shapes do not broadcast: float32 [2, 3], float32 [2]',
    ],
    ['where', () => f.where(input('c', [4], 'bool'), x(2), x(2)), 'where: shapes do not broadcast'],
    [
      'matmul',
      () => f.matmul(x(2, 3), x(4, 5)),
      'matmul: inner sizes 3 and 4 differ: float32 [2, 3], float32 [4, 5]',
    ],
    ['matmul', () => f.matmul(x(3), x(3, 4)), 'operands need two axes'],
    ['matmul', () => f.matmul(x(2, 2, 3), x(3, 3, 4)), 'leading axes do not broadcast'],
    [
      'matmul',
      () => f.matmul(x(2, 3), x(3, 4), { addend: x(3, 4) }),
      'the addend does not broadcast',
    ],
    [
      'matmul',
      () => f.matmul(x(2, 2, 3), x(2, 3, 4), { addend: x(4) }),
      'only a product of two matrices',
    ],
    ['sum', () => f.sum(x(2, 3), { axes: [2] }), 'sum: [2, 3] has no axis 2'],
    ['softmax', () => f.softmax(x()), 'softmax: needs an axis'],
    [
      'rmsNorm',
      () => f.rmsNorm(x(2, 3), x(2), 1e-5),
      'the weight must have the size of the last axis',
    ],
    [
      'layerNorm',
      () => f.layerNorm(x(2, 3), x(3), x(2), 1e-5),
      'the bias must have the size of the last axis',
    ],
    ['rotary', () => f.rotary(x(1, 3, 6), tables), 'head size must be 4'],
    ['rotary', () => f.rotary(x(1, 2, 4), tables), 'positions must be [1, 2]'],
    ['rotary', () => f.rotary(x(3, 4), tables), 'takes [batch, rows, heads*size]'],
    ['rotary', () => f.rotary(x(1, 3, 4), { ...tables, sin: x(7, 2) }), 'tables differ'],
    ['reshape', () => f.reshape(x(2, 3), [4, 2]), 'cannot become [4, 2]'],
    ['reshape', () => f.reshape(x(2, 3), [-1, -1]), 'leaves more than one size open'],
    ['reshape', () => f.reshape(x(2, 3), [4, -1]), 'cannot be divided into [4, -1]'],
    ['reshape', () => f.reshape(x('a', 'b'), ['b', 'a']), 'only one named size can move'],
    ['transpose', () => f.transpose(x(2, 3), [0, 0]), '[0, 0] does not name each axis once'],
    ['expand', () => f.expand(x(2, 3), [2, 4]), 'cannot be repeated to [2, 4]'],
    ['slice', () => f.slice(x(2, 3), 1, 2, 4), 'range 2 to 4 is not within axis 1'],
    ['slice', () => f.slice(x(2, 'rows'), 1, 0, 4), 'needs a fixed size, got "rows"'],
    ['pad', () => f.pad(x(2), 0, -1, 0), 'cannot pad by -1 and 0'],
    ['concat', () => f.concat([x(2, 3), x(2, 4)], 0), 'parts differ outside axis 0'],
    ['concat', () => f.concat([], 0), 'concat: got no parts'],
    [
      'gatherElements',
      () => f.gatherElements(x(2, 3), ids(3, 2), 1),
      'indices differ from the values',
    ],
    [
      'scatterAdd',
      () => f.scatterAdd(x(2, 3), ids(2, 2), x(2, 3), 1),
      'indices and updates differ',
    ],
    [
      'constant',
      () => constant('float32', [2], new Float32Array(3)),
      'shape [2] holds 2 values, got 3',
    ],
    ['input', () => input('x', [2, -1]), 'it holds "-1"'],
  ])('%s says which shapes do not fit', (_, build, message) => {
    expect(build).toThrow(
      expect.objectContaining({
        code: 'shape_mismatch',
        message: expect.stringContaining(message),
      }),
    )
    expect(build).toThrow(EngineError)
  })

  it.each([
    [
      'add',
      () => f.add(x(2), ids(2)),
      'add: needs operands of one type, got float32 [2], int64 [2]',
    ],
    ['exp', () => f.exp(ids(2)), 'exp: needs float values, got int64 [2]'],
    ['matmul', () => f.matmul(ids(2, 2), ids(2, 2)), 'needs float operands'],
    ['and', () => f.and(x(2), x(2)), 'needs bool operands'],
    ['where', () => f.where(x(2), x(2), x(2)), 'needs a bool condition'],
    ['sum', () => f.sum(ids(2)), 'needs float values'],
    ['gather', () => f.gather(x(2), x(2)), 'needs integer indices'],
    ['concat', () => f.concat([x(2), ids(2)], 0), 'needs parts of one type'],
    [
      'rotary',
      () => f.rotary(x(1, 3, 4), { ...tables, positions: x(1, 3) }),
      'needs int64 positions',
    ],
    ['scalar', () => scalar(1, 'float16'), 'cannot be a 16-bit float operand'],
  ])('%s says which types do not fit', (_, build, message) => {
    expect(build).toThrow(
      expect.objectContaining({ code: 'type_mismatch', message: expect.stringContaining(message) }),
    )
  })
})
