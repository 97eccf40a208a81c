import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearScale, logScale, roundTicks } from './scale.ts'

const places = { from: 10, to: 110 }
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })

describe('roundTicks', () => {
  it.each([
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [-0.13, 0.42, 5, [-0.2, 0, 0.2, 0.4, 0.6]],
    [-0.13, 0.42, 8, [-0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5]],
    [0, 0.3, 3, [0, 0.1, 0.2, 0.3]],
    [0, 262, 6, [0, 50, 100, 150, 200, 250, 300]],
    [0, 0, 5, [0, 0.2]],
    [7, 7, 5, [6, 8]],
  ])('of %d to %d, about %d of them, are %j', (low, high, count, ticks) => {
    expect(roundTicks(low, high, count)).toEqual(ticks)
  })

  it('enclose both ends in even steps of 1, 2 or 5', () => {
    fc.assert(
      fc.property(value, value, fc.integer({ min: 2, max: 8 }), (a, b, count) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        fc.pre(high - low > 1e-6)
        const ticks = roundTicks(low, high, count)
        const step = ticks[1]! - ticks[0]!
        expect(ticks[0]!).toBeLessThanOrEqual(low + step * 1e-6)
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(high - step * 1e-6)
        expect(ticks.length).toBeLessThanOrEqual(count + 3)
        expect([1, 2, 5]).toContain(Number(step.toExponential(6).split('e')[0]))
      }),
    )
  })
})

describe('linearScale', () => {
  it('puts its ends at the ends, and what lies beyond them too', () => {
    const scale = linearScale([0, 0.9], places)
    expect([0, 0.5, 1, 7, -7].map(scale.at)).toEqual([10, 60, 110, 110, 10])
  })
})

describe('logScale', () => {
  it.each([
    [
      [3, 40],
      [2, 5, 10, 20, 50],
    ],
    [
      [1, 9000],
      [1, 10, 100, 1000, 10000],
    ],
    [
      [100, 100],
      [100, 200],
    ],
    [
      [1, 1],
      [1, 2],
    ],
    [
      [0.5, 6],
      [0.5, 1, 2, 5, 10],
    ],
  ])('of %j has the ticks %j', (values, ticks) => {
    expect(logScale(values, places).ticks).toEqual(ticks)
  })

  it('gives equal ratios equal distances', () => {
    const { at } = logScale([1, 9000], places)
    expect([1, 10, 100, 10000].map((ms) => Math.round(at(ms)))).toEqual([10, 35, 60, 110])
  })

  it('encloses whatever is above zero', () => {
    const positive = fc.double({ min: 1e-3, max: 1e7, noNaN: true })
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 5 }), (values) => {
        const { low, high } = logScale(values, places)
        expect(low).toBeLessThanOrEqual(Math.min(...values) * (1 + 1e-6))
        expect(high).toBeGreaterThanOrEqual(Math.max(...values) * (1 - 1e-6))
        expect(high).toBeGreaterThan(low)
      }),
    )
  })
})
