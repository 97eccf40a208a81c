import { describe, expect, it } from 'vitest'
import type { EvaluationItem } from '../dataset/item.ts'
import { type Judges, judge } from './outcome.ts'

const item: EvaluationItem = {
  line: 7,
  question: 'How long?',
  reference: 'Hello! Five days.',
  prompt: [],
  given: 'EVIDENCE: 2\n',
  quotes: { 1: 'One.', 2: 'Five days.' },
  plan: [2],
  gold: ['Five days.'],
  declines: false,
}
const judges: Judges = {
  format: (text) => text.startsWith('Hello'),
  task: 'reply',
  declines: (text) => text.includes('not know'),
}

describe('judge', () => {
  it('takes a quote of the planned sentence for the fact', () => {
    expect(judge(item, 'Hello! [[2]]', judges)).toEqual({
      line: 7,
      written: 'Hello! [[2]]',
      text: 'Hello! Five days.',
      valid: true,
      fact: true,
      abstention: true,
      references: true,
    })
  })

  it('sees a reference that was not planned, and a fact that is missing', () => {
    expect(judge(item, 'Well, [[1]]', judges)).toMatchObject({
      valid: false,
      fact: false,
      abstention: false,
      references: false,
    })
  })

  it('wants words that decline where the house declined', () => {
    const none = { ...item, plan: [], gold: [], declines: true, given: 'EVIDENCE: none\n' }
    expect(judge(none, 'I do not know that.', judges).abstention).toBe(true)
    expect(judge(none, 'Sure, five days.', judges).abstention).toBe(false)
    expect(judge(none, 'I do not know [[1]].', judges).abstention).toBe(false)
    expect(judge(none, 'I do not know that.', judges)).not.toHaveProperty('fact')
  })

  it('compares data as data where one reply is right', () => {
    const data = { ...item, reference: '{"a":1,"b":[2]}', plan: [], gold: [], given: '' }
    const exact = (written: string): boolean | undefined =>
      judge(data, written, { ...judges, task: 'json' }).exact
    expect(exact('{ "b": [2], "a": 1 }')).toBe(true)
    expect(exact('{"a":1,"b":[3]}')).toBe(false)
    expect(exact('{"a":1')).toBe(false)
  })
})
