import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomSentence, seededRandom } from '../../../../test/helpers/random.ts'
import { BehaviorError } from '../../errors.ts'
import { checkFormat, compileFormat } from './check-format.ts'
import { describeFormat } from './describe-format.ts'
import { inferFormat } from './infer-format.ts'
import { parseFormat } from './parse-format.ts'

describe('inferFormat of JSON', () => {
  const random = seededRandom(3)
  const ticket = (at: number): Record<string, unknown> => ({
    priority: random.pick(['low', 'high', 'urgent']),
    title: randomSentence(random, 4),
    refund: random.next() < 0.5,
    amount: random.next() < 0.3 ? null : random.between(1, 99),
    items: Array.from({ length: random.between(1, 3) }, () => ({ sku: `A-${at}`, count: 2 })),
    ...(random.next() < 0.4 && { note: randomSentence(random, 3) }),
  })
  const tickets = Array.from({ length: 80 }, (_, at) => ticket(at))
  const spec = inferFormat([...tickets.map((one) => JSON.stringify(one)), '{"oops": 1}', 'Sorry.'])

  it('learns types, enumerations and which keys are optional', () => {
    expect(spec).toMatchObject({
      kind: 'json',
      fenced: false,
      learnedFrom: { replies: 82, matching: 80 },
      schema: {
        additionalProperties: false,
        required: ['priority', 'title', 'refund', 'amount', 'items'],
        properties: {
          priority: { enum: ['high', 'low', 'urgent'] },
          title: { type: 'string', minLength: 1 },
          amount: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
          note: { type: 'string' },
          items: { type: 'array', minItems: 1, items: { required: ['sku', 'count'] } },
        },
      },
    })
  })

  const faults: [string, object, string][] = [
    ['a missing key', { title: undefined }, '$.title'],
    ['a value outside of the enumeration', { priority: 'medium' }, '$.priority'],
    ['a wrong type', { refund: 'yes' }, '$.refund'],
    ['a fault within a list', { items: [{ sku: 'A', count: 'two' }] }, '$.items[0].count'],
    ['a fault in one branch of two types', { amount: 'ten' }, '$.amount'],
    ['an unknown key', { extra: 1 }, '$'],
  ]
  for (const [what, change, path] of faults)
    it(`finds ${what}`, () => {
      const { problems } = checkFormat(spec, JSON.stringify({ ...tickets[0], ...change }))
      expect(problems.map((problem) => [problem.kind, problem.path])).toEqual([['schema', path]])
    })

  it('names the line where the syntax breaks', () => {
    const { problems } = checkFormat(spec, '{\n  "priority": "low",\n  "title": oops\n}')
    expect(problems).toMatchObject([{ kind: 'syntax', line: 3 }])
  })

  it('wants the fence that the replies have', () => {
    const fenced = inferFormat(tickets.map((one) => `\`\`\`json\n${JSON.stringify(one)}\n\`\`\``))
    expect(fenced).toMatchObject({ kind: 'json', fenced: true })
    expect(checkFormat(fenced, JSON.stringify(tickets[0])).problems).toMatchObject([
      { kind: 'syntax', line: 1 },
    ])
  })

  it('keeps JSON and text apart where both are frequent', () => {
    const both = inferFormat([
      ...tickets.map((one) => JSON.stringify(one)),
      ...Array.from({ length: 20 }, () => 'I cannot read this ticket.'),
    ])
    expect(both.kind).toBe('any-of')
    expect(checkFormat(both, 'I cannot read this ticket.').valid).toBe(true)
    expect(checkFormat(both, JSON.stringify(tickets[0])).valid).toBe(true)
    expect(checkFormat(both, 'No idea.').valid).toBe(false)
  })
})

describe('inferFormat of labels', () => {
  const labels = ['card_arrival', 'lost_card', 'top_up']
  const rows = Array.from({ length: 60 }, (_, at) => labels[at % 3]!)
  const spec = inferFormat([...rows, 'lost card'])

  it('keeps the closed set and leaves slips out', () => {
    expect(spec).toMatchObject({ kind: 'label', learnedFrom: { replies: 61, matching: 60 } })
    expect(checkFormat(spec, ' top_up\n').valid).toBe(true)
  })

  it('says how a label is written', () => {
    expect(checkFormat(spec, 'Lost card').problems[0]!.message).toBe(
      'line 1 is "Lost card" where the label is written "lost_card"',
    )
    expect(checkFormat(spec, 'refund').problems[0]!.message).toContain('none of the 3 labels')
  })
})

