import { describe, expect, it } from 'vitest'
import { callClaims, jsonClaims, labelClaims } from './claims.ts'
import { f1ByPart, pairedF1, tallyOf } from './f1.ts'

const labels = (pairs: [string, string][]) =>
  pairs.map(([written, wanted]) => tallyOf(labelClaims(written), labelClaims(wanted)))

describe('claims', () => {
  it('of JSON are its values under their paths; nulls say nothing', () => {
    expect(jsonClaims('{"a":{"b":1},"c":null,"d":["x",{"e":true}]}')).toEqual([
      { part: 'a.b', value: '1' },
      { part: 'd[]', value: '"x"' },
      { part: 'd[].e', value: 'true' },
    ])
    expect(jsonClaims('{"a":')).toEqual([])
  })

  it('of calls are arguments under their tool', () => {
    expect(callClaims([{ name: 'find', arguments: { city: 'Rome' } }])).toEqual([
      { part: 'find.city', value: '"Rome"' },
    ])
  })
})

describe('F1', () => {
  // a: 2 of 3 found, 1 wrongly: 4/6; b: 1 of 2, 1 wrongly: 2/4; c: none of 1.
  const tallies = labels([
    ['a', 'a'],
    ['a', 'a'],
    ['b', 'a'],
    ['b', 'b'],
    ['a', 'b'],
    ['nonsense', 'c'],
  ])

  it('of each label that is wanted, as worked out by hand', () => {
    expect(f1ByPart(tallies)).toEqual([
      { name: 'a', wanted: 3, f1: 4 / 6 },
      { name: 'b', wanted: 2, f1: 2 / 4 },
      { name: 'c', wanted: 1, f1: 0 },
    ])
  })

  it('is averaged over labels, or over all pieces', () => {
    expect(pairedF1(tallies, tallies, 'macro').after.share).toBeCloseTo((4 / 6 + 2 / 4) / 3, 12)
    expect(pairedF1(tallies, tallies, 'micro').after.share).toBeCloseTo(3 / 6, 12)
  })

  it('has an interval that narrows with more items, and the same one again', () => {
    const many = Array.from({ length: 10 }, () => tallies).flat()
    const width = (rows: typeof tallies) => {
      const { low, high } = pairedF1(rows, rows, 'micro').after
      return high - low
    }
    expect(width(many)).toBeLessThan(0.5 * width(tallies))
    expect(width(many)).toBe(width(many))
  })

  it('is paired: arms that err on the same items differ by nothing', () => {
    expect(pairedF1(tallies, tallies, 'macro').difference).toEqual({ share: 0, low: 0, high: 0 })
    const right = labels([
      ['a', 'a'],
      ['a', 'a'],
      ['a', 'a'],
      ['b', 'b'],
      ['b', 'b'],
      ['c', 'c'],
    ])
    const { difference } = pairedF1(tallies, right, 'micro')
    expect(difference.share).toBeCloseTo(0.5, 12)
    expect(difference.low).toBeGreaterThan(0)
  })

  it('counts a value that is written twice once, and nothing wanted and written as right', () => {
    const wanted = jsonClaims('{"items":["x"]}')
    expect(tallyOf(jsonClaims('{"items":["x","x"]}'), wanted).get('items[]')).toEqual({
      right: 1,
      extra: 1,
      missing: 0,
    })
    const empty = [tallyOf([], [])]
    expect(pairedF1(empty, empty, 'micro').after.share).toBe(1)
  })
})
