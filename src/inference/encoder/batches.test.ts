import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchesByLength } from './batches.ts'

const lengths = fc.array(fc.integer({ min: 1, max: 50 }))
const limits = fc.integer({ min: 1, max: 200 })

describe('batchesByLength', () => {
  it('takes each text once and keeps padded batches within the limit, single texts excepted', () => {
    fc.assert(
      fc.property(lengths, limits, (all, limit) => {
        const batches = batchesByLength(all, limit)
        expect(batches.flat().sort((a, b) => a - b)).toEqual(all.map((_, text) => text))
        for (const batch of batches) {
          const padded = batch.length * Math.max(...batch.map((text) => all[text]!))
          if (batch.length > 1) expect(padded).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('puts texts of like length together', () => {
    expect(batchesByLength([1, 9, 2, 10, 1], 20)).toEqual([
      [3, 1],
      [2, 0, 4],
    ])
  })
})
