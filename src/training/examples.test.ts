import { describe, expect, it } from 'vitest'
import type { TrainingErrorCode } from './errors.ts'
import {
  collectExamples,
  hashExamples,
  selectExamples,
  type TrainingExample,
  trainedCount,
} from './examples.ts'

const example = (tokens: number[], mask: number[]): TrainingExample => ({ tokens, mask })
const limits = { vocabSize: 10, maxLength: 4, tooLong: 'error' } as const
const error = (code: TrainingErrorCode, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('collectExamples', () => {
  it.each([
    ['no_examples', [], /no examples/],
    ['invalid_example', [example([1, 2], [1])], /example 0 has 2 tokens and a mask of 1/],
    ['invalid_example', [example([1], [0]), example([1.5], [1])], /example 1 has the token 1.5/],
    ['invalid_example', [example([1], [2])], /example 0 has 2 in its mask/],
  ] as const)('refuses what is no example: %s %#', (code, examples, message) => {
    expect(() => collectExamples(examples)).toThrow(error(code, message))
  })

  it('does not count a first token, which nothing predicts', () => {
    expect(trainedCount(collectExamples([example([1, 2, 3], [1, 0, 1])]), 0)).toBe(1)
  })
})

describe('selectExamples', () => {
  const short = example([1, 2], [0, 1])
  const long = example([1, 2, 3, 4, 5], [0, 0, 0, 0, 1])

  it.each([10, -1])('names the example and place of token %d, which the model has not', (token) => {
    const set = collectExamples([short, example([3, token], [0, 1])])
    expect(() => selectExamples(set, limits)).toThrow(
      error('token_out_of_range', new RegExp(`example 1 has token ${token} at 1`)),
    )
  })

  it('names up to five examples that are too long', () => {
    const set = collectExamples([short, ...Array.from({ length: 6 }, () => long)])
    expect(() => selectExamples(set, limits)).toThrow(
      error('example_too_long', /6 examples .* 1 \(5\), 2 \(5\), 3 \(5\), 4 \(5\), 5 \(5\), …/),
    )
  })

  it('leaves out what is too long or silent when told to, and says so', () => {
    const set = collectExamples([long, short, example([1, 2], [1, 0])])
    expect(selectExamples(set, { ...limits, tooLong: 'skip' })).toEqual({
      used: [1],
      warnings: [
        '1 examples longer than 4 tokens are left out',
        '1 examples without a trained token are left out',
      ],
    })
  })

  it('refuses examples of which nothing is left', () => {
    const set = collectExamples([long, example([1, 2], [1, 0])])
    expect(() => selectExamples(set, { ...limits, tooLong: 'skip' })).toThrow(
      error('nothing_trained', /none of 2 examples .* 1 are too long/),
    )
  })
})

describe('hashExamples', () => {
  it('differs when a token, the mask or a border between examples differs', () => {
    const hashes = [
      [example([1, 2, 3], [0, 1, 1])],
      [example([1, 2, 4], [0, 1, 1])],
      [example([1, 2, 3], [0, 0, 1])],
      [example([1, 2], [0, 1]), example([3], [1])],
    ].map((examples) => hashExamples(collectExamples(examples)))
    expect(new Set(hashes).size).toBe(4)
  })
})
