import { describe, expect, it } from 'vitest'
import { exactRate, fillKept } from './dropout.ts'

function mask(rate: number, ...stream: (string | number)[]): Uint8Array {
  const values = new Uint8Array(100_001).fill(9)
  fillKept(values, rate, ...stream)
  return values
}

const share = (values: Uint8Array): number => values.reduce((a, b) => a + b, 0) / values.length

describe('fillKept', () => {
  it.each([0.05, 0.1, 0.5])('keeps all but a share of %d', (rate) => {
    // Three standard deviations of 100,001 draws.
    const spread = 3 * Math.sqrt((rate * (1 - rate)) / 100_001)
    expect(Math.abs(share(mask(rate, 42, 1, 0, 'layer')) - (1 - rate))).toBeLessThan(spread)
  })

  it('fills with 0 and 1 to the end, also of an odd length', () => {
    expect(new Set(mask(0.5, 42))).toEqual(new Set([0, 1]))
    expect(new Set(mask(0, 42))).toEqual(new Set([1]))
  })

  it('repeats for one seed, step and layer, and is unlike that of any other', () => {
    expect(mask(0.5, 42, 1, 'a')).toEqual(mask(0.5, 42, 1, 'a'))
    for (const other of [mask(0.5, 43, 1, 'a'), mask(0.5, 42, 2, 'a'), mask(0.5, 42, 1, 'b')]) {
      const same = mask(0.5, 42, 1, 'a').filter((kept, i) => kept === other[i]).length
      expect(Math.abs(same / 100_001 - 0.5)).toBeLessThan(0.01)
    }
  })

  it('draws neighbours independently', () => {
    const values = mask(0.5, 7)
    for (const distance of [1, 2, 3]) {
      const same = values.subarray(distance).filter((kept, i) => kept === values[i]).length
      expect(Math.abs(same / (100_001 - distance) - 0.5), String(distance)).toBeLessThan(0.01)
    }
  })
})

describe('exactRate', () => {
  it('is a rate that 16 bits can have', () => {
    expect(exactRate(0.1) * 65_536).toBe(6554)
    expect(exactRate(0.5)).toBe(0.5)
  })
})
