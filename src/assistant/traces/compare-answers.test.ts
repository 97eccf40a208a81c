import { describe, expect, it } from 'vitest'
import type { Verdict } from '../events.ts'
import { compareAnswers } from './compare-answers.ts'

const shown = (before: string, after: string): string[] =>
  compareAnswers({ answer: before, verdicts: [] }, { answer: after, verdicts: [] }).map(
    ({ change, text }) => `${{ same: ' ', removed: '-', added: '+' }[change]}${text}`,
  )

const verdict = (start: number, end: number, support: Verdict['support']): Verdict => ({
  ...{ start, end, support },
  markers: [],
  withheld: false,
})

describe('compareAnswers', () => {
  it('keeps what both say and puts what was dropped before what came', () => {
    expect(
      shown('One is here. Two is old. Three stays.', 'One is here. Two is new. Three stays.'),
    ).toEqual([' One is here.', '-Two is old.', '+Two is new.', ' Three stays.'])
  })

  it('keeps markers with the sentence that they follow', () => {
    expect(shown('It takes a day. [1] Ask us.', 'It takes a day. [1][2] Ask us.')).toEqual([
      '-It takes a day. [1]',
      '+It takes a day. [1][2]',
      ' Ask us.',
    ])
  })

  it('finds a sentence again that has moved only once', () => {
    expect(shown('Red one. Green one. Blue one.', 'Blue one. Red one. Green one.')).toEqual([
      '+Blue one.',
      ' Red one.',
      ' Green one.',
      '-Blue one.',
    ])
  })

  it('takes an empty answer for nothing at all', () => {
    expect(shown('', '')).toEqual([])
    expect(shown('', 'Now there is one.')).toEqual(['+Now there is one.'])
    expect(shown('There was one.', '')).toEqual(['-There was one.'])
  })

  it('carries the verdict on either side', () => {
    const text = 'One is here. Two is there.'
    const before = {
      answer: text,
      verdicts: [verdict(0, 12, 'supported'), verdict(13, 26, 'no-claim')],
    }
    const after = { answer: text, verdicts: [verdict(0, 12, 'unsupported')] }
    expect(compareAnswers(before, after)).toEqual([
      { change: 'same', text: 'One is here.', before: 'supported', after: 'unsupported' },
      { change: 'same', text: 'Two is there.', before: 'no-claim', after: null },
    ])
  })
})
