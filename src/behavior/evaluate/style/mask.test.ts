import { describe, expect, it } from 'vitest'
import { maskContent } from './mask.ts'

describe('maskContent', () => {
  const cases: [string, string, string][] = [
    [
      'numbers, prices and codes',
      'It costs $1,299.50 or 12 % of ORD-1234, since 2024-05-06.',
      'It costs № or № of №, since №.',
    ],
    [
      'names within a sentence',
      'Ask Anna Berg in Paris, I can wait. Then go.',
      'Ask ◆ in ◆, I can wait. Then go.',
    ],
    [
      'quoted spans',
      'The page says "Plans renew yearly" and “no refunds”.',
      'The page says ❝ and ❝.',
    ],
    ['block quotes', 'In short:\n> Default is 360 minutes.\nBye', 'In short:\n❝\nBye'],
    ['citation markers', 'It renews [3], mostly [1, 2].', 'It renews ※, mostly ※.'],
    [
      'links and addresses',
      'See https://a.example/x?y=1 or write to help@example.com.',
      'See ⌁ or write to ⌁.',
    ],
    ['code', 'Run `npm ci` first.', 'Run ⌗ first.'],
    ['placeholders', 'Call {{Phone Number}} now', 'Call ▭ now'],
  ]
  for (const [what, text, masked] of cases)
    it(`hides ${what}`, () => expect(maskContent(text)).toBe(masked))

  it('keeps what is form: items, sentences, contractions', () => {
    const text = "Don't worry!\n\n- First, log in.\n- Then wait, please."
    expect(maskContent(text)).toBe(text)
    expect(maskContent('1. Log in.\n2. Wait.')).toBe('•. Log in.\n•. Wait.')
  })

  it('hides the names that it is told', () => {
    expect(maskContent('Acme Cloud is here.', { names: ['Acme Cloud'] })).toBe('◆ is here.')
  })
})
