import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Session, type TensorData, tensorData } from '../onnx/index.ts'
import {
  attention,
  checkpoint,
  crossEntropy,
  linear,
  mean,
  mergeHeads,
  packedCausalBias,
  splitHeads,
  swiglu,
} from './compose.ts'
import { compile } from './emit.ts'
import { add, gather, reshape, rmsNorm, rotary } from './functions.ts'
import { gradients } from './gradient.ts'
import { input } from './tensor.ts'
import type { Tensor } from './vocabulary.ts'

type Values = { shape: number[]; data: number[] }
type Fixture = {
  heads: number
  keyHeads: number
  epsilon: number
  inputs: Record<string, Values>
  weights: Record<string, Values>
  hidden: Values
  losses: Values
  gradients: Record<string, Values>
}

/** Made by make-autodiff-fixtures.py, which computes the same block in PyTorch. */
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/engine/llama-block.json', import.meta.url), 'utf8'),
)
const floatInputs = ['cos', 'sin']

describe('a Llama block', () => {
  it.each([
    ['as it is', { recompute: false }],
    [
      'with activations computed twice and the loss in chunks',
      { recompute: true, rowsPerChunk: 3 },
    ],
  ])('has the values and gradients that PyTorch computes, %s', async (_, options) => {
    const { hidden, losses, weights } = block(options)
    const names = Object.keys(weights)
    const grads = gradients(mean(losses), Object.values(weights))
    const session = await compile({
      hidden,
      losses,
      ...Object.fromEntries(grads.map((grad, i) => [`gradient of ${names[i]}`, grad])),
    })
    const outputs = await session.run(feeds(session))
    expect(distance(outputs.hidden!, fixture.hidden)).toBeLessThan(1e-5)
    expect(distance(outputs.losses!, fixture.losses)).toBeLessThan(1e-5)
    for (const name of names)
      expect(distance(outputs[`gradient of ${name}`]!, fixture.gradients[name]!)).toBeLessThan(1e-5)
    await session.close()
  })
})

function block({ recompute, rowsPerChunk }: { recompute: boolean; rowsPerChunk?: number }): {
  hidden: Tensor
  losses: Tensor
  weights: Record<string, Tensor>
} {
  const at = (name: string) =>
    input(name, fixture.inputs[name]!.shape, floatInputs.includes(name) ? 'float32' : 'int64')
  const w = Object.fromEntries(
    Object.entries(fixture.weights).map(([name, { shape }]) => [name, input(name, shape)]),
  )
  const norm = (x: Tensor, name: string) => rmsNorm(x, w[name]!, fixture.epsilon)
  const tables = { positions: at('positions'), cos: at('cos'), sin: at('sin') }
  const x = gather(w.embedding!, at('tokens'))
  const h = norm(x, 'attention_norm')
  const attended = attention(
    splitHeads(rotary(linear(h, w.q!), tables), fixture.heads),
    splitHeads(rotary(linear(h, w.k!), tables), fixture.keyHeads),
    splitHeads(linear(h, w.v!), fixture.keyHeads),
    { bias: packedCausalBias(at('segments')) },
  )
  const middle = add(x, linear(mergeHeads(attended), w.o!))
  const n = norm(middle, 'mlp_norm')
  const layer = add(middle, linear(swiglu(linear(n, w.gate!), linear(n, w.up!)), w.down!))
  const hidden = norm(recompute ? checkpoint(layer, [x]) : layer, 'final_norm')
  const rows = gather(reshape(hidden, [-1, hidden.shape[2]!]), at('trained'))
  const options = rowsPerChunk === undefined ? {} : { rowsPerChunk }
  return { hidden, losses: crossEntropy(rows, w.embedding!, at('labels'), options), weights: w }
}

function feeds(session: Session): Record<string, TensorData> {
  const values = { ...fixture.inputs, ...fixture.weights }
  return Object.fromEntries(
    session.inputs.map(({ name, type }) => {
      const { shape, data } = values[name]!
      return type === 'int64'
        ? [name, tensorData('int64', shape, BigInt64Array.from(data, BigInt))]
        : [name, tensorData('float32', shape, Float32Array.from(data))]
    }),
  )
}

/** The largest difference, relative to the largest value. */
function distance(actual: TensorData, expected: Values): number {
  expect(actual.shape).toEqual(expected.shape)
  const gaps = expected.data.map((value, i) => Math.abs(value - Number(actual.data[i])))
  return Math.max(...gaps) / Math.max(...expected.data.map(Math.abs))
}
