import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { benjaminiHochberg, holm, intersectionUnion } from './multiple-tests.ts'

// Benjamini and Hochberg 1995, section 4.1: thrombolysis, fifteen hypotheses.
const thrombolysis = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
  0.6528, 0.759, 1,
]
const count = (tests: { rejected: boolean }[]): number =>
  tests.filter(({ rejected }) => rejected).length
const families = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })

describe('holm', () => {
  it('rejects three of the published fifteen', () => {
    expect(count(holm(thrombolysis))).toBe(3)
  })

  it('keeps the order of the tests, and adjusts a smaller p-value to no more than a larger one', () => {
    fc.assert(
      fc.property(families, (pValues) => {
        const tests = holm(pValues)
        expect(tests.map(({ p }) => p)).toEqual(pValues)
        for (const one of tests) {
          expect(one.adjusted).toBeGreaterThanOrEqual(one.p)
          for (const other of tests)
            if (one.p < other.p) expect(one.adjusted).toBeLessThanOrEqual(other.adjusted)
        }
      }),
    )
  })
})

describe('benjaminiHochberg', () => {
  it('rejects the four that its authors do, and all below the last', () => {
    const tests = benjaminiHochberg(thrombolysis, { q: 0.05 })
    expect(tests.map(({ rejected }) => rejected)).toEqual(thrombolysis.map((p) => p <= 0.0095))
  })

  it('rejects at least what Holm does at the same rate', () => {
    fc.assert(
      fc.property(families, (pValues) => {
        expect(count(benjaminiHochberg(pValues, { q: 0.05 }))).toBeGreaterThanOrEqual(
          count(holm(pValues)),
        )
      }),
    )
  })
})

describe('intersectionUnion', () => {
  it('is as strong as its weakest test', () => {
    expect(intersectionUnion([0.01, 0.04, 0.002])).toEqual({ p: 0.04, rejected: true, weakest: 1 })
    expect(intersectionUnion([0.01, 0.06])).toEqual({ p: 0.06, rejected: false, weakest: 1 })
  })
})
