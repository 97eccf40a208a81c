import { describe, expect, it } from 'vitest'
import { readFixture } from '../../test/fixtures/engine/read-fixture.ts'
import { learningRate, type Schedule, warmupSteps } from './schedule.ts'

/** Made by test/fixtures/engine/make-training-fixtures.py with the schedules of transformers. */
const { schedules } = readFixture<{ schedules: (Schedule & { rates: number[] })[] }>(
  'training.json',
)

describe('learningRate', () => {
  it.each(schedules)(
    'is that of transformers: $curve, $warmupSteps of $steps steps warm-up',
    ({ rates, ...schedule }) => {
      for (const [step, rate] of rates.entries())
        expect(learningRate(schedule, step), `step ${step}`).toBeCloseTo(rate, 12)
    },
  )
})

describe('warmupSteps', () => {
  it('takes a share of all steps below 1, and a number of steps from 1 up', () => {
    expect(warmupSteps(0.1, 95)).toBe(10)
    expect(warmupSteps(0, 95)).toBe(0)
    expect(warmupSteps(5, 95)).toBe(5)
  })

  it('is never longer than the run', () => {
    expect(warmupSteps(100, 20)).toBe(20)
  })
})
