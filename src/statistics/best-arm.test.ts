import { describe, expect, it } from 'vitest'
import { type Arm, bestArm, type Criterion } from './best-arm.ts'
import { betaCdf } from './distributions/beta.ts'

const items = (n: number, prefix = 'item'): string[] =>
  Array.from({ length: n }, (_, i) => `${prefix} ${i}`)
const accuracy = (n: number, weight = 1): Criterion => ({
  name: 'accuracy',
  weight,
  units: items(n),
})
const arm = (name: string, ...runs: Arm['runs'][number][]): Arm => ({ name, runs })
const pBest = (result: ReturnType<typeof bestArm>): number[] => result.arms.map((a) => a.pBest)

describe('bestArm', () => {
  it('gives the chance that the Bayesian bootstrap has in closed form', () => {
    // Items that only one arm wins: seven and three. Their weights are Beta(7, 3).
    const first = [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1]
    const second = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    const arms = [arm('a', { accuracy: first }), arm('b', { accuracy: second })]
    const [a, b] = pBest(bestArm([accuracy(12)], arms, { rounds: 20_000 }))
    expect(a).toBeCloseTo(betaCdf(0.5, 3, 7), 1.9)
    expect(a! + b!).toBeCloseTo(1, 12)
  })

  it('draws the weights of the criteria from a Dirichlet distribution', () => {
    const criteria = [
      { name: 'quality', weight: 3, units: ['all'] },
      { name: 'cost', weight: 2, units: ['all'] },
    ]
    const arms = [arm('a', { quality: [1], cost: [0] }), arm('b', { quality: [0], cost: [1] })]
    const [a] = pBest(bestArm(criteria, arms, { rounds: 20_000 }))
    // The weight of quality is Beta(24, 16).
    expect(a).toBeCloseTo(1 - betaCdf(0.5, 24, 16), 1.9)
    const [firmly] = pBest(bestArm(criteria, arms, { concentration: 1_000 }))
    expect(firmly).toBe(1)
  })

  it('keeps items paired: a small gain on every item is certain', () => {
    const scores = items(30).map((_, i) => (i % 10) / 10)
    const gained = scores.map((score) => score + 0.01)
    const arms = [arm('base', { accuracy: scores }), arm('tuned', { accuracy: gained })]
    const result = bestArm([accuracy(30)], arms)
    expect(result).toMatchObject({ best: 'tuned', tied: ['tuned'] })
    expect(pBest(result)).toEqual([0, 1])
  })

  it('redraws the items of a cluster together', () => {
    const values = items(40).map((_, i) => Number(i < 28))
    const arms = [arm('a', { accuracy: values }), arm('b', { accuracy: values.map((v) => 1 - v) })]
    const clustered = {
      ...accuracy(40),
      units: values.map((_, i) => `document ${Math.floor(i / 4)}`),
    }
    const [alone, together] = [accuracy(40), clustered].map((c) => pBest(bestArm([c], arms))[0]!)
    expect(alone).toBeGreaterThan(0.99)
    expect(together).toBeLessThan(0.95)
  })

  it('ties arms that are alike, and splits the chance between them', () => {
    const values = [1, 0, 1, 1, 0, 1]
    const arms = ['a', 'b'].map((name) => arm(name, { accuracy: values }))
    const result = bestArm([accuracy(6)], arms)
    expect(result.tied).toEqual(['a', 'b'])
    expect(pBest(result)).toEqual([0.5, 0.5].map((share) => expect.closeTo(share, 12)))
  })

  it('shows the spread of seeds', () => {
    const flat = (value: number) => ({ accuracy: items(50).map(() => value) })
    const arms = [arm('base', flat(0.5)), arm('tuned', flat(0.8), flat(0.4), flat(0.8), flat(0.8))]
    const result = bestArm([accuracy(50)], arms)
    expect(result.best).toBe('tuned')
    expect(result.tied).toEqual(['base', 'tuned'])
    expect(pBest(result)[1]).toBeCloseTo(0.75, 1)
  })

  it('leaves a criterion of weight 0 out of every draw', () => {
    const criteria = [accuracy(4), { ...accuracy(4, 0), name: 'speed' }]
    const arms = [
      arm('a', { accuracy: [1, 1, 1, 1], speed: [0, 0, 0, 0] }),
      arm('b', { accuracy: [0, 0, 0, 0], speed: [1, 1, 1, 1] }),
    ]
    expect(pBest(bestArm(criteria, arms))).toEqual([1, 0])
  })

  it('names the arm and the criterion where scores are missing', () => {
    const arms = [arm('a', { accuracy: [1, 0] }), arm('b', {})]
    expect(() => bestArm([accuracy(2)], arms)).toThrow('b.runs[0].accuracy holds no values')
    expect(() => bestArm([accuracy(3)], arms)).toThrow('a.runs[0].accuracy has 2 entries')
  })
})
