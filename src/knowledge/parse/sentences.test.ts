import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { segmentSentences } from './sentences.ts'

function sentences(text: string): string[] {
  return segmentSentences(text).map(({ start, end }) => text.slice(start, end))
}

describe('segmentSentences', () => {
  it('splits after full stops, question and exclamation marks', () => {
    expect(sentences('It works. Does it? Yes! Good.')).toEqual([
      'It works.',
      'Does it?',
      'Yes!',
      'Good.',
    ])
  })

  it.each([
    'Use a proxy, e.g. Nginx, or i.e. Apache.',
    'Ask Dr. Smith or Mr. Jones about No. 5 and Fig. 2.',
    'Tested by J. R. Miller in the U.S. Army on Jan. 5.',
    'Needs v2.1.0 or 3.5 of Node.js on .NET Core.',
    'Edit config.js, see https://example.com/a.b?c=d. today',
    'See [the guide. Part two](./a.md "Title. More") for it.',
    'Run `a.b. C` now.',
    'It said "Stop. Go. Wait" and left.',
    'It ended (at last. Really) in May.',
    '1. Open the menu',
  ])('keeps %j whole', (text) => {
    expect(sentences(text)).toEqual([text])
  })

  it('splits before a sentence that opens with code, a link target or a number', () => {
    expect(sentences('Install it. `npm start` runs it. 10 users may log in.')).toEqual([
      'Install it.',
      '`npm start` runs it.',
      '10 users may log in.',
    ])
    expect(sentences('See [Docs](a.md). [Next](b.md) follows.')).toEqual([
      'See [Docs](a.md).',
      '[Next](b.md) follows.',
    ])
  })

  it('keeps bold markers with their sentence', () => {
    expect(sentences('**Note.** This matters. _Really._ Yes.')).toEqual([
      '**Note.**',
      'This matters.',
      '_Really._',
      'Yes.',
    ])
  })

  it('splits after initials where a common opening word follows', () => {
    expect(sentences('Made in the U.S. The rest is not.')).toEqual([
      'Made in the U.S.',
      'The rest is not.',
    ])
  })

  it('joins lines of a paragraph and separates paragraphs and list items', () => {
    expect(sentences('One line\ngoes on.\n\nNext paragraph\n- First item\n- Second item')).toEqual([
      'One line\ngoes on.',
      'Next paragraph',
      'First item',
      'Second item',
    ])
  })

  it('splits Chinese and Hindi at their own full stops', () => {
    expect(sentences('今天天气很好。我们出去。')).toEqual(['今天天气很好。', '我们出去。'])
    expect(sentences('यह अच्छा है। वह नहीं।')).toEqual(['यह अच्छा है।', 'वह नहीं।'])
  })

  it('returns nothing for text without letters or digits', () => {
    expect(sentences(' \n--- ... !')).toEqual([])
  })

  it('returns ordered, disjoint, trimmed spans that hold every letter', () => {
    const words = fc.constantFrom(
      'Word',
      'e.g.',
      '3.5',
      '`a. B`',
      '[x. Y](z)',
      '**b.**',
      '. ',
      '! ',
      ' ',
      '\n',
      '\n\n',
      '- ',
      '"',
      '(',
      ')',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 5 }))),
        (parts) => {
          const text = parts.join('')
          const spans = segmentSentences(text)
          let covered = 0
          for (const { start, end } of spans) {
            expect(start).toBeGreaterThanOrEqual(covered)
            expect(text.slice(covered, start)).not.toMatch(/\p{L}/u)
            expect(text.slice(start, end).trim()).toBe(text.slice(start, end))
            expect(end).toBeGreaterThan(start)
            covered = end
          }
          expect(text.slice(covered)).not.toMatch(/\p{L}/u)
        },
      ),
      { numRuns: 500 },
    )
  })
})
