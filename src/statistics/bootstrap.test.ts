import { describe, expect, it } from 'vitest'
import { bootstrapInterval, clusterBootstrap, percentileRangeOf } from './bootstrap.ts'

const skewed = Array.from({ length: 40 }, (_, i) => -Math.log(1 - (i + 0.5) / 40))

describe('bootstrapInterval', () => {
  it('depends on its arguments only, the seed among them', () => {
    const run = (seed: number) => bootstrapInterval(skewed, { seed, rounds: 500 })
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
  })

  it('reaches further on the side of the long tail', () => {
    const { estimate, low, high } = bootstrapInterval(skewed)
    expect(high - estimate).toBeGreaterThan(1.1 * (estimate - low))
  })

  it('moves and stretches with the values', () => {
    const plain = bootstrapInterval(skewed, { rounds: 1_000 })
    const moved = bootstrapInterval(
      skewed.map((value) => 2 * value + 3),
      { rounds: 1_000 },
    )
    expect(moved.low).toBeCloseTo(2 * plain.low + 3, 9)
    expect(moved.high).toBeCloseTo(2 * plain.high + 3, 9)
  })

  it('flags values that do not vary, and stays finite with one outlier', () => {
    expect(bootstrapInterval([0.2, 0.2, 0.2])).toEqual({
      estimate: 0.2,
      low: 0.2,
      high: 0.2,
      level: 0.95,
      degenerate: true,
    })
    const { low, high } = bootstrapInterval([...Array.from({ length: 30 }, () => 0), 1_000])
    expect(low).toBeGreaterThanOrEqual(0)
    expect(high).toBeLessThanOrEqual(1_000)
  })
})

describe('clusterBootstrap', () => {
  it('is wider than the bootstrap of items where clusters hold like values', () => {
    const values = Array.from({ length: 200 }, (_, i) => Math.floor(i / 5) % 2)
    const clusters = values.map((_, i) => `document ${Math.floor(i / 5)}`)
    const width = ({ low, high }: { low: number; high: number }): number => high - low
    const ratio = width(clusterBootstrap(values, clusters)) / width(bootstrapInterval(values))
    expect(ratio).toBeGreaterThan(2)
    expect(ratio).toBeLessThan(2.5)
  })
})

describe('percentileRangeOf', () => {
  it('cuts the same share off both ends of what it takes from the draws, in any order', () => {
    const draws = Array.from({ length: 1001 }, (_, i) => ({ value: (i * 8) % 1001 }))
    const { low, high } = percentileRangeOf(draws, ({ value }) => value, 0.9)
    // Quantiles are draws, so they may be one draw off.
    expect(Math.abs(low - 50)).toBeLessThanOrEqual(1)
    expect(Math.abs(high - 950)).toBeLessThanOrEqual(1)
  })
})
