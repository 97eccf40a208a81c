import { describe, expect, it } from 'vitest'
import { summariseLatency } from './timing.ts'

describe('summariseLatency', () => {
  it('takes percentiles by nearest rank from unsorted samples', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(summariseLatency(samples)).toEqual({ count: 100, p50: 50, p95: 95, max: 100 })
  })

  it('gives the one sample everywhere', () => {
    expect(summariseLatency([7])).toEqual({ count: 1, p50: 7, p95: 7, max: 7 })
  })

  it('has no number without samples', () => {
    expect(summariseLatency([])).toEqual({ count: 0, p50: NaN, p95: NaN, max: NaN })
  })
})
