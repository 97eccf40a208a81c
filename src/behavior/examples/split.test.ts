import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomSentence, seededRandom } from '../../../test/helpers/random.ts'
import type { Example } from './example.ts'
import { splitExamples } from './split.ts'

const example = (line: number, prompt: string, extra: Record<string, unknown> = {}): Example => ({
  line,
  messages: [
    { role: 'user', content: prompt },
    { role: 'assistant', content: 'Noted.' },
  ],
  extra,
})

const random = seededRandom(3)
/** Fifty questions, each asked four times with small changes. */
const examples = Array.from({ length: 50 }, () => randomSentence(random, 14)).flatMap((text, at) =>
  [text, `${text}?`, text.toUpperCase(), `${text} now`].map((prompt, copy) =>
    example(4 * at + copy, prompt, { page: `p${at % 10}` }),
  ),
)
const lines = (part: readonly Example[]): number[] => part.map(({ line }) => line)

describe('splitExamples', () => {
  it('keeps every cluster in one part, and loses no row', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        (seed, validation) => {
          const split = splitExamples(examples, { validation, seed })
          const clusters = (part: readonly Example[]): Set<number> =>
            new Set(lines(part).map((line) => Math.floor(line / 4)))
          expect(clusters(split.train).isDisjointFrom(clusters(split.validation))).toBe(true)
          expect(lines([...split.train, ...split.validation]).sort((a, b) => a - b)).toEqual(
            lines(examples),
          )
          expect(Math.abs(split.validation.length - 200 * validation)).toBeLessThanOrEqual(4)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('gives the same split for the same seed, and another for another', () => {
    const split = (seed: number): number[] =>
      lines(splitExamples(examples, { validation: 0.2, seed }).validation)
    expect(split(1)).toEqual(split(1))
    expect(split(1)).not.toEqual(split(2))
  })

  it('keeps groups together', () => {
    const groupOf = ({ extra }: Example): string => String(extra.page)
    const { train, validation } = splitExamples(examples, { validation: 0.2, seed: 1, groupOf })
    expect(new Set(validation.map(groupOf)).size).toBe(2)
    expect(new Set(train.map(groupOf)).isDisjointFrom(new Set(validation.map(groupOf)))).toBe(true)
  })

  it('never holds out all there is', () => {
    const same = [1, 2, 3].map((line) => example(line, 'The same question every time?'))
    expect(splitExamples(same, { validation: 0.5, seed: 1 }).validation).toEqual([])
    expect(() => splitExamples(same, { validation: 1, seed: 1 })).toThrow(
      'the validation share is 1',
    )
  })
})
