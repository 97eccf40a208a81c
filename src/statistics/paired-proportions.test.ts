import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countPairs,
  mcnemarTest,
  newcombeInterval,
  type PairedCounts,
} from './paired-proportions.ts'

const counts = (both: number, firstOnly: number, secondOnly: number, neither: number) => ({
  both,
  firstOnly,
  secondOnly,
  neither,
})
const swap = ({ both, firstOnly, secondOnly, neither }: PairedCounts): PairedCounts =>
  counts(both, secondOnly, firstOnly, neither)

// Fagerland, Lydersen and Laake: Statistical analysis of contingency tables, chapter 8.
const airways = counts(1, 1, 7, 12)
const responses = counts(59, 6, 16, 80)

const tables = fc
  .tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 60 })))
  .map((cells) => counts(cells[0]!, cells[1]!, cells[2]!, cells[3]!))
  .filter((table) => Object.values(table).some((count) => count > 0))

describe('countPairs', () => {
  it('counts who was right where', () => {
    const first = [true, true, true, false, false, true]
    const second = [true, false, false, true, false, true]
    expect(countPairs(first, second)).toEqual(counts(2, 2, 1, 1))
  })
})

describe('newcombeInterval', () => {
  it('gives the published interval of the difference', () => {
    const { estimate, low, high } = newcombeInterval(responses)
    expect([estimate, low, high].map((value) => value.toFixed(4))).toEqual([
      '-0.0621',
      '-0.1186',
      '-0.0046',
    ])
  })

  it('holds the estimate, stays in [-1, 1] and mirrors when the arms change places', () => {
    fc.assert(
      fc.property(tables, (table) => {
        const { estimate, low, high } = newcombeInterval(table)
        const mirrored = newcombeInterval(swap(table))
        expect(low).toBeLessThanOrEqual(estimate)
        expect(high).toBeGreaterThanOrEqual(estimate)
        expect([low >= -1, high <= 1]).toEqual([true, true])
        expect(mirrored.low).toBeCloseTo(-high, 12)
        expect(mirrored.high).toBeCloseTo(-low, 12)
      }),
    )
  })

  it('widens with the level everywhere, so that a test against a margin has one p-value', () => {
    const levels = [0.01, 0.3, 0.6, 0.9, 0.99, 0.99999]
    fc.assert(
      fc.property(tables, (table) => {
        const intervals = levels.map((level) => newcombeInterval(table, { level }))
        intervals.slice(1).forEach((wider, i) => {
          expect(wider.low).toBeLessThanOrEqual(intervals[i]!.low + 1e-12)
          expect(wider.high).toBeGreaterThanOrEqual(intervals[i]!.high - 1e-12)
        })
      }),
    )
  })

  it('keeps a width without discordant pairs, which shrinks with n', () => {
    const width = (n: number): number => {
      const { estimate, low, high } = newcombeInterval(counts(n, 0, 0, 0))
      expect(estimate).toBe(0)
      return high - low
    }
    expect(width(10)).toBeGreaterThan(0.3)
    expect(width(1_000)).toBeLessThan(0.01)
  })
})

describe('mcnemarTest', () => {
  it('gives the published p-values', () => {
    expect(mcnemarTest(airways).p).toBeCloseTo(0.0391, 4)
    expect(mcnemarTest(airways, { variant: 'exact' }).p).toBeCloseTo(0.0703, 4)
    expect(mcnemarTest(responses).p).toBeCloseTo(0.03469, 5)
    expect(mcnemarTest(responses, { variant: 'exact' }).p).toBeCloseTo(0.052479, 6)
  })

  it('looks at discordant pairs only, from either side', () => {
    fc.assert(
      fc.property(tables, fc.nat(500), (table, more) => {
        const { p, discordant } = mcnemarTest(table)
        expect(mcnemarTest(swap(table)).p).toBeCloseTo(p, 12)
        expect(mcnemarTest({ ...table, both: table.both + more }).p).toBe(p)
        expect(discordant).toBe(table.firstOnly + table.secondOnly)
        expect(p).toBeLessThanOrEqual(mcnemarTest(table, { variant: 'exact' }).p)
      }),
    )
  })

  it('says 1 without discordant pairs', () => {
    for (const variant of ['mid-p', 'exact'] as const) {
      expect(mcnemarTest(counts(8, 0, 0, 2), { variant })).toEqual({ p: 1, discordant: 0 })
    }
  })
})
