import { describe, expect, it } from 'vitest'
import { tensorData } from '../onnx/index.ts'
import { compile } from './emit.ts'
import { quantize, quantizedLinear } from './quantize.ts'
import { input } from './tensor.ts'

describe('quantize', () => {
  it('keeps each group within half a step of its values', () => {
    const weight = Float32Array.from({ length: 4 * 64 }, (_, i) => Math.sin(i) * (1 + (i >> 5)))
    const { values, scales } = quantize(weight, [4, 64])
    expect(values.shape).toEqual([4, 2, 32])
    const bytes = data(values)
    const steps = data(scales)
    for (const [i, value] of weight.entries()) {
      const step = Number(steps[i >> 5])
      expect(Math.abs((Number(bytes[i]) - 128) * step - value)).toBeLessThanOrEqual(step * 0.501)
    }
  })

  it('stores a group of zeros as zeros', () => {
    const { values, scales } = quantize(new Float32Array(32), [1, 32])
    expect([...data(values)]).toEqual(new Array(32).fill(128))
    expect([...data(scales)]).toEqual([0])
  })

  it('keeps a group that holds NaN or infinity from passing as numbers', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const weight = new Float32Array(64).fill(1)
      weight[40] = value
      expect([...data(quantize(weight, [1, 64]).scales)]).toEqual([
        Math.fround(1 / 127),
        Number.NaN,
      ])
    }
  })

  it('multiplies within one percent of the float product', async () => {
    const weight = Float32Array.from({ length: 8 * 64 }, (_, i) => Math.sin(i * 1.7))
    const x = Float32Array.from({ length: 2 * 64 }, (_, i) => Math.cos(i))
    const session = await compile({
      y: quantizedLinear(input('x', [2, 64]), quantize(weight, [8, 64])),
    })
    const { y } = await session.run({ x: tensorData('float32', [2, 64], x) })
    expect(y!.shape).toEqual([2, 8])
    for (let row = 0; row < 2; row++)
      for (let column = 0; column < 8; column++) {
        const left = x.subarray(row * 64, row * 64 + 64)
        const right = weight.subarray(column * 64, column * 64 + 64)
        const exact = left.reduce((all, value, i) => all + value * right[i]!, 0)
        // Relative to the product of the norms, about 64/2.
        expect(Math.abs(Number(y!.data[row * 8 + column]) - exact)).toBeLessThan(0.32)
      }
    await session.close()
  })

  it('refuses columns that are not whole groups', () => {
    expect(() => quantize(new Float32Array(48), [1, 48])).toThrow(
      '48 values are not [1, 48] in groups of 32',
    )
  })
})

function data({ attributes }: { attributes: object }): ArrayLike<number> & Iterable<number> {
  return (attributes as { value: { data: Uint8Array | Float32Array } }).value.data
}
