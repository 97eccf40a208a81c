import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  equivalenceOfMeans,
  equivalenceOfProportions,
  nonInferiorityOfMeans,
  nonInferiorityOfProportions,
} from './margins.ts'

const unchanged = (n: number) => ({ both: n, firstOnly: 0, secondOnly: 0, neither: 0 })
const cell = fc.integer({ min: 0, max: 80 })
const tables = fc
  .record({ both: cell, firstOnly: cell, secondOnly: cell, neither: cell })
  .filter(({ both, neither }) => both + neither > 0)
const margins = fc.double({ min: 0.01, max: 0.5, noNaN: true })

describe('nonInferiorityOfProportions', () => {
  it('has a p-value below alpha exactly where the interval stays above the margin', () => {
    fc.assert(
      fc.property(tables, margins, (counts, margin) => {
        const { p, holds } = nonInferiorityOfProportions(counts, { margin })
        fc.pre(Math.abs(p - 0.05) > 1e-9)
        expect(holds).toBe(p < 0.05)
      }),
    )
  })

  it('needs enough items even where no answer changed', () => {
    expect(nonInferiorityOfProportions(unchanged(20), { margin: 0.05 }).holds).toBe(false)
    expect(nonInferiorityOfProportions(unchanged(60), { margin: 0.05 }).holds).toBe(true)
  })

  it('needs more of them in clusters', () => {
    const test = nonInferiorityOfProportions(unchanged(60), { margin: 0.05, designEffect: 3 })
    expect(test.holds).toBe(false)
  })

  it('refuses a loss beyond the margin, and has a p-value near 1 for it', () => {
    const worse = { both: 50, firstOnly: 5, secondOnly: 35, neither: 10 }
    const { p, holds } = nonInferiorityOfProportions(worse, { margin: 0.1 })
    expect(holds).toBe(false)
    expect(p).toBeGreaterThan(0.99)
  })
})

describe('equivalenceOfProportions', () => {
  it('holds only if neither arm is worse, whichever is named first', () => {
    fc.assert(
      fc.property(tables, margins, ({ both, firstOnly, secondOnly, neither }, margin) => {
        const one = equivalenceOfProportions({ both, firstOnly, secondOnly, neither }, { margin })
        const swapped = { both, firstOnly: secondOnly, secondOnly: firstOnly, neither }
        const other = equivalenceOfProportions(swapped, { margin })
        expect(one.p).toBeCloseTo(other.p, 12)
        expect(one.holds).toBe(one.low > -margin && one.high < margin)
      }),
    )
  })
})

describe('nonInferiorityOfMeans', () => {
  const differences = [0.02, -0.03, 0.01, 0.04, -0.02, 0, 0.03, -0.01]

  it('holds where the interval stays above the margin', () => {
    expect(nonInferiorityOfMeans(differences, { margin: 0.02 }).holds).toBe(true)
    expect(nonInferiorityOfMeans(differences, { margin: 0.01 }).holds).toBe(false)
  })

  it('takes five units where nothing varies: fewer prove nothing', () => {
    const same = (n: number) => nonInferiorityOfMeans(Array(n).fill(0), { margin: 0.1 })
    expect(same(4)).toMatchObject({ p: 0.5 ** 4, holds: false })
    expect(same(5)).toMatchObject({ p: 0.5 ** 5, holds: true })
  })

  it('counts clusters, not items', () => {
    const clusters = differences.map((_, i) => (i < 4 ? 'a' : 'b'))
    expect(nonInferiorityOfMeans(differences, { margin: 0.02, clusters }).p).toBeGreaterThan(
      nonInferiorityOfMeans(differences, { margin: 0.02 }).p,
    )
  })
})

describe('equivalenceOfMeans', () => {
  it('refuses a difference in either direction', () => {
    const better = [0.3, 0.32, 0.29, 0.31, 0.3, 0.28]
    const options = { margin: 0.1 }
    expect(nonInferiorityOfMeans(better, options).holds).toBe(true)
    expect(equivalenceOfMeans(better, options).holds).toBe(false)
    expect(equivalenceOfMeans(better, { margin: 0.4 }).holds).toBe(true)
  })
})
