import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clopperPearsonInterval, ruleOfThree, wilsonInterval } from './proportions.ts'

const share = fc
  .integer({ min: 1, max: 400 })
  .chain((n) => fc.record({ n: fc.constant(n), k: fc.integer({ min: 0, max: n }) }))

const ends = ({ low, high }: { low: number; high: number }): [string, string] => [
  low.toFixed(4),
  high.toFixed(4),
]

// Newcombe 1998, Statistics in Medicine 17:857, table I, methods 3 and 5.
const published = [
  { k: 81, n: 263, wilson: ['0.2553', '0.3662'], exact: ['0.2527', '0.3676'] },
  { k: 15, n: 148, wilson: ['0.0624', '0.1605'], exact: ['0.0578', '0.1617'] },
  { k: 0, n: 20, wilson: ['0.0000', '0.1611'], exact: ['0.0000', '0.1684'] },
  { k: 1, n: 29, wilson: ['0.0061', '0.1718'], exact: ['0.0009', '0.1776'] },
]

describe('wilsonInterval', () => {
  it.each(published)('gives the published ends for $k of $n', ({ k, n, wilson }) => {
    expect(ends(wilsonInterval(k, n))).toEqual(wilson)
  })

  it('holds the estimate, and mirrors when successes and failures change places', () => {
    fc.assert(
      fc.property(share, ({ k, n }) => {
        const { estimate, low, high } = wilsonInterval(k, n)
        const mirrored = wilsonInterval(n - k, n)
        expect(low).toBeLessThanOrEqual(estimate)
        expect(high).toBeGreaterThanOrEqual(estimate)
        expect(mirrored.low).toBeCloseTo(1 - high, 12)
        expect(mirrored.high).toBeCloseTo(1 - low, 12)
      }),
    )
  })

  it('narrows with more items at the same share, and widens with the level', () => {
    fc.assert(
      fc.property(share, ({ k, n }) => {
        const width = (times: number, level = 0.95): number => {
          const { low, high } = wilsonInterval(times * k, times * n, { level })
          return high - low
        }
        expect(width(2)).toBeLessThan(width(1))
        expect(width(1, 0.99)).toBeGreaterThan(width(1))
      }),
    )
  })

  it('counts clustered items as fewer: a design effect of 2 is half the items', () => {
    const clustered = wilsonInterval(40, 60, { designEffect: 2 })
    const { low, high } = wilsonInterval(20, 30)
    expect(clustered).toMatchObject({ low, high })
  })
})

describe('clopperPearsonInterval', () => {
  it.each(published)('gives the published ends for $k of $n', ({ k, n, exact }) => {
    expect(ends(clopperPearsonInterval(k, n))).toEqual(exact)
  })

  it('reaches 0 without a success and 1 without a failure', () => {
    expect(clopperPearsonInterval(0, 5)).toMatchObject({ estimate: 0, low: 0 })
    expect(clopperPearsonInterval(5, 5)).toMatchObject({ estimate: 1, high: 1 })
  })
})

describe('ruleOfThree', () => {
  it('bounds a rate near 3/n: 300 probes without a leak show less than one in a hundred', () => {
    expect(ruleOfThree(300).high).toBeLessThan(0.01)
    expect(ruleOfThree(299).high).toBeGreaterThan(0.01)
  })

  it('is never below the exact one-sided bound, and never above 1', () => {
    for (const n of [1, 2, 10, 59, 1_000]) {
      const exact = clopperPearsonInterval(0, n, { level: 0.9 }).high
      expect(ruleOfThree(n).high).toBeGreaterThanOrEqual(exact)
      expect(ruleOfThree(n).high).toBeLessThanOrEqual(1)
    }
  })
})
