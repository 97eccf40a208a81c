import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaCdf, betaQuantile } from './beta.ts'
import { binomialCdf, binomialPmf } from './binomial.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { studentTCdf, studentTQuantile } from './student-t.ts'

const probability = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true })
const shape = fc.double({ min: 0.3, max: 3_000, noNaN: true })

describe('quantiles', () => {
  it('undo the distribution function', () => {
    fc.assert(
      fc.property(probability, shape, shape, (p, a, b) => {
        expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12)
        expect(studentTCdf(studentTQuantile(p, a), a)).toBeCloseTo(p, 11)
        // Below 1 the density has a pole at 1, where neighbouring numbers differ in probability.
        const [c, d] = [a, Math.max(1, b)]
        expect(betaCdf(betaQuantile(p, c, d), c, d)).toBeCloseTo(p, 9)
      }),
    )
  })

  it('mirror at one half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 511 }), shape, (part, df) => {
        // Parts of 1024 have an exact complement.
        const p = part / 1_024
        expect(normalQuantile(1 - p)).toBe(-normalQuantile(p))
        expect(studentTQuantile(1 - p, df)).toBe(-studentTQuantile(p, df))
      }),
    )
  })

  it('are 0 at one half and infinite nowhere', () => {
    expect(normalQuantile(0.5)).toBe(0)
    expect(studentTQuantile(0.5, 3)).toBeCloseTo(0, 15)
    expect(() => normalQuantile(1)).toThrow('p is 1')
  })
})

describe('binomialPmf', () => {
  it('adds up to the distribution function', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), probability, (n, p) => {
        let total = 0
        for (let k = 0; k <= n; k++) {
          total += binomialPmf(k, n, p)
          expect(binomialCdf(k, n, p)).toBeCloseTo(total, 10)
        }
        expect(total).toBeCloseTo(1, 10)
      }),
    )
  })

  it('is certain at p 0 and 1, and 0 outside the range', () => {
    expect([binomialPmf(0, 5, 0), binomialPmf(5, 5, 1), binomialPmf(2, 5, 1)]).toEqual([1, 1, 0])
    expect([binomialPmf(-1, 5, 0.5), binomialPmf(6, 5, 0.5)]).toEqual([0, 0])
    expect(binomialPmf(0, 0, 0.5)).toBeCloseTo(1, 13)
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5)]).toEqual([0, 1])
  })
})

describe('studentTCdf', () => {
  it('nears the normal distribution as the degrees of freedom grow', () => {
    expect(studentTCdf(1.7, 1e7)).toBeCloseTo(normalCdf(1.7), 7)
  })
})
