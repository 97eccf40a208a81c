import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginningsOf, scanWords } from './word-scan.ts'
import { words } from './words.ts'

function scanned(text: string, beginnings?: Uint8Array): string[] {
  const found: string[] = []
  scanWords(text.toLowerCase(), (word, position) => found.push(`${position}:${word}`), beginnings)
  return found
}

/** What the regular expression of words.ts finds, without what follows an apostrophe. */
function expected(text: string): string[] {
  return words(text).map((word, position) => `${position}:${word.replace(/['’].*$/, '')}`)
}

describe('scanWords', () => {
  it.each([
    ['plain words', 'The quick, brown fox.'],
    ['apostrophes', "The customer's cart isn't 'empty'; rock ’n’ roll, don’t"],
    ['digits and versions', 'v2.1 costs $49.90 a-b_c'],
    ['letters with marks', 'Größe, naïve, ΑΒΓ, привет'],
    ['nothing', ''],
    ['no words', ' -- !? \n'],
  ])('finds the words that the regular expression finds: %s', (_, text) => {
    expect(scanned(text)).toEqual(expected(text))
  })

  it('agrees with the regular expression on any text of the first plane', () => {
    const character = fc.oneof(
      fc.constantFrom(...'abz09 \'’".-_\n'),
      fc.integer({ min: 1, max: 0xd7ff }).map((code) => String.fromCharCode(code)),
    )
    fc.assert(
      fc.property(fc.array(character, { maxLength: 60 }), (characters) => {
        const text = characters.join('')
        expect(scanned(text)).toEqual(expected(text))
      }),
      { numRuns: 500 },
    )
  })

  it('skips words that start otherwise, and still counts them', () => {
    const beginnings = beginningsOf(['refund', 'a'])
    expect(scanned('We refund a paid order within refunds days', beginnings)).toEqual([
      '1:refund',
      '2:a',
      '6:refunds',
    ])
  })
})
