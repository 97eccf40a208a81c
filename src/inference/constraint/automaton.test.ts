import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allBut,
  anyText,
  both,
  isEmpty,
  matches,
  textAmong,
  textMatching,
  textOfLength,
} from './automaton.ts'
import { parsePattern } from './pattern.ts'

const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\u{1f98a}'), maxLength: 6 })

describe('automaton', () => {
  it('accepts any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(matches(anyText, text)).toBe(true)
      }),
    )
  })

  it('counts characters, not UTF-16 units', () => {
    const limits = fc.tuple(fc.nat(5), fc.nat(5))
    fc.assert(
      fc.property(texts, limits, (text, [min, more]) => {
        const length = [...text].length
        expect(matches(textOfLength(min, min + more), text)).toBe(
          length >= min && length <= min + more,
        )
        expect(matches(textOfLength(min, Number.POSITIVE_INFINITY), text)).toBe(length >= min)
      }),
    )
  })

  it('accepts the listed texts only', () => {
    fc.assert(
      fc.property(fc.array(texts), texts, (listed, text) => {
        const automaton = textAmong(listed)
        expect(matches(automaton, text)).toBe(listed.includes(text))
        for (const one of listed) expect(matches(automaton, one)).toBe(true)
        expect(isEmpty(automaton)).toBe(listed.length === 0)
      }),
    )
  })

  it('combines as sets do', () => {
    const [a, b] = ['(a|é)*b?', '(ab|[^a]){2,3}'].map((source) =>
      textMatching(parsePattern(source)),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const [inA, inB] = [matches(a!, text), matches(b!, text)]
        expect(matches(both(a!, b!), text)).toBe(inA && inB)
        expect(matches(allBut(a!), text)).toBe(!inA)
      }),
    )
  })

  it('knows that nothing is left', () => {
    const a = textMatching(parsePattern('a+'))
    expect(isEmpty(both(a, allBut(a)))).toBe(true)
    expect(isEmpty(both(a, textOfLength(3, 3)))).toBe(false)
    expect(isEmpty(both(allBut(anyText), anyText))).toBe(true)
  })
})
