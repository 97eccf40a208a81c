import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStopMatcher } from './stop-strings.ts'

/** Two letters make overlaps and false starts common. */
const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 30 })
const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 }), {
  maxLength: 4,
})

describe('stop matcher', () => {
  it('gives the text before the first stop string, however the text is cut', () => {
    fc.assert(
      fc.property(letters, stops, fc.array(fc.nat(4)), (text, stops, sizes) => {
        const { output, stop } = run(stops, pieces(text, sizes))
        const starts = stops.map((stop) => text.indexOf(stop)).filter((start) => start !== -1)
        const first = starts.length === 0 ? text.length : Math.min(...starts)
        expect(output).toBe(text.slice(0, first))
        expect(stop === undefined).toBe(starts.length === 0)
        if (stop !== undefined) expect(text.startsWith(stop, first)).toBe(true)
      }),
    )
  })

  it('reports the same stop string, however the text is cut', () => {
    fc.assert(
      fc.property(letters, stops, fc.array(fc.nat(4)), (text, stops, sizes) => {
        expect(run(stops, pieces(text, sizes)).stop).toBe(run(stops, [text]).stop)
      }),
    )
  })

  it('holds back no more than what may become a stop string', () => {
    const matcher = createStopMatcher(['\n\nUser:'])
    expect(matcher.push('Hello\n')).toBe('Hello')
    expect(matcher.push('\nUse')).toBe('')
    expect(matcher.push('ful')).toBe('\n\nUseful')
    expect(matcher.stop).toBeUndefined()
    expect(matcher.push('\n\nUser: more')).toBe('')
    expect(matcher.stop).toBe('\n\nUser:')
    expect(matcher.push('ignored')).toBe('')
    expect(matcher.end()).toBe('')
  })

  it('waits for a longer stop string that started earlier', () => {
    const matcher = createStopMatcher(['bc', 'abcd'])
    expect(matcher.push('xabc')).toBe('x')
    expect(matcher.push('d')).toBe('')
    expect(matcher.stop).toBe('abcd')
    expect(run(['bc', 'abcd'], ['xabc'])).toEqual({ output: 'xa', stop: 'bc' })
  })

  it('gives everything out without stop strings', () => {
    expect(run([], ['a', '', 'b'])).toEqual({ output: 'ab', stop: undefined })
  })

  it('refuses an empty stop string', () => {
    expect(() => createStopMatcher(['a', ''])).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })
})

function run(stops: string[], pieces: string[]): { output: string; stop: string | undefined } {
  const matcher = createStopMatcher(stops)
  const output = [...pieces.map(matcher.push), matcher.end()].join('')
  return { output, stop: matcher.stop }
}

function pieces(text: string, sizes: number[]): string[] {
  const parts: string[] = []
  let at = 0
  for (const size of sizes) {
    parts.push(text.slice(at, at + size))
    at += size
  }
  return [...parts, text.slice(at)]
}