describe('inferFormat of text', () => {
  const random = seededRandom(4)
  const sentence = (): string => randomSentence(random, random.between(6, 12))
  const repeat = (make: (at: number) => string): string[] =>
    Array.from({ length: 60 }, (_, at) => make(at))

  it('learns headings, lists and fields with free values', () => {
    const spec = inferFormat(
      repeat(
        () =>
          `## Answer\n${sentence()}\n\n## Steps\n${Array.from({ length: random.between(2, 5) }, (_, at) => `${at + 1}. ${sentence()}`).join('\n')}\n\nStatus: ${randomSentence(random, 1)}`,
      ),
    )
    expect(describeFormat(spec).slice(0, 8)).toEqual([
      'Every reply has, in this order:',
      '- the line "## Answer"',
      '- a paragraph',
      '- an empty line',
      '- the line "## Steps"',
      '- a numbered list of 1 to 10 items',
      '- an empty line',
      '- the line "Status: {…}."',
    ])
    const reply =
      '## Answer\nYes, it is so, and it was always meant to be exactly like this.\n\n## Steps\n- first do this\n- then do that and this\n\nStatus: Done.'
    expect(checkFormat(spec, reply).problems).toMatchObject([
      { kind: 'different', line: 5, message: expect.stringContaining('not a numbered list') },
      { kind: 'unexpected', line: 6 },
    ])
  })

  it('keeps what replies of any build begin and end with', () => {
    const block = [
      sentence,
      () => `- ${sentence()}`,
      () => `> ${sentence()}`,
      () => `### ${sentence()}`,
    ]
    const spec = inferFormat(
      repeat(() => {
        const middle = Array.from({ length: random.between(2, 9) }, () => random.pick(block)())
        return `Dear customer,\n\n${middle.join('\n\n')}\n\nKind regards\nYour Acme team`
      }),
    )
    expect(spec.kind === 'text' && spec.variants.length).toBe(1)
    expect('weak' in spec).toBe(false)
    expect(
      checkFormat(
        spec,
        `Dear customer,\n\n${sentence()}\n\n${sentence()}\n\nKind regards\nYour Acme team`,
      ).valid,
    ).toBe(true)
    expect(
      checkFormat(spec, `${sentence()}\n\n${sentence()}\n\nKind regards\nYour Acme team`).problems,
    ).toMatchObject([{ line: 1 }])
  })

  it('learns a greeting by name', () => {
    const spec = inferFormat(
      repeat(
        () => `Hi ${randomSentence(random, 1).slice(0, -1)},\n\n${sentence()}\n\nYour Acme team`,
      ),
    )
    expect(describeFormat(spec)).toContain('- the line "Hi {…},"')
    expect(
      checkFormat(spec, 'Hello you,\n\nIt is in the settings of your account.\n\nYour Acme team')
        .problems,
    ).toMatchObject([
      { kind: 'different', line: 1, message: expect.stringContaining('does not start with "Hi"') },
    ])
  })

  it('says that free text is hardly a format', () => {
    const spec = inferFormat(repeat(() => `${sentence()} ${sentence()}`))
    expect(spec).toMatchObject({ kind: 'text', weak: expect.stringContaining('100 %') })
    expect(describeFormat(spec).at(-1)).toMatch(/^This says little: /)
  })

  it('reports lengths far from the usual', () => {
    const spec = inferFormat(repeat(() => `Answer: ${sentence()}`))
    const { problems } = checkFormat(spec, `Answer: ${sentence().repeat(9)}`)
    expect(problems.map(({ kind }) => kind)).toContain('length')
  })

  it('accepts its own replies but for the slips, and keeps its verdicts as JSON', () => {
    const houses = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      greetings: fc.integer({ min: 1, max: 4 }),
      closings: fc.integer({ min: 1, max: 4 }),
      quote: fc.boolean(),
      list: fc.boolean(),
      slips: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(houses, (house) => {
        const source = seededRandom(house.seed)
        const line = (): string => randomSentence(source, 5)
        const greetings = Array.from({ length: house.greetings }, line)
        const closings = Array.from({ length: house.closings }, line)
        const reply = (): string =>
          [
            source.pick(greetings),
            ...(house.quote && source.next() < 0.4 ? [`> ${line()}`] : []),
            line(),
            ...(house.list ? [`- ${line()}`, `- ${line()}`] : []),
            '',
            source.pick(closings),
          ].join('\n')
        const good = Array.from({ length: 100 }, reply)
        const slips = Array.from({ length: house.slips }, (_, at) =>
          reply()
            .split('\n')
            .slice(at + 1)
            .concat(line())
            .join('\n'),
        )
        const spec = inferFormat([...slips, ...good])
        const check = compileFormat(spec)
        expect(good.filter((one) => !check(one).valid)).toEqual([])
        expect(slips.filter((one) => check(one).valid)).toEqual([])
        const again = compileFormat(parseFormat(JSON.parse(JSON.stringify(spec))))
        expect([...good, ...slips].map(again)).toEqual([...good, ...slips].map(check))
      }),
      { numRuns: 40 },
    )
  })

  it('makes something of any replies, and most of them match', () => {
    const line = fc.constantFrom(
      '',
      'Hi',
      'Bye',
      '> q',
      '- a',
      '1. b',
      '## H',
      '```',
      '| x |',
      '  c',
      'Note: d',
    )
    const reply = fc.oneof(
      fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n')),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(reply, { minLength: 5, maxLength: 60 }), (replies) => {
        const spec = inferFormat(replies)
        const { learnedFrom } = spec as { learnedFrom: { matching: number } }
        expect(learnedFrom.matching).toBeGreaterThanOrEqual(0.8 * replies.length)
        expect(parseFormat(JSON.parse(JSON.stringify(spec)))).toEqual(spec)
        expect(describeFormat(spec).length).toBeGreaterThan(1)
      }),
      { numRuns: 300 },
    )
  })

  it('refuses to learn from a handful', () => {
    expect(() => inferFormat(['a', 'b'])).toThrow(BehaviorError)
  })
})

