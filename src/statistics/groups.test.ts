import { describe, expect, it } from 'vitest'
import { designEffect, intraclassCorrelation, pairedDifferences } from './groups.ts'

const clusters = ['a', 'a', 'b', 'b', 'c', 'c']

describe('intraclassCorrelation', () => {
  it('is 1 where clusters agree within, and negative where they differ only within', () => {
    expect(intraclassCorrelation([1, 1, 0, 0, 1, 1], clusters)).toBe(1)
    expect(intraclassCorrelation([1, 0, 0, 1, 1, 0], clusters)).toBe(-1)
  })

  it('needs values that differ, and a cluster of two', () => {
    expect(() => intraclassCorrelation([1, 1, 1, 1, 1, 1], clusters)).toThrow('all 6 values are 1')
    expect(() => intraclassCorrelation([1, 0], ['a', 'b'])).toThrow('holds one value')
  })
})

describe('designEffect', () => {
  it('runs from 1 to the cluster size', () => {
    expect(designEffect([1, 0, 0, 1, 1, 0], clusters)).toBe(1)
    expect(designEffect([1, 1, 0, 0, 1, 1], clusters)).toBe(2)
  })

  it('counts whole clusters only where no value differs, and single items in full', () => {
    expect(designEffect([0, 0, 0, 0, 0, 0], clusters)).toBe(2)
    expect(designEffect([0, 0, 0], ['a', 'b', 'c'])).toBe(1)
  })
})

describe('pairedDifferences', () => {
  it('takes the second from the first, item by item', () => {
    expect(pairedDifferences([3, 1, 2], [1, 1, 5])).toEqual([2, 0, -3])
  })
})
