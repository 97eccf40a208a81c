import { describe, expect, it } from 'vitest'
import { cohenKappa } from './agreement.ts'

const labels = (...counts: [string, number][]): string[] =>
  counts.flatMap(([label, count]) => Array.from({ length: count }, () => label))

describe('cohenKappa', () => {
  it('corrects agreement for chance: 70 % of 50 grants are worth 0.4', () => {
    const first = labels(['yes', 25], ['no', 25])
    const second = [...labels(['yes', 20], ['no', 5]), ...labels(['yes', 10], ['no', 15])]
    const { estimate, observed, expected } = cohenKappa(first, second)
    expect([estimate, observed, expected]).toEqual(
      [0.4, 0.7, 0.5].map((v) => expect.closeTo(v, 12)),
    )
  })

  it('is 1 at full agreement, 0 by chance, -1 at full disagreement', () => {
    const kappa = (first: string, second: string) =>
      cohenKappa(first.split(''), second.split('')).estimate
    expect(kappa('aabb', 'aabb')).toBe(1)
    expect(kappa('aabb', 'abab')).toBe(0)
    expect(kappa('aabb', 'bbaa')).toBe(-1)
    expect(kappa('aaaa', 'bbbb')).toBe(0)
  })

  it('leaves room below full agreement, less with more items', () => {
    const agreed = (n: number) => {
      const all = labels(['a', n / 2], ['b', n / 2])
      return cohenKappa(all, all)
    }
    expect(agreed(20)).toMatchObject({ estimate: 1, high: 1 })
    expect(agreed(20).low).toBeLessThan(0.7)
    expect(agreed(200).low).toBeGreaterThan(0.96)
  })

  it('does not care which rater comes first', () => {
    const [first, second] = ['aababbcab'.split(''), 'abcabbcaa'.split('')]
    const [one, other] = [cohenKappa(first, second), cohenKappa(second, first)]
    expect(other.low).toBeCloseTo(one.low, 12)
    expect(other.standardError).toBeCloseTo(one.standardError, 12)
  })

  it('keeps labels apart that look alike when joined', () => {
    expect(cohenKappa(['a,b', 'a'], ['a', 'b,a']).observed).toBe(0)
  })

  it('refuses labels of one kind only', () => {
    expect(() => cohenKappa(['x', 'x'], ['x', 'x'])).toThrow('only the label "x"')
  })
})
