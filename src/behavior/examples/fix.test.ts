import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkExamples } from './check-examples.ts'
import { fixExamples } from './fix.ts'
import { readExamples } from './read.ts'

/** Rows with faults of every fixable kind, and of some others. */
const text = fc.constantFrom('', ' ', 'a', ' a', 'Why is that so?', 'b\n')
const message = fc.record(
  {
    role: fc.constantFrom('user', 'assistant', 'system', 'human', 'GPT', 'developer', 'nobody', 7),
    content: fc.oneof(text, fc.constant(null), fc.constant(3)),
    weight: fc.constantFrom(0, 1, true, false, '1', 2),
    mood: fc.constant('x'),
  },
  { requiredKeys: ['role'] },
)
const row = fc.oneof(
  fc.record({ messages: fc.array(message, { maxLength: 4 }) }),
  fc.record({ prompt: text, completion: text }, { requiredKeys: ['prompt'] }),
  fc.record({
    conversations: fc.array(fc.record({ from: fc.constantFrom('human', 'gpt', 'x'), value: text })),
  }),
  fc.constantFrom({}, [], null, 5, { messages: [] }),
)
const file = fc
  .array(
    fc.oneof(
      row.map((value) => JSON.stringify(value)),
      fc.constantFrom('{"broken', 'text', ''),
    ),
  )
  .map((rows) => rows.join('\n'))

const read = (source: string): ReturnType<typeof readExamples> =>
  readExamples(source, { name: 'rows.jsonl' })

describe('fixExamples', () => {
  it('leaves no fault that it can fix', () => {
    fc.assert(
      fc.property(file, (source) => {
        const fixed = read(fixExamples(read(source)).text)
        const fixable = checkExamples(fixed).findings.filter(({ isFixable }) => isFixable)
        expect(fixable).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(file, (source) => {
        const once = fixExamples(read(source)).text
        const again = fixExamples(read(once))
        expect(again.text).toBe(once)
        expect(again.changes.filter(({ kind }) => kind !== 'kept_unread')).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('converts any format to chat, with all other fields', () => {
    const csv = 'prompt,completion,page\n" Why? ",Because.,p1\nHow?,So.,p2\nWhy?,Because.,p3\n'
    const { text: fixed, changes } = fixExamples(readExamples(csv, { name: 'a.csv' }))
    expect(
      fixed
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        messages: [
          { role: 'user', content: 'Why?' },
          { role: 'assistant', content: 'Because.' },
        ],
        page: 'p1',
      },
      {
        messages: [
          { role: 'user', content: 'How?' },
          { role: 'assistant', content: 'So.' },
        ],
        page: 'p2',
      },
    ])
    expect(changes).toEqual([
      { line: 2, kind: 'trimmed' },
      { line: 4, kind: 'duplicate_dropped' },
    ])
  })

  it('keeps rows that it cannot read, roles and weights put right where it can', () => {
    const source = [
      '{"messages": [{"role": "Human", "content": 3}, {"role": "assistant", "content": "a", "weight": "0"}]}',
      '{"messages": oops}',
    ].join('\n')
    const [first, second] = fixExamples(read(source)).text.split('\n')
    expect(JSON.parse(first!)).toEqual({
      messages: [
        { role: 'user', content: 3 },
        { role: 'assistant', content: 'a', weight: 0 },
      ],
    })
    expect(second).toBe('{"messages": oops}')
  })

  it('drops only what asks or answers nothing', () => {
    const turn = (role: string, content: string): object => ({ role, content })
    const source = [
      { messages: [turn('user', 'a'), turn('assistant', ' ')] },
      {
        messages: [
          turn('user', 'a'),
          turn('assistant', 'b'),
          turn('user', ''),
          turn('assistant', 'c'),
        ],
      },
    ]
    const fixed = fixExamples(read(source.map((one) => JSON.stringify(one)).join('\n')))
    expect(fixed).toMatchObject({ rows: 1, changes: [{ line: 1, kind: 'empty_dropped' }] })
  })
})
