import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../test/helpers/random.ts'
import { collectExamples, type ExampleSet, exampleLength } from './examples.ts'
import { bucketLength } from './layout.ts'
import { resolveSettings, type Settings, type TrainOptions } from './options.ts'
import { packRows } from './pack.ts'
import { planRun, planScoring } from './plan.ts'

function randomSet(count: number, [shortest, longest]: [number, number], seed = 1): ExampleSet {
  const random = seededRandom(seed)
  return collectExamples(
    Array.from({ length: count }, () => {
      const length = random.between(shortest, longest)
      const mask = Array.from({ length }, (_, i) => Number(i > 0 && random.next() < 0.5))
      return { tokens: mask, mask }
    }),
  )
}

const settingsOf = (options: Partial<TrainOptions> = {}): Settings =>
  resolveSettings({ model: 'm', output: 'o', examples: [], ...options })
const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const sorted = (items: readonly number[]): number[] => items.toSorted((a, b) => a - b)

describe('planRun', () => {
  it('uses each example once in every epoch, in an order of its own', () => {
    const { steps } = planRun(randomSet(200, [5, 60]), all(200), settingsOf({ epochs: 2 }))
    const [first, second] = [0, 1].map((epoch) =>
      steps
        .filter((step) => step.epoch === epoch)
        .flatMap(({ batches }) => batches.flatMap(({ rows }) => rows.flat())),
    )
    expect(sorted(first!)).toEqual(all(200))
    expect(sorted(second!)).toEqual(all(200))
    expect(first).not.toEqual(second)
  })

  it('depends on its arguments only, the seed among them', () => {
    const plan = (seed: number) => planRun(randomSet(50, [5, 60]), all(50), settingsOf({ seed }))
    expect(plan(3)).toEqual(plan(3))
    expect(plan(3)).not.toEqual(plan(4))
  })

  it('keeps every batch within its shape', () => {
    for (const options of [{}, { packing: false }, { accumulate: 3, rows: 2 }] as const) {
      const set = randomSet(120, [2, 90])
      for (const { batches } of planRun(set, all(120), settingsOf(options)).steps)
        for (const { rows, shape } of batches) {
          expect(rows.length).toBeLessThanOrEqual(shape.rows)
          for (const row of rows)
            expect(row.reduce((sum, i) => sum + exampleLength(set, i), 0)).toBeLessThanOrEqual(
              shape.length,
            )
        }
    }
  })

  it('fills rows: less than a twentieth is padding where examples are short', () => {
    const { paddingShare } = planRun(randomSet(500, [10, 60]), all(500), settingsOf())
    expect(paddingShare).toBeLessThan(0.05)
  })

  it('gives all steps of an epoch about the same number of rows', () => {
    const set = randomSet(41, [250, 256])
    const { steps } = planRun(set, all(41), settingsOf({ rows: 4, accumulate: 2, epochs: 1 }))
    const sizes = steps.map(({ batches }) => batches.flatMap(({ rows }) => rows).length)
    // 41 rows in 11 batches: 3 or 4 rows in each, two batches in each step but one.
    expect(sorted(sizes)).toEqual([4, 7, 7, 7, 8, 8])
  })

  it('has few shapes', () => {
    const packed = planRun(randomSet(400, [5, 100]), all(400), settingsOf())
    expect(shapesOf(packed.steps.flatMap(({ batches }) => batches)).size).toBeLessThanOrEqual(2)
    const padded = planRun(randomSet(400, [5, 100]), all(400), settingsOf({ packing: false }))
    expect(shapesOf(padded.steps.flatMap(({ batches }) => batches)).size).toBeLessThanOrEqual(10)
  })

  it('goes through epochs until it has as many steps as are asked for', () => {
    const set = randomSet(10, [5, 10])
    expect(planRun(set, all(10), settingsOf({ steps: 7 })).steps.length).toBe(7)
  })

  it('makes small batches of a small data set, so that there are steps to learn in', () => {
    const set = randomSet(100, [40, 60])
    const [step] = planRun(set, all(100), settingsOf()).steps
    expect(step!.batches[0]!.shape).toMatchObject({ rows: 1, length: 256 })
    const large = randomSet(3000, [40, 60])
    const [other] = planRun(large, all(3000), settingsOf()).steps
    expect(other!.batches[0]!.shape).toMatchObject({ rows: 4, length: 256 })
  })

  it('says which example does not fit a row that is too short', () => {
    const set = randomSet(10, [20, 20])
    expect(() => planRun(set, all(10), settingsOf({ length: 16 }))).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: 'length is 16, example 0 has 20 tokens',
      }),
    )
  })
})

describe('planScoring', () => {
  it('holds each example once', () => {
    const set = randomSet(70, [2, 300])
    const examples = planScoring(set, all(70)).flatMap(({ rows }) => rows.flat())
    expect(sorted(examples)).toEqual(all(70))
  })
})

describe('packRows', () => {
  it('places every item once, in rows that are long enough', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 200 }), (sizes) => {
        const rows = packRows(all(sizes.length), (item) => sizes[item]!, 50)
        expect(sorted(rows.flat())).toEqual(all(sizes.length))
        for (const row of rows)
          expect(row.reduce((sum, item) => sum + sizes[item]!, 0)).toBeLessThanOrEqual(50)
      }),
    )
  })
})

describe('bucketLength', () => {
  it('is at least the length and at most half more, from 32 up', () => {
    for (let length = 32; length < 3000; length++) {
      expect(bucketLength(length)).toBeGreaterThanOrEqual(length)
      expect(bucketLength(length)).toBeLessThanOrEqual(length * 1.5)
    }
    expect(bucketLength(1)).toBe(32)
  })
})

function shapesOf(batches: readonly { shape: object }[]): Set<string> {
  return new Set(batches.map(({ shape }) => JSON.stringify(shape)))
}
