import { describe, expect, it } from 'vitest'
import type { EvaluationItem } from '../../dataset/item.ts'
import type { GateCheck } from '../gate.ts'
import { judge, type Outcome } from '../outcome.ts'
import { compareOnTask, type Learned, type TaskComparison } from './task-checks.ts'

const topics = { card: 'my card is lost', money: 'send money abroad', limit: 'what is the limit' }
const names = Object.keys(topics) as (keyof typeof topics)[]
const fillers = ['please', 'today', 'now', 'thanks', 'hello', 'sir', 'quickly', 'again']

/** Three labels, evenly. */
const learned: Learned[] = Array.from({ length: 120 }, (_, i) => {
  const reply = names[i % 3]!
  return { question: `${topics[reply]} ${fillers[i % 8]} ${i}`, reply }
})

function itemOf(
  question: string,
  reference: string,
  more: Partial<EvaluationItem> = {},
): EvaluationItem {
  return {
    line: 1,
    question,
    reference,
    prompt: [],
    given: '',
    quotes: {},
    plan: [],
    gold: [],
    ...more,
  }
}

const items = learned.slice(0, 60).map(({ question, reply }) => itemOf(question, reply))

function compare(
  task: TaskComparison['task'],
  tested: readonly EvaluationItem[],
  write: { before: (item: EvaluationItem) => string; after: (item: EvaluationItem) => string },
  taught: readonly Learned[] = learned,
): { checks: Record<string, GateCheck>; parts: ReturnType<typeof compareOnTask>['parts'] } {
  const answers = (writer: (item: EvaluationItem) => string): Outcome[] =>
    tested.map((item) => judge(item, writer(item), { task, declines: () => false }))
  const { checks, parts } = compareOnTask({
    task,
    items: tested,
    learned: taught,
    before: answers(write.before),
    after: answers(write.after),
    margin: 0.1,
  })
  return { checks: Object.fromEntries(checks.map((check) => [check.name, check])), parts }
}

describe('labels', () => {
  it('that are right beat the usual one, and are shown beside a classifier without stopping', () => {
    const { checks, parts } = compare('label', items, {
      before: () => 'card',
      after: ({ reference }) => reference,
    })
    expect(checks['macro-F1 over labels']).toMatchObject({ result: 'passed', after: { share: 1 } })
    expect(checks['beside always replying card']).toMatchObject({
      result: 'passed',
      before: { share: 1 / 3 },
    })
    expect(checks['beside TF-IDF and logistic regression']).toMatchObject({
      result: 'not_applicable',
      before: { share: 1 },
    })
    expect(parts).toEqual([
      { name: 'card', wanted: 20, before: 0.5, after: 1 },
      { name: 'limit', wanted: 20, before: 0, after: 1 },
      { name: 'money', wanted: 20, before: 0, after: 1 },
    ])
  })

  it('that are always the same are refused, although they beat a base that names none', () => {
    const { checks } = compare('label', items, { before: () => 'I see.', after: () => 'card' })
    expect(checks['beside always replying card']!.result).toBe('undecided')
    const classifier = checks['beside TF-IDF and logistic regression']!
    expect(classifier.difference!.high).toBeLessThan(0)
    expect(classifier.reason).toContain('take that')
  })
})

describe('fields', () => {
  const bookings = Array.from({ length: 40 }, (_, i) =>
    itemOf(`for ${i}`, JSON.stringify({ people: i % 9, date: i % 2 ? 'today' : null })),
  )

  it('are counted one by one where the whole is wrong', () => {
    const { checks, parts } = compare('json', bookings, {
      before: ({ reference }) => reference,
      after: ({ reference }) => JSON.stringify({ ...JSON.parse(reference), date: null }),
    })
    expect(checks['F1 over fields']).toMatchObject({ result: 'failed', before: { share: 1 } })
    expect(parts).toEqual([
      { name: 'date', wanted: 20, before: 1, after: 0 },
      { name: 'people', wanted: 40, before: 1, after: 1 },
    ])
  })
})

describe('calls', () => {
  const toolCalls = [{ function: { name: 'find', arguments: '{"city":"Rome","days":2}' } }]
  const asked = Array.from({ length: 40 }, () => itemOf('weather?', '', { toolCalls }))

  it('have their arguments counted under their tool', () => {
    const { checks, parts } = compare('tool-calls', asked, {
      before: () => 'It is sunny.',
      after: () => '{"tool":"find","arguments":{"city":"Rome","days":3}}',
    })
    expect(checks['F1 over arguments']!.after!.share).toBeCloseTo(0.5, 12)
    expect(parts.map(({ name, after }) => [name, after])).toEqual([
      ['find.city', 1],
      ['find.days', 0],
    ])
  })

  it('have to be right more often than calling nothing is', () => {
    const silent = Array.from({ length: 20 }, () => itemOf('sing', 'No tool does that.'))
    const taught = [
      ...silent.map(({ question, reference }) => ({ question, reply: reference })),
      ...asked.slice(0, 15).map(({ question }) => ({ question, reply: 'find()', toolCalls })),
    ]
    const name = 'beside always replying No tool does that.'
    const call = '{"tool":"find","arguments":{"city":"Rome","days":2}}'
    const result = (after: (item: EvaluationItem) => string): string =>
      compare('tool-calls', [...asked, ...silent], { before: () => call, after }, taught).checks[
        name
      ]!.result
    expect(result(() => 'No.')).toBe('undecided')
    expect(result((item) => (item.toolCalls ? call : 'No.'))).toBe('passed')
  })

  it('are right with their arguments, the tool without; text is right where nothing is to be called', () => {
    const judges = { task: 'tool-calls' as const, declines: () => false }
    const wrong = '{"tool":"find","arguments":{}}'
    expect(judge(asked[0]!, wrong, judges)).toMatchObject({ exact: false, tool: true })
    const none = itemOf('sing', 'None of the tools can do that.')
    expect(judge(none, 'I cannot.', judges)).toMatchObject({ exact: true, tool: true })
    expect(judge(none, wrong, judges)).toMatchObject({ exact: false, tool: false })
  })
})
