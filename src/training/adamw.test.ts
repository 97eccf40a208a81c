import { describe, expect, it } from 'vitest'
import { readFixture } from '../../test/fixtures/engine/read-fixture.ts'
import { type AdamWSettings, adamW, euclideanNorm } from './adamw.ts'

/** Made by test/fixtures/engine/make-training-fixtures.py with torch.optim.AdamW. */
const { adamw: reference } = readFixture<{
  adamw: {
    settings: AdamWSettings
    decaying: number
    start: number[]
    rates: number[]
    gradients: number[][]
    values: number[][]
  }
}>('training.json')

const { settings, decaying, start, rates, gradients, values } = reference

function run(change: { gradientScale: number; gradients: number[][] }): number[][] {
  const state = {
    values: Float32Array.from(start),
    first: new Float32Array(start.length),
    second: new Float32Array(start.length),
  }
  const ranges = [
    { start: 0, end: decaying, decays: true },
    { start: decaying, end: start.length, decays: false },
  ]
  return rates.map((rate, i) => {
    const step = { ...settings, rate, step: i + 1, ranges, gradientScale: change.gradientScale }
    adamW(state, { ...step, gradients: Float32Array.from(change.gradients[i]!) })
    return [...state.values]
  })
}

function expectClose(found: number[][], expected: number[][]): void {
  for (const [i, row] of expected.entries())
    for (const [j, value] of row.entries()) expect(found[i]![j], `${i} ${j}`).toBeCloseTo(value, 6)
}

describe('adamW', () => {
  it('makes the steps of torch.optim.AdamW, with and without decay', () => {
    expectClose(run({ gradientScale: 1, gradients }), values)
  })

  it('scales gradients before it uses them', () => {
    const doubled = gradients.map((row) => row.map((value) => value * 2))
    expectClose(run({ gradientScale: 0.5, gradients: doubled }), values)
  })
})

describe('euclideanNorm', () => {
  it('is the root of the sum of squares', () => {
    expect(euclideanNorm(Float32Array.of(3, 0, -4))).toBe(5)
  })

  it('does not overflow where float32 would', () => {
    expect(euclideanNorm(new Float32Array(4).fill(1e30))).toBeCloseTo(2e30, -25)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'is not finite with %d among the values',
    (bad) => {
      expect(Number.isFinite(euclideanNorm(Float32Array.of(1, bad)))).toBe(false)
    },
  )
})
