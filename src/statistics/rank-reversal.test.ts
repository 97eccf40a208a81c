import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rankReversals, type ScoredArm } from './rank-reversal.ts'

const utility = fc.integer({ min: 0, max: 20 }).map((value) => value / 20)
const armsOf = (criteria: string[]) =>
  fc.array(fc.tuple(...criteria.map(() => utility)), { minLength: 1, maxLength: 6 }).map((rows) =>
    rows.map((row, a): ScoredArm => {
      const means = Object.fromEntries(criteria.map((name, c) => [name, row[c]!]))
      return { name: `arm ${a}`, means }
    }),
  )

describe('rankReversals', () => {
  it('finds the weight at which the cheaper arm takes over', () => {
    const criteria = [
      { name: 'quality', weight: 3 },
      { name: 'latency', weight: 1 },
    ]
    const arms = [
      { name: 'rag', means: { quality: 0.9, latency: 0.2 } },
      { name: 'tuned', means: { quality: 0.6, latency: 0.8 } },
    ]
    const [quality, latency] = rankReversals(criteria, arms)
    // .9 - .7w meets .6 + .2w at a third.
    expect(latency).toEqual({
      criterion: 'latency',
      weight: 0.25,
      ranges: [
        { from: 0, to: expect.closeTo(1 / 3, 12), winner: 'rag' },
        { from: expect.closeTo(1 / 3, 12), to: 1, winner: 'tuned' },
      ],
      reversal: { weight: expect.closeTo(1 / 3, 12), winner: 'tuned' },
    })
    expect(quality!.reversal).toEqual({ weight: expect.closeTo(2 / 3, 12), winner: 'tuned' })
  })

  it('has the highest utility at every weight, without gaps', () => {
    const criteria = [
      { name: 'x', weight: 2 },
      { name: 'y', weight: 1 },
      { name: 'z', weight: 0 },
    ]
    fc.assert(
      fc.property(armsOf(['x', 'y', 'z']), (arms) => {
        const strip = rankReversals(criteria, arms)[0]!
        expect([strip.ranges[0]!.from, strip.ranges.at(-1)!.to]).toEqual([0, 1])
        strip.ranges.slice(1).forEach((range, i) => {
          expect(range.from).toBe(strip.ranges[i]!.to)
          expect(range.winner).not.toBe(strip.ranges[i]!.winner)
        })
        for (let w = 0; w <= 1; w += 1 / 64) {
          // With x at w the rest is y alone: z has no weight to share.
          const at = ({ means }: ScoredArm): number => w * means.x! + (1 - w) * means.y!
          const { winner } = strip.ranges.find(({ to }) => w <= to)!
          const best = Math.max(...arms.map(at))
          expect(at(arms.find(({ name }) => name === winner)!)).toBeCloseTo(best, 10)
        }
      }),
    )
  })

  it('has one range where nothing is traded, and no reversal where one arm always wins', () => {
    const arms = [
      { name: 'a', means: { x: 0.2 } },
      { name: 'b', means: { x: 0.7 } },
    ]
    expect(rankReversals([{ name: 'x', weight: 1 }], arms)).toEqual([
      { criterion: 'x', weight: 1, ranges: [{ from: 0, to: 1, winner: 'b' }], reversal: null },
    ])
  })
})
