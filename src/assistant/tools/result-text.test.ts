import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resultSpans, resultText } from './result-text.ts'

describe('result text', () => {
  it.each([
    [
      { order: 'A-1', expectedAt: 'Monday', paid: true },
      'order: A-1, expected at: Monday, paid: yes',
    ],
    [
      { id: 7, lines: [{ article: 'lamp' }, { article: 'desk' }] },
      'id: 7\nlines 1: article: lamp\nlines 2: article: desk',
    ],
    [{ tags: ['a', 'b'], none: null, list: [] }, 'none: none\ntags: a, b\nlist: none'],
    ['It is done.\n\nAll of it.', 'It is done.\nAll of it.'],
    [undefined, 'done'],
    [42, '42'],
  ])('of %j is %j', (value, text) => {
    expect(resultText(value)).toBe(text)
  })

  it('says that it leaves something out', () => {
    const text = resultText('word '.repeat(5_000))
    expect(text.length).toBeLessThan(6_100)
    expect(text).toContain('(the rest of the result is left out)')
  })
})

describe('result spans', () => {
  it('are the sentences of a line, and lines without one as they are', () => {
    const text = 'It is shipped. It comes on Monday.\norder: A-1, status: shipped'
    const quotes = resultSpans(text).map(({ start, end }) => text.slice(start, end))
    expect(quotes).toEqual(['It is shipped.', 'It comes on Monday.', 'order: A-1, status: shipped'])
  })

  it('lie within any result, in order and without overlap', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = resultText(value)
        expect(text.isWellFormed()).toBe(true)
        let last = 0
        for (const { start, end } of resultSpans(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          last = end
        }
      }),
      { seed: 5 },
    )
  })
})