describe('formats of the user', () => {
  it('checks a regular expression', () => {
    const spec = parseFormat({ kind: 'pattern', pattern: '^(yes|no)$' })
    expect(checkFormat(spec, 'yes').valid).toBe(true)
    expect(checkFormat(spec, 'maybe').problems).toMatchObject([{ kind: 'pattern' }])
  })

  it('checks a JSON Schema', () => {
    const spec = parseFormat({
      kind: 'json',
      schema: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
    })
    expect(checkFormat(spec, '{"id": 4}').valid).toBe(true)
    expect(checkFormat(spec, '{"id": "4"}').problems).toMatchObject([
      { kind: 'schema', path: '$.id' },
    ])
  })

  it('checks each of a list of rules', () => {
    const spec = parseFormat({
      kind: 'rules',
      rules: [
        { startsWith: 'Hi' },
        { endsWith: 'Bye' },
        { contains: 'x' },
        { excludes: 'z' },
        { matches: '\\d' },
        { minWords: 4 },
        { maxWords: 4 },
        { minLines: 2 },
        { maxLines: 2 },
      ],
    })
    expect(checkFormat(spec, 'Hi x 4\nBye').valid).toBe(true)
    expect(checkFormat(spec, 'z').problems.map(({ message }) => message)).toEqual([
      'the house rule is that the reply starts with "Hi"',
      'the house rule is that the reply ends with "Bye"',
      'the house rule is that the reply contains "x"',
      'the house rule is that the reply is free of "z"',
      'the house rule is that the reply matches /\\d/',
      'the house rule is that the reply has at least 4 words',
      'the house rule is that the reply has at least 2 lines',
    ])
  })

  it('refuses what it cannot read, with the place', () => {
    expect(() => parseFormat({ kind: 'rules', rules: [{ startsWith: 4 }] })).toThrow(/\$\.rules\.0/)
    expect(() => compileFormat(parseFormat({ kind: 'pattern', pattern: '(' }))).toThrow(
      BehaviorError,
    )
    expect(() => compileFormat(parseFormat({ kind: 'json', schema: { if: {} } }))).toThrow(
      BehaviorError,
    )
  })
})
