/** @file The difference of two texts, line by line. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadWebModule } from './web-module.ts'

type Line = { change: 'same' | 'removed' | 'added'; text: string }
const { diffLines } = await loadWebModule<{ diffLines(before: string, after: string): Line[] }>(
  'knowledge/line-diff.js',
)

const signs = { same: ' ', removed: '-', added: '+' }
const show = (before: string, after: string): string[] =>
  diffLines(before, after).map(({ change, text }) => signs[change] + text)

const side = (lines: Line[], without: Line['change']): string =>
  lines
    .filter(({ change }) => change !== without)
    .map(({ text }) => text)
    .join('\n')

describe('diffLines', () => {
  it('keeps what both have and marks the rest', () => {
    expect(show('a\nb\nc\nd', 'a\nx\nc\nd\ne')).toEqual([' a', '-b', '+x', ' c', ' d', '+e'])
  })

  it('finds the shortest difference', () => {
    const lines = diffLines('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc')
    expect(lines.filter(({ change }) => change !== 'same')).toHaveLength(5)
  })

  it('gives back both texts, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
    fc.assert(
      fc.property(text, text, (old, now) => {
        const [before, after] = [old.join('\n'), now.join('\n')]
        const lines = diffLines(before, after)
        expect(side(lines, 'added')).toBe(before)
        expect(side(lines, 'removed')).toBe(after)
      }),
    )
  })

  it('gives up on texts that share little, and shows both', () => {
    const text = (word: string): string =>
      Array.from({ length: 1200 }, (_, i) => `${word} ${i}`).join('\n')
    const lines = diffLines(text('old'), text('new'))
    expect(lines).toHaveLength(2400)
    expect(side(lines, 'added')).toBe(text('old'))
  })
})
