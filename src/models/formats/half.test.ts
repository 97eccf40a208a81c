import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import {
  bf16Bits,
  bf16Value,
  decodeBf16Array,
  decodeF16Array,
  encodeBf16,
  encodeF16,
  f16Bits,
  f16Value,
} from './half.ts'

// Written by test/fixtures/engine/make-format-fixtures.py: what torch rounds f32 values to.
const { halves } = readFixture<{ halves: { f32: number[]; f16: number[]; bf16: number[] } }>(
  'formats.json',
)
const values = new Float32Array(Uint32Array.from(halves.f32).buffer)
const allBits = Array.from({ length: 65_536 }, (_, bits) => bits)

describe('f16', () => {
  it('rounds as torch does, subnormals, overflow and infinities included', () => {
    expect([...encodeF16(values)]).toEqual(halves.f16)
  })

  it('gives every value back its bits', () => {
    const numbers = allBits.filter((bits) => !Number.isNaN(f16Value(bits)))
    expect(numbers).toHaveLength(65_536 - 2 * 1023)
    expect(numbers.map((bits) => f16Bits(f16Value(bits)))).toEqual(numbers)
  })

  it('rounds to the nearest value, and between two to the even one', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const bits = f16Bits(value)
        const error = Math.abs(f16Value(bits) - value)
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = Math.abs(f16Value(neighbour) - value)
          if (!Number.isFinite(other)) continue
          expect(error).toBeLessThanOrEqual(other)
          if (error === other && error > 0) expect(bits % 2).toBe(0)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps NaN and its sign', () => {
    expect(f16Bits(Number.NaN) & 0x7fff).toBe(0x7e00)
    expect(f16Value(0xfe00)).toBeNaN()
  })
})

describe('bf16', () => {
  it('rounds as torch does', () => {
    expect([...encodeBf16(values)]).toEqual(halves.bf16)
  })

  it('gives every value back its bits', () => {
    const numbers = allBits.filter((bits) => !Number.isNaN(bf16Value(bits)))
    expect(numbers.map((bits) => bf16Bits(bf16Value(bits)))).toEqual(numbers)
  })

  it('keeps a NaN whose payload is cut off', () => {
    const [payload] = new Float32Array(Uint32Array.of(0x7f80_0001).buffer)
    expect(bf16Value(bf16Bits(payload!))).toBeNaN()
  })
})

it('decodes arrays as single values', () => {
  const bits = Uint16Array.from(allBits)
  expect(decodeF16Array(bits)).toEqual(Float32Array.from(allBits, f16Value))
  expect(decodeBf16Array(bits)).toEqual(Float32Array.from(allBits, bf16Value))
})
