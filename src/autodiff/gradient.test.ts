import { describe, expect, it } from 'vitest'
import { checkGradient, floats, indices } from '../../test/fixtures/engine/finite-differences.ts'
import { createSession, type Session, tensorData } from '../onnx/index.ts'
import {
  attention,
  causalBias,
  clipByGlobalNorm,
  crossEntropy,
  dropout,
  linear,
  mean,
  mergeHeads,
  packedCausalBias,
  split,
  splitHeads,
} from './compose.ts'
import { compile, emit } from './emit.ts'
import {
  add,
  cast,
  div,
  exp,
  gather,
  less,
  matmul,
  mul,
  rmsNorm,
  rotary,
  sqrt,
  sub,
  sum,
  sumSquares,
  tanh,
  where,
} from './functions.ts'
import { gradients } from './gradient.ts'
import { constant, input } from './tensor.ts'
import type { Tensor } from './vocabulary.ts'

const tolerance = 1e-3

describe('gradients', () => {
  it('differentiates a gradient', async () => {
    const x = input('x', [3])
    const [first] = gradients(sum(mul(x, mul(x, x))), [x])
    const [second] = gradients(sum(first!), [x])
    const session = await compile({ second: second! })
    const { second: result } = await session.run({
      x: tensorData('float32', [3], Float32Array.of(1, 2, -3)),
    })
    expect([...result!.data]).toEqual([6, 12, -18])
    await session.close()
  })

  it('sums over all uses of a tensor', async () => {
    const { error } = await checkGradient(
      (x, w) => add(matmul(tanh(matmul(x, w)), w), matmul(x, w)),
      [floats([2, 3]), floats([3, 3])],
    )
    expect(error).toBeLessThan(tolerance)
  })

  it('adds the products of one operand inside their kernels', () => {
    const x = input('x', [4, 3])
    const heads = ['q', 'k', 'v'].map((name) => linear(x, input(name, [3, 3])))
    const [gradient] = gradients(sum(mul(heads[0]!, mul(heads[1]!, heads[2]!))), [x])
    expect(countOps(gradient!, 'add')).toBe(0)
    expect(countOps(gradient!, 'matmul')).toBe(6)
  })

  it('does not repeat a product that it also passes on', async () => {
    const build = (x: Tensor, w: Tensor): Tensor => {
      const hidden = matmul(x, w)
      const deep = add(hidden, tanh(hidden))
      return matmul(add(deep, tanh(deep)), w)
    }
    const w = input('w', [3, 3])
    const x = input('x', [2, 3])
    const [gradient] = gradients(sum(build(x, w)), [x])
    const backward = countOps(gradient!, 'matmul') - 1
    expect(backward).toBe(2)
    expect((await checkGradient(build, [floats([2, 3]), floats([3, 3])])).error).toBeLessThan(
      tolerance,
    )
  })

  it('joins the gradients of the pieces of a split', () => {
    const x = input('x', [2, 6])
    const [a, b, c] = split(x, [1, 2, 3], 1)
    const loss = add(add(sum(exp(a!)), sum(exp(b!))), sum(exp(c!)))
    const [gradient] = gradients(loss, [x])
    expect(countOps(gradient!, 'concat')).toBe(1)
    expect(countOps(gradient!, 'pad')).toBe(0)
  })

  it('adds the gradients of pieces that overlap or leave a gap', async () => {
    for (const build of [
      (x: Tensor) => mul(split(x, [2, 2], 1)[0]!, exp(split(x, [1, 2], 1)[1]!)),
      (x: Tensor) => mul(split(x, [2, 1], 1)[0]!, split(x, [2, 1], 1)[1]!),
    ])
      expect((await checkGradient(build, [floats([2, 4])])).error).toBeLessThan(tolerance)
  })

  it.each([
    [
      'a tensor the loss ignores',
      () => gradients(sum(exp(input('x', [2]))), [input('unused', [2])]),
      '"unused"',
    ],
    [
      'a comparison',
      () => {
        const x = input('x', [2])
        return gradients(sum(cast(less(x, 0), 'float32')), [x])
      },
      '"x"',
    ],
    [
      'a rotation table',
      () => {
        const cos = input('cos', [4, 2])
        const tables = { positions: input('p', [1, 3], 'int64'), cos, sin: input('sin', [4, 2]) }
        return gradients(sum(rotary(input('x', [1, 3, 4]), tables)), [cos])
      },
      'rotary has no gradient for operand 2',
    ],
  ])('refuses %s', (_, act, named) => {
    expect(act).toThrow(
      expect.objectContaining({
        code: 'not_differentiable',
        message: expect.stringContaining(named),
      }),
    )
  })

  it('passes by values that only steer a comparison', async () => {
    const { error } = await checkGradient(
      (x) => where(less(mul(x, 3), 0.1), mul(x, 2), exp(x)),
      [floats([5])],
    )
    expect(error).toBeLessThan(tolerance)
  })

  it('refuses a loss that is not one number', () => {
    const x = input('x', [2])
    expect(() => gradients(exp(x), [x])).toThrow('the loss has shape [2]')
  })
})

