import { describe, expect, it } from 'vitest'
import { hierarchicalBootstrap, seedsInterval } from './seeds.ts'

const items = Array.from({ length: 60 }, (_, i) => Math.sin(i) / 10)
const clusters = items.map((_, i) => `document ${i % 20}`)
const shifted = (...shifts: number[]): number[][] =>
  shifts.map((shift) => items.map((value) => value + shift))
const width = ({ low, high }: { low: number; high: number }): number => high - low

describe('seedsInterval', () => {
  it('widens as seeds disagree, down to two degrees of freedom for three seeds', () => {
    const agreeing = seedsInterval(shifted(0.1, 0.1, 0.1), { clusters })
    const apart = seedsInterval(shifted(0, 0.1, 0.2), { clusters })
    expect(apart.estimate).toBeCloseTo(agreeing.estimate, 12)
    expect(width(apart)).toBeGreaterThan(5 * width(agreeing))
    // Three means 0.1 apart: t(2) = 4.303 times 0.1/√3, and a little for the items.
    expect(width(apart) / 2).toBeGreaterThan(4.3 * (0.1 / Math.sqrt(3)) * 0.95)
  })

  it('says when one seed turns the result around', () => {
    expect(seedsInterval(shifted(0.2, 0.3, -0.1)).signReversed).toBe(true)
    expect(seedsInterval(shifted(0.2, 0.3, 0.1)).signReversed).toBe(false)
    expect(seedsInterval(shifted(0.2, 0.3, 0.1)).bySeed).toHaveLength(3)
  })

  it('flags runs in which nothing varies', () => {
    const same = [
      [0.5, 0.5],
      [0.5, 0.5],
    ]
    for (const interval of [seedsInterval(same), hierarchicalBootstrap(same)]) {
      expect(interval).toMatchObject({ estimate: 0.5, low: 0.5, high: 0.5, degenerate: true })
    }
  })
})

describe('hierarchicalBootstrap', () => {
  it('shows the spread of seeds and of clusters', () => {
    const options = { clusters, rounds: 2_000 }
    const agreeing = hierarchicalBootstrap(shifted(0.1, 0.1, 0.1), options)
    const apart = hierarchicalBootstrap(shifted(0, 0.1, 0.2), options)
    const alone = hierarchicalBootstrap(shifted(0.1, 0.1, 0.1), { rounds: 2_000 })
    expect(width(apart)).toBeGreaterThan(2 * width(agreeing))
    expect(width(agreeing)).not.toBeCloseTo(width(alone), 4)
  })

  it('keeps the items of a cluster together', () => {
    const alike = [0, 1].map(() => items.map((_, i) => (i % 20 < 10 ? 1 : 0)))
    const together = hierarchicalBootstrap(alike, { clusters, rounds: 2_000 })
    const apart = hierarchicalBootstrap(alike, { rounds: 2_000 })
    expect(width(together)).toBeGreaterThan(1.5 * width(apart))
  })
})
