import { describe, expect, it } from 'vitest'
import { mcnemarTest } from './paired-proportions.ts'
import { signFlipTest } from './permutation.ts'

// Darwin's maize, crossed minus self-fertilised, in eighths of an inch (Fisher 1935, section 21).
const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]

describe('signFlipTest', () => {
  it("gives Fisher's p-value for Darwin's maize: 1,726 of 32,768 patterns", () => {
    expect(signFlipTest(maize)).toEqual({ p: 1_726 / 32_768, exact: true })
  })

  it('is the exact McNemar test where differences are -1, 0 and 1', () => {
    const differences = [1, 1, 1, 1, 1, 1, 1, -1, 0, 0, 0]
    const counts = { both: 1, firstOnly: 7, secondOnly: 1, neither: 2 }
    expect(signFlipTest(differences).p).toBeCloseTo(mcnemarTest(counts, { variant: 'exact' }).p, 12)
  })

  it('draws patterns above 16 differences, close to the exact value and never 0', () => {
    const twice = [...maize, ...maize]
    const { p, exact } = signFlipTest(twice, { rounds: 20_000 })
    expect(exact).toBe(false)
    // The same values twice are a normal deviate of about 1.94·√2.
    expect(p).toBeGreaterThan(0.003)
    expect(p).toBeLessThan(0.012)
    const always = Array.from({ length: 60 }, () => 1)
    expect(signFlipTest(always, { rounds: 999 }).p).toBe(1 / 1_000)
  })

  it('flips clusters as wholes: twenty values of two documents are two', () => {
    const values = Array.from({ length: 20 }, () => 1)
    const clusters = values.map((_, i) => (i < 10 ? 'a' : 'b'))
    expect(signFlipTest(values, { clusters })).toEqual({ p: 0.5, exact: true })
  })

  it('says 1 where no item differs', () => {
    expect(signFlipTest([0, 0, 0])).toEqual({ p: 1, exact: true })
  })
})
