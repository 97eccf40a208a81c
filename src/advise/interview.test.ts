import { describe, expect, it } from 'vitest'
import { currentQuestion, describeQuestion, type Interview, reply } from './interview.ts'

const start: Interview = { answers: {}, trail: [] }

/** Types lines one after another; returns the state and the last message. */
function type(...lines: string[]): { interview: Interview; message?: string; type: string } {
  let interview = start
  let last: ReturnType<typeof reply> = { type: 'quit' }
  for (const line of lines) {
    last = reply(interview, currentQuestion(interview, {})!, line)
    if (last.type === 'go-on') interview = last.interview
  }
  return { interview, type: last.type, ...('message' in last && { message: last.message }) }
}

describe('reply', () => {
  it('takes answers by number, by name, and ? for unknown', () => {
    const { interview } = type('1', 'documents', '2, 4', '?')
    expect(interview.answers).toEqual({
      task: 'answer',
      facts: 'documents',
      pain: ['missing-facts', 'wrong-form'],
      change: 'unknown',
    })
  })

  it('goes back to the question before, whose answer is gone', () => {
    const { interview } = type('1', 'documents', 'back')
    expect(interview).toEqual({ answers: { task: 'answer' }, trail: ['task'] })
    expect(type('back').message).toBe('This is the first question.')
  })

  it('asks again after what is no answer', () => {
    expect(type('9').message).toContain('one of answer, classify, extract, write, act')
    expect(type('').type).toBe('again')
    expect(type('?').message).toContain('"unknown" is no answer to this question')
  })

  it('asks back at once where an answer contradicts an earlier one', () => {
    const { interview, message } = type('1', '1', 'missing-facts')
    expect(message).toContain('no facts of your own are needed')
    expect(interview.answers).not.toHaveProperty('pain')
  })

  it('explains, stops early, and quits', () => {
    expect(type('why').message).toContain('call for different things')
    expect(type('done').message).toContain('no advice')
    expect(type('1', '1', 'done').type).toBe('done')
    expect(type('q').type).toBe('quit')
  })

  it('reads numbers as people write them', () => {
    const at = (line: string): unknown => {
      const answer = reply(start, 'requests', line)
      return answer.type === 'go-on' ? answer.interview.answers.requests : answer.type
    }
    expect(['20,000', '20k', '1.5m', ' 7 '].map(at)).toEqual([20_000, 20_000, 1_500_000, 7])
    expect(['-3', 'many', '1e9', 'k'].map(at)).toEqual(['again', 'again', 'again', 'again'])
  })
})

describe('currentQuestion', () => {
  it('leaves out what does not matter, and what is measured', () => {
    const sorting = { answers: { task: 'classify', facts: 'none' }, trail: [] } as const
    expect(
      currentQuestion({ ...sorting, answers: { ...sorting.answers, pain: 'unknown' } }, {}),
    ).toBe('labels')
    const about = {
      answers: { task: 'answer', facts: 'documents', pain: 'unknown' },
      trail: [],
    } as const
    expect(currentQuestion(about, {})).toBe('change')
    expect(currentQuestion(about, { changeDays: { value: 1, how: 'history' } })).toBe('freshness')
  })

  it('is none when all is answered', () => {
    const lines = ['write', 'none', '?', '?', '?', '0', '?', '?', '?', '?', '?', '?', '?']
    expect(currentQuestion(type(...lines).interview, {})).toBeUndefined()
  })
})

describe('describeQuestion', () => {
  it('numbers the answers', () => {
    expect(describeQuestion('labels')).toBe(
      'Does the list of labels stay the same?\n  1  yes, for months\n  2  no, labels come and go',
    )
  })
})
