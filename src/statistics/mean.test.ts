import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanInterval } from './mean.ts'

const score = fc.integer({ min: -100, max: 100 }).map((value) => value / 100)
const scores = fc.array(score, { minLength: 2, maxLength: 40 })

describe('meanInterval', () => {
  it('holds the estimate, and mirrors when the arms change places', () => {
    fc.assert(
      fc.property(scores, (values) => {
        const { estimate, low, high, p } = meanInterval(values)
        const mirrored = meanInterval(values.map((value) => -value))
        expect(low).toBeLessThanOrEqual(estimate)
        expect(high).toBeGreaterThanOrEqual(estimate)
        expect(mirrored.low).toBeCloseTo(-high, 10)
        expect(mirrored.p).toBeCloseTo(p, 10)
      }),
    )
  })

  it('rejects 0 exactly where the interval leaves it out', () => {
    fc.assert(
      fc.property(scores, (values) => {
        const { low, high, p, degenerate } = meanInterval(values)
        fc.pre(!degenerate && Math.abs(p - 0.05) > 1e-9)
        expect(p < 0.05).toBe(low > 0 || high < 0)
      }),
    )
  })

  it('is the t interval of the cluster means where all clusters have the same size', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score, score), { minLength: 2 }), (groups) => {
        const values = groups.flat()
        const clusters = groups.flatMap((group, i) => group.map(() => `document ${i}`))
        const means = groups.map((group) => (group[0] + group[1] + group[2]) / 3)
        const [clustered, plain] = [meanInterval(values, { clusters }), meanInterval(means)]
        expect(clustered.low).toBeCloseTo(plain.low, 10)
        expect(clustered.high).toBeCloseTo(plain.high, 10)
        expect(clustered.df).toBe(groups.length - 1)
      }),
    )
  })

  it('counts large clusters for more, unless each cluster is to count once', () => {
    const values = [1, 1, 1, 0]
    const clusters = ['a', 'a', 'a', 'b']
    expect(meanInterval(values, { clusters }).estimate).toBe(0.75)
    expect(meanInterval(values, { clusters, weighting: 'clusters' }).estimate).toBe(0.5)
  })

  it('claims little where nothing varies: the sign test on the clusters, and a flag', () => {
    const clusters = ['a', 'a', 'b', 'b', 'c', 'c']
    const same = meanInterval([0.1, 0.1, 0.1, 0.1, 0.1, 0.1], { clusters })
    expect(same.degenerate).toBe(true)
    expect(same.p).toBe(2 * 0.5 ** 3)
    expect(same.high - same.low).toBe(0)
    expect(meanInterval([0, 0, 0])).toMatchObject({ degenerate: true, estimate: 0, p: 1 })
  })
})
