import { describe, expect, it } from 'vitest'
import { createTraceId } from './trace-id.ts'

describe('createTraceId', () => {
  it('sorts by time, character by character', () => {
    const times = [0, 1, 35, 36, 1e12, Date.UTC(2026, 10, 20), Date.UTC(2100, 0, 1), 36 ** 9 - 1]
    const ids = times.map((time) => createTraceId(time))
    expect(ids.toSorted()).toEqual(ids)
  })

  it('is another one each time', () => {
    const ids = Array.from({ length: 1_000 }, () => createTraceId(1))
    expect(new Set(ids).size).toBe(1_000)
    for (const id of ids) expect(id).toMatch(/^tr_[0-9a-z]{9}[0-9a-f]{14}$/)
  })
})
