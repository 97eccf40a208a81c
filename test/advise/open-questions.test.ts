/** @file Answers that are wrong, missing or contradictory: a clear question back, never a guess. */
import { describe, expect, it } from 'vitest'
import {
  advise,
  describeOpenQuestions,
  type OpenQuestions,
  type QuestionId,
} from '../../src/advise/index.ts'
import { scenario } from './scenarios.ts'

function open(given: Record<string, unknown>): OpenQuestions {
  const result = advise(given)
  if (result.status !== 'questions') throw new Error(`advice: ${result.recommendation}`)
  return result
}

describe('missing answers', () => {
  it('are first the two without which nothing can be said', () => {
    expect(open({}).missing).toEqual(['task', 'facts'])
    expect(open({ task: 'answer' }).missing).toEqual(['facts'])
  })

  it('are asked for when they could turn the advice, at once or after one more answer', () => {
    const { missing } = open({ task: 'answer', facts: 'documents' })
    // Whether the documents change matters where they are few enough to be read as a whole.
    expect(missing).toEqual(expect.arrayContaining(['change', 'corpus-pages', 'voice', 'examples']))
    // What only changes prices is not asked for.
    expect(missing).not.toContain('requests')
  })

  it.each<QuestionId>(['voice', 'examples', 'model'])('includes %s in the support bot', (id) => {
    const { [id]: _, ...rest } = scenario('support-bot').answers
    expect(open(rest).missing).toEqual([id])
    expect(advise({ ...rest, [id]: 'unknown' }).status).toBe('advice')
    expect(advise(rest, { allowMissing: true })).toMatchObject({ status: 'advice', unknown: [id] })
  })

  it('are not asked for when nothing can turn on them', () => {
    const { requests: _, ...rest } = scenario('support-bot').answers
    expect(advise(rest)).toMatchObject({ status: 'advice', cost: { requestsPerMonth: null } })
  })

  it('are not asked for when they are measured', () => {
    const { 'corpus-pages': _, ...rest } = scenario('fits-context').answers
    expect(open(rest).missing).toEqual(['corpus-pages'])
    const signals = { corpusTokens: { value: 6000, how: 'counted' } }
    expect(advise(rest, { signals })).toMatchObject({ recommendation: 'long-context' })
  })
})

describe('contradictions', () => {
  const about = { task: 'answer', facts: 'documents' }

  it.each([
    [{ ...about, change: 'never', freshness: 'minutes' }, ['change', 'freshness']],
    [{ ...about, change: 'never', pain: ['outdated-facts'] }, ['change', 'pain']],
    [{ task: 'write', facts: 'none', pain: ['missing-facts'] }, ['facts', 'pain']],
    [{ ...about, pain: ['nothing', 'too-slow'] }, ['pain']],
    [{ task: 'act', facts: 'none' }, ['task', 'facts']],
    [{ ...about, voice: 'none', pain: ['wrong-voice'] }, ['voice', 'pain']],
    [{ ...about, 'data-location': 'device', model: 'hosted' }, ['data-location', 'model']],
    [{ ...about, citations: 'no', priority: 'traceable' }, ['citations', 'priority']],
  ])('in %j are asked back', (given, between) => {
    const { contradictions } = open(given)
    expect(contradictions.map((one) => one.between)).toEqual([between])
    expect(contradictions[0]!.question).toMatch(/^You (say|name) .*\?$/)
  })

  it('are not resolved by taking the rest as unknown', () => {
    const given = { ...about, change: 'never', freshness: 'minutes' }
    expect(advise(given, { allowMissing: true }).status).toBe('questions')
  })
})

describe('faulty answers', () => {
  it('are all reported at once, with what is right', () => {
    const { faults, missing } = open({
      task: 'answr',
      fact: 'none',
      pain: ['too-slow', 'too-late'],
      examples: -1,
      requests: 'many',
    })
    expect(faults.map(({ id }) => id)).toEqual(['task', 'fact', 'pain', 'examples', 'requests'])
    expect(faults[0]!.expected).toBe('one of answer, classify, extract, write, act')
    expect(faults[1]!.expected).toContain('one of task, facts, pain')
    expect(faults[2]!.problem).toBe('"too-late" is none of the answers')
    expect(missing).toEqual(['task', 'facts'])
  })

  it('and open questions are described with the flags that answer them', () => {
    const text = describeOpenQuestions(open({ task: 'answer', facts: 'docs' }))
    expect(text).toContain('facts: "docs" is none of the answers')
    expect(text).toContain('--set facts=none | documents | live | both')
    expect(describeOpenQuestions(open({ task: 'write', facts: 'none' }))).toContain(
      '--set examples=NUMBER of examples | unknown',
    )
  })
})
