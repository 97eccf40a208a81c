import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaBinomial, pairedBetaBinomial } from './beta-binomial.ts'

const trials = fc
  .integer({ min: 0, max: 60 })
  .chain((n) => fc.record({ n: fc.constant(n), successes: fc.integer({ min: 0, max: n }) }))

describe('betaBinomial', () => {
  it('mirrors when the arms change places', () => {
    fc.assert(
      fc.property(trials, trials, (one, two) => {
        const [there, back] = [betaBinomial(one, two), betaBinomial(two, one)]
        expect(there.firstBetter + back.firstBetter).toBeCloseTo(1, 9)
        expect(there.low).toBeCloseTo(-back.high, 7)
        expect(there.estimate).toBeCloseTo(-back.estimate, 12)
        expect(there.low).toBeLessThan(there.estimate)
        expect(there.high).toBeGreaterThan(there.estimate)
      }),
      { numRuns: 40 },
    )
  })

  it('gives the sum in closed form for whole parameters: 2 of 2 against 0 of 1 is 9/10', () => {
    // Beta(3, 1) against Beta(1, 2): ∫ (1 - (1 - y)²)·3y² dy = 9/10.
    const { firstBetter } = betaBinomial(
      { successes: 2, n: 2 },
      { successes: 0, n: 1 },
      { prior: 1 },
    )
    expect(firstBetter).toBeCloseTo(0.9, 9)
  })

  it('knows nothing without items', () => {
    const nothing = { successes: 0, n: 0 }
    const { estimate, firstBetter, low } = betaBinomial(nothing, nothing)
    expect([estimate, firstBetter]).toEqual([0, expect.closeTo(0.5, 9)])
    expect(low).toBeLessThan(-0.9)
  })
})

describe('pairedBetaBinomial', () => {
  const counts = (firstOnly: number, secondOnly: number, both = 3) => ({
    both,
    firstOnly,
    secondOnly,
    neither: 0,
  })

  it('looks at discordant pairs only, and is undecided at a tie', () => {
    expect(pairedBetaBinomial(counts(7, 2))).toEqual(pairedBetaBinomial(counts(7, 2, 90)))
    expect(pairedBetaBinomial(counts(0, 0)).firstBetter).toBeCloseTo(0.5, 12)
    expect(pairedBetaBinomial(counts(4, 4)).firstBetter).toBeCloseTo(0.5, 12)
  })

  it('is 7/8 for two wins to none under a uniform prior', () => {
    expect(pairedBetaBinomial(counts(2, 0), { prior: 1 }).firstBetter).toBeCloseTo(7 / 8, 12)
  })
})
