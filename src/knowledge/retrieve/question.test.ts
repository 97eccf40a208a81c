import { describe, expect, it } from 'vitest'
import { matchWord, readQuestion } from './question.ts'
import { stem } from './words.ts'

const weights = new Map(['refund', 'maintenance', 'deadline'].map((word) => [stem(word), 2]))

describe('readQuestion', () => {
  it('gives content words their share and function words none', () => {
    const question = readQuestion('What is the deadline of a refund?', weights, 1)
    expect(question.contentWords).toBe(2)
    expect([...question.shares].filter((share) => share > 0)).toEqual([0.5, 0.5])
  })

  it('has no shares where nothing weighs anything', () => {
    const question = readQuestion('the of', new Map(), 1)
    expect([...question.shares]).toEqual([0, 0])
    expect(question.contentWords).toBe(0)
  })

  it.each([
    ['How many seats are included?', 'figure'],
    ['When did the war end?', 'date'],
    ['Who founded the company?', 'name'],
    ['Where do I find the key?', 'place'],
    ['Why was my build cancelled?', 'reason'],
    ['How do I reset my password?', 'manner'],
    ['Do you store cookies?', 'choice'],
    ['What does bounce rate mean?', 'meaning'],
  ] as const)('sees what is asked for: %s', (text, kind) => {
    expect(readQuestion(text, weights, 1).kinds[kind]).toBe(true)
  })

  it('does not take a "when" that is a condition for a question after a date', () => {
    expect(readQuestion('Do I pay when I cancel?', weights, 1).kinds.date).toBe(false)
  })
})

describe('matchWord', () => {
  const question = readQuestion('maintenance of a refund', weights, 1)

  it('knows the forms of a word', () => {
    expect(matchWord('refunds', question)).toEqual({ term: question.stems.get('refund'), kin: -1 })
  })

  it('knows words that the stemmer keeps apart by their beginning', () => {
    const term = question.stems.get(stem('maintenance'))
    expect(matchWord('maintain', question)).toEqual({ term: -1, kin: term })
  })

  it.each(['reform', 'fund', 'zebra'])('leaves other words alone: %s', (word) => {
    const { term, kin } = matchWord(word, readQuestion('refund', weights, 1))
    expect([term, kin]).toEqual([-1, -1])
  })
})
