import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selectLargest } from './select-largest.ts'

// Few distinct values, so that equal ones are common.
const values = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 80 })

describe('selectLargest', () => {
  it('puts as many of the largest to the front as are needed, smaller ids first among equals', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 90 }), (values, need) => {
        const ids = Int32Array.from(values.keys())
        const count = selectLargest({ ids, values: Float32Array.from(values) }, ids.length, need)
        const order = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b)
        expect(new Set(ids.subarray(0, count))).toEqual(new Set(order.slice(0, need)))
        expect([...ids].sort((a, b) => a - b)).toEqual([...values.keys()])
      }),
    )
  })

  it('counts by weight when there are weights', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 300 }), (values, need) => {
        const ids = Int32Array.from(values.keys())
        const weights = Float64Array.from(values)
        const ranking = { ids, values: Float32Array.from(values), weights }
        const count = selectLargest(ranking, ids.length, need)
        const order = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b)
        const before = (i: number): number =>
          order.slice(0, i).reduce((sum, id) => sum + values[id]!, 0)
        const expected = order.filter((_, i) => before(i) < need)
        expect(new Set(ids.subarray(0, count))).toEqual(new Set(expected))
      }),
    )
  })

  it('stays fast on sorted input', () => {
    const size = 200_000
    const values = Float32Array.from({ length: size }, (_, i) => i)
    const ids = Int32Array.from({ length: size }, (_, i) => i)
    expect(selectLargest({ ids, values }, size, 3)).toBe(3)
    expect([...ids.subarray(0, 3)].sort()).toEqual([size - 3, size - 2, size - 1])
  })
})
