import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import { decodeQ8_0, encodeQ8_0 } from './q8-0.ts'

// Written by test/fixtures/engine/make-format-fixtures.py with gguf-py's quantiser.
const { q8_0: reference } = readFixture<{
  q8_0: { values: number[]; bytes: number[]; decoded: number[] }
}>('formats.json')

describe('Q8_0', () => {
  it('packs the bytes of gguf-py', () => {
    expect([...encodeQ8_0(Float32Array.from(reference.values))]).toEqual(reference.bytes)
  })

  it('unpacks to the values of gguf-py', () => {
    expect([...decodeQ8_0(Uint8Array.from(reference.bytes))]).toEqual(reference.decoded)
  })

  it('errs by at most half a step of the block', () => {
    const finite = fc.float({ min: -1000, max: 1000, noNaN: true })
    fc.assert(
      fc.property(fc.array(finite, { minLength: 32, maxLength: 32 }), (block) => {
        const decoded = decodeQ8_0(encodeQ8_0(Float32Array.from(block)))
        const step = Math.max(...block.map(Math.abs)) / 127
        // The scale is itself rounded to binary16: 127 steps of relative error 2^-11, absolute 2^-25.
        const slack = 127 * (step * 2 ** -11 + 2 ** -25)
        for (const [i, value] of block.entries())
          expect(Math.abs(decoded[i]! - value)).toBeLessThanOrEqual(step / 2 + slack)
      }),
    )
  })
})
