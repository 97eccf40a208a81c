import { describe, expect, it } from 'vitest'
import { itemsForPercentileBound, percentileInterval } from './percentiles.ts'

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => n - i)

describe('percentileInterval', () => {
  it('takes its ends from the values, in any order', () => {
    // The median of 100: the 40th and the 61st value, as tables of the sign test have it.
    expect(percentileInterval(upTo(100), 0.5)).toMatchObject({ estimate: 50.5, low: 40, high: 61 })
  })

  it('has no upper bound for the 95th percentile below 72 values', () => {
    expect(percentileInterval(upTo(71), 0.95).high).toBeNull()
    expect(percentileInterval(upTo(72), 0.95).high).toBe(72)
    expect(percentileInterval([3], 0.5)).toMatchObject({ estimate: 3, low: null, high: null })
  })

  it('covers at least its level where both ends exist', () => {
    for (const n of [10, 40, 100, 333]) {
      for (const share of [0.25, 0.5, 0.9]) {
        const { low, high, coverage } = percentileInterval(upTo(n), share)
        if (low !== null && high !== null) expect(coverage).toBeGreaterThanOrEqual(0.95)
        else expect(n).toBeLessThan(40)
      }
    }
  })
})

describe('itemsForPercentileBound', () => {
  it('asks for 59 values at the 95th percentile and 299 at the 99th', () => {
    expect([0.95, 0.99].map((share) => itemsForPercentileBound(share))).toEqual([59, 299])
    expect(itemsForPercentileBound(0.5, { level: 0.75 })).toBe(2)
  })
})
