import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches, textMatching } from './automaton.ts'
import { parsePattern, wholeText } from './pattern.ts'

const patterns = [
  'a|b1|',
  '(ab)*|b{2,}',
  '(a|b)?1{1,3}-',
  '(?:a+?b)+1*?',
  '(?<name>a{2}|é){0,2}',
  '[a-bé]+\\d',
  '[^a-b\\n]*',
  '[\\d-]+a[.\\-]',
  '[\\w-]{2}',
  'a.b',
  '\\s\\S|\\w\\W|\\D',
  '\\p{L}\\P{L}',
  '\\x61\\u0062\\u{1F98A}?',
  '\\ud83e\\udd8a+',
  '[\\u{1F980}-\\u{1F98F}]|[\\s\\n]',
  '\\t|\\n|\\cJ|\\0|\\.|\\/|\\-',
  '((a|1)(b|-)){2}|()',
  '[^]{3}|[]',
  'a{0}b{1}',
]
const search = ['^a', 'b$', '^(ab|1)$', 'a|^b|1$', '(^a|b$)', '^$', '$', '', '^(?:a*)$', '1.a']

/** Characters that the patterns care about, so that matches are common. */
const texts = fc.string({
  unit: fc.constantFrom('a', 'b', '1', '-', ' ', '\n', '.', '_', 'é', '\u{1f98a}', '\0'),
  maxLength: 7,
})

describe('pattern', () => {
  it.each(patterns)('accepts what RegExp accepts for /^(?:%s)$/', (source) => {
    const automaton = textMatching(wholeText(parsePattern(source), source, { search: false }))
    const expression = new RegExp(`^(?:${source.replaceAll('\\-', '-')})$`, 'u')
    fc.assert(
      fc.property(texts, (text) => {
        expect(matches(automaton, text)).toBe(expression.test(text))
      }),
    )
  })

  it.each([...patterns, ...search])('finds what RegExp finds for /%s/', (source) => {
    const automaton = textMatching(wholeText(parsePattern(source), source, { search: true }))
    const expression = new RegExp(source.replaceAll('\\-', '-'), 'u')
    fc.assert(
      fc.property(texts, (text) => {
        expect(matches(automaton, text)).toBe(expression.test(text))
      }),
    )
  })

  it('agrees with RegExp on every class of single characters', () => {
    const characters = Array.from({ length: 0x3100 }, (_, code) => String.fromCodePoint(code))
    for (const source of [
      '\\d',
      '\\D',
      '\\w',
      '\\W',
      '\\s',
      '\\S',
      '.',
      '\\p{Lu}',
      '[\\b\\f-\\r]',
    ]) {
      const automaton = textMatching(parsePattern(source))
      const expression = new RegExp(`^${source}$`, 'u')
      const different = characters.filter(
        (char) => matches(automaton, char) !== expression.test(char),
      )
      expect(different).toEqual([])
    }
  })

  it.each([
    ['(a', 'without ")"'],
    ['a)', 'without "("'],
    ['[a', 'without "]"'],
    ['*a', 'repeats nothing'],
    ['a**', 'repeats a repetition'],
    ['^*', 'repeats an anchor'],
    ['a{3,2}', '{3,2}'],
    ['[b-a]', 'ends before it starts'],
    ['a\\', 'ends in'],
    ['\\y', '\\y'],
    ['\\ud800', '\\ud800'],
    ['\\u{110000}', 'no character'],
    ['\\p{Nonsense}', 'Nonsense'],
    ['\ud800', 'surrogate'],
  ])('refuses %s', (source, problem) => {
    expect(() => parsePattern(source)).toThrow(
      expect.objectContaining({
        code: 'pattern_invalid',
        message: expect.stringContaining(problem),
      }),
    )
  })

  it.each([
    ['a(?=b)', 'look-around (?=…)'],
    ['(?<!b)a', 'look-around (?<!…)'],
    ['(a)\\1', 'back-reference \\1'],
    ['\\ba', 'word border \\b'],
    ['(?i:a)', 'modifiers'],
    ['a^b', 'anchor'],
    ['^(?:^a|b)', 'anchor'],
    ['('.repeat(300) + ')'.repeat(300), 'nested groups'],
  ])('does not support %s', (source, construct) => {
    expect(() => wholeText(parsePattern(source), source, { search: true })).toThrow(
      expect.objectContaining({
        code: 'pattern_unsupported',
        message: expect.stringContaining(construct),
      }),
    )
  })

  it.each(['(a|b)*a(a|b){18}', '(.{0,1000}){0,1000}', '((){99999}){99999}', 'a{1000000000}'])(
    'stops at a limit for %s',
    (source) => {
      expect(() => textMatching(parsePattern(source))).toThrow(
        expect.objectContaining({ code: 'constraint_too_large' }),
      )
    },
  )
})