describe('composed functions', () => {
  const angles = Float32Array.from({ length: 12 }, (_, i) => i / 4)
  const tables = {
    cos: constant('float32', [6, 2], angles.map(Math.cos)),
    sin: constant('float32', [6, 2], angles.map(Math.sin)),
  }

  it('attention over packed rows with shared key heads has the right gradient', async () => {
    const positions = constant('int64', [1, 5], BigInt64Array.of(0n, 1n, 2n, 0n, 1n))
    const segments = constant('int64', [1, 5], BigInt64Array.of(0n, 0n, 0n, 1n, 1n))
    const block = (x: Tensor, norm: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor): Tensor => {
      const h = rmsNorm(x, norm, 1e-5)
      const rotated = (weight: Tensor) => rotary(linear(h, weight), { positions, ...tables })
      const heads = attention(
        splitHeads(rotated(q), 4),
        splitHeads(rotated(k), 2),
        splitHeads(linear(h, v), 2),
        { bias: packedCausalBias(segments) },
      )
      return add(x, linear(mergeHeads(heads), o))
    }
    const { error, compared } = await checkGradient(block, [
      floats([1, 5, 6]),
      floats([6], 0.5, 1.5),
      floats([16, 6]),
      floats([8, 6]),
      floats([8, 6]),
      floats([6, 16]),
    ])
    expect(compared).toBe(30 + 6 + 96 + 48 + 48 + 96)
    expect(error).toBeLessThan(tolerance)
  })

  it('attention sees neither later rows nor other segments', async () => {
    const x = input('x', [1, 1, 4, 2])
    const segments = constant('int64', [1, 4], BigInt64Array.of(0n, 0n, 1n, 1n))
    const session = await compile({
      packed: attention(x, x, x, { bias: packedCausalBias(segments) }),
      causal: attention(x, x, x, { bias: causalBias(4) }),
    })
    const at = async (values: number[]) => {
      const outputs = await session.run({
        x: tensorData('float32', [1, 1, 4, 2], Float32Array.from(values)),
      })
      return { packed: [...outputs.packed!.data], causal: [...outputs.causal!.data] }
    }
    const base = await at([1, 2, 3, 4, 5, 6, 7, 8])
    const lastMoved = await at([1, 2, 3, 4, 5, 6, 9, 9])
    expect(lastMoved.causal.slice(0, 6)).toEqual(base.causal.slice(0, 6))
    expect(lastMoved.causal.slice(6)).not.toEqual(base.causal.slice(6))
    const firstMoved = await at([0, 0, 3, 4, 5, 6, 7, 8])
    expect(firstMoved.packed.slice(4)).toEqual(base.packed.slice(4))
    expect(firstMoved.packed.slice(2, 4)).not.toEqual(base.packed.slice(2, 4))
    expect(base.packed.slice(4, 6)).toEqual([5, 6])
    await session.close()
  })

  it('cross-entropy has the right gradient, whole and in chunks', async () => {
    const labels = indices([5], 7)
    for (const rowsPerChunk of [undefined, 2, 8]) {
      const { error } = await checkGradient(
        (hidden, weight, target) =>
          crossEntropy(hidden, weight, target as Tensor, rowsPerChunk ? { rowsPerChunk } : {}),
        [floats([5, 4]), floats([7, 4]), labels],
      )
      expect(error).toBeLessThan(tolerance)
    }
  })

  it('cross-entropy at chosen rows is the cross-entropy of those rows', async () => {
    const hidden = input('hidden', [4, 2])
    const weight = constant('float32', [3, 2], Float32Array.of(1, 0, 0, 1, 1, 1))
    const chosen = gather(hidden, constant('int64', [1], BigInt64Array.of(2n)))
    const session = await compile({
      loss: crossEntropy(chosen, weight, constant('int64', [1], BigInt64Array.of(1n))),
    })
    const { loss } = await session.run({
      hidden: tensorData('float32', [4, 2], Float32Array.of(9, 9, 9, 9, 2, 3, 9, 9)),
    })
    const logits = [2, 3, 5]
    const expected = Math.log(logits.reduce((all, value) => all + Math.exp(value), 0)) - 3
    expect(loss!.data[0]).toBeCloseTo(expected, 5)
    await session.close()
  })

  it('cross-entropy stays finite for logits far apart', async () => {
    const session = await compile({
      loss: crossEntropy(
        input('h', [2, 1]),
        constant('float32', [2, 1], Float32Array.of(1, -1)),
        constant('int64', [2], BigInt64Array.of(0n, 1n)),
      ),
    })
    const { loss } = await session.run({
      h: tensorData('float32', [2, 1], Float32Array.of(1e4, 1e4)),
    })
    expect([...loss!.data]).toEqual([0, 20_000])
    await session.close()
  })

  it('dropout zeroes and rescales by its mask', async () => {
    const session = await compile({ y: dropout(input('x', [4]), input('mask', [4], 'bool'), 0.5) })
    const { y } = await session.run({
      x: tensorData('float32', [4], Float32Array.of(1, 2, 3, 4)),
      mask: tensorData('bool', [4], Uint8Array.of(1, 0, 1, 0)),
    })
    expect([...y!.data]).toEqual([2, 0, 6, 0])
    await session.close()
  })

  it('clipping scales gradients down to the limit and never up', async () => {
    const { norm, clipped } = clipByGlobalNorm(
      [input('a', [2]), input('b', [])],
      input('limit', []),
    )
    const session = await compile({ norm, x: clipped[0]!, y: clipped[1]! })
    const run = (limit: number) =>
      session.run({
        a: tensorData('float32', [2], Float32Array.of(2, 3)),
        b: tensorData('float32', [], Float32Array.of(6)),
        limit: tensorData('float32', [], Float32Array.of(limit)),
      })
    const tight = await run(3.5)
    expect(tight.norm!.data[0]).toBe(7)
    expect(tight.x!.data[0]).toBeCloseTo(1, 5)
    expect(tight.y!.data[0]).toBeCloseTo(3, 5)
    expect([...(await run(10)).x!.data]).toEqual([2, 3])
    await session.close()
  })
})

describe('training', () => {
  it('fits a two-layer network with AdamW in the graph', async () => {
    const session = await createSession(emit(trainingStep()))
    const state = initialState()
    const first = await step(session, state, 1)
    let last = first
    for (let t = 2; t <= 400; t++) last = await step(session, state, t)
    expect(first).toBeGreaterThan(0.1)
    expect(last).toBeLessThan(0.005)
    await session.close()
  })

  it('takes the same steps, bit for bit, in a second session', async () => {
    const runs = []
    for (let i = 0; i < 2; i++) {
      const session = await compile(trainingStep())
      const state = initialState()
      for (let t = 1; t <= 20; t++) await step(session, state, t)
      runs.push(state)
      await session.close()
    }
    expect(runs[0]).toEqual(runs[1])
  })
})

const shapes: Record<string, readonly number[]> = { first: [16, 2], bias: [16], second: [1, 16] }
type State = Record<string, Float32Array>

/** Forward, backward and an AdamW update (Loshchilov and Hutter, 2019) as one graph. */
function trainingStep(): Record<string, Tensor> {
  const [rate, t1, t2] = ['rate', 'correction1', 'correction2'].map((name) => input(name, []))
  const weights = Object.entries(shapes).map(([name, shape]) => input(name, shape))
  const [first, bias, second] = weights as [Tensor, Tensor, Tensor]
  const hidden = tanh(linear(input('x', [32, 2]), first, bias))
  const loss = mean(sumSquares(sub(linear(hidden, second), input('y', [32, 1])), { axes: [1] }))
  const outputs: Record<string, Tensor> = { loss }
  gradients(loss, weights).forEach((grad, i) => {
    const name = Object.keys(shapes)[i]!
    const m = add(mul(input(`${name}.m`, grad.shape), 0.9), mul(grad, 0.1))
    const v = add(mul(input(`${name}.v`, grad.shape), 0.999), mul(mul(grad, grad), 0.001))
    const update = div(div(m, t1!), add(sqrt(div(v, t2!)), 1e-8))
    const decayed = mul(weights[i]!, sub(1, mul(rate!, 0.01)))
    outputs[`next ${name}`] = sub(decayed, mul(rate!, update))
    outputs[`next ${name}.m`] = m
    outputs[`next ${name}.v`] = v
  })
  return outputs
}

function initialState(): State {
  const state: State = {}
  for (const [name, shape] of Object.entries(shapes)) {
    const size = shape.reduce((all, n) => all * n, 1)
    state[name] = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 7 + size) / 2)
    state[`${name}.m`] = new Float32Array(size)
    state[`${name}.v`] = new Float32Array(size)
  }
  return state
}

/** Learns y = x₀·x₁, which no linear model can. */
async function step(session: Session, state: State, t: number): Promise<number> {
  const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i + i))
  const y = Float32Array.from({ length: 32 }, (_, i) => x[2 * i]! * x[2 * i + 1]!)
  const one = (value: number) => tensorData('float32', [], Float32Array.of(value))
  const feeds = Object.fromEntries(
    Object.entries(state).map(([name, data]) => {
      const shape = shapes[name.split('.')[0]!]!
      return [name, tensorData('float32', shape, data)]
    }),
  )
  const outputs = await session.run({
    ...feeds,
    x: tensorData('float32', [32, 2], x),
    y: tensorData('float32', [32, 1], y),
    rate: one(0.02),
    correction1: one(1 - 0.9 ** t),
    correction2: one(1 - 0.999 ** t),
  })
  for (const name of Object.keys(state)) state[name] = outputs[`next ${name}`]!.data as Float32Array
  return Number(outputs.loss!.data[0])
}

function countOps(tensor: Tensor, op: string, seen = new Set<Tensor>()): number {
  if (seen.has(tensor)) return 0
  seen.add(tensor)
  const inside = tensor.inputs.map((operand) => countOps(operand, op, seen))
  return inside.reduce((all, count) => all + count, tensor.op === op ? 1 : 0)
}
