import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from '../../../test/fixtures/engine/read-fixture.ts'
import { randomSentence, seededRandom } from '../../../test/helpers/random.ts'
import { type ChatMessage, loadTokenizer, type Tokenizer } from '../../tokenizers/index.ts'
import { type CheckOptions, checkExamples, type Report } from './check-examples.ts'
import type { Example } from './example.ts'
import { findingKinds } from './finding-kinds.ts'

const user = (content: string): ChatMessage => ({ role: 'user', content })
const assistant = (content: string, rest: Partial<ChatMessage> = {}): ChatMessage => ({
  role: 'assistant',
  content,
  ...rest,
})
const call = (id: string, name: string, args: string): ChatMessage => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name, arguments: args } }],
})
const result = (id: string): ChatMessage => ({ role: 'tool', content: 'done', tool_call_id: id })

type Conversation =
  | ChatMessage[]
  | (Omit<Partial<Example>, 'messages'> & { messages: ChatMessage[] })
const examples = (...conversations: Conversation[]): Example[] =>
  conversations.map((one, at) => ({
    line: at + 1,
    extra: {},
    ...(Array.isArray(one) ? { messages: one } : one),
  }))
const check = (conversations: Conversation[], options?: CheckOptions): Report =>
  checkExamples(examples(...conversations), options)
/** Findings but for the one that says how few examples a test has. */
const found = (conversations: Conversation[], options?: CheckOptions): string[] =>
  check(conversations, options)
    .findings.filter(({ code }) => code !== 'too_few_examples')
    .map(({ line, code, path }) => [line, code, path].filter(Boolean).join(' '))

const tool = (parameters: Record<string, unknown>): Record<string, unknown> => ({
  type: 'function',
  function: { name: 'book', parameters },
})
const calling = (args: string, parameters: Record<string, unknown>): Conversation => ({
  messages: [user('Book it'), call('c', 'book', args), result('c'), assistant('Booked.')],
  tools: [tool(parameters)],
})

describe('checks of the order', () => {
  it('report a start without a question, and one role twice', () => {
    expect(
      found([[assistant('Hi'), user('a'), user('b'), assistant('c'), assistant('d')]]),
    ).toEqual([
      '1 no_question $.messages[0]',
      '1 repeated_role $.messages[2]',
      '1 repeated_role $.messages[4]',
    ])
  })

  it('accept a conversation of several turns, some of them not trained', () => {
    const turns = [user('a'), assistant('b', { weight: 0 }), user('c'), assistant('d')]
    expect(found([[{ role: 'system', content: 's' }, ...turns]])).toEqual([])
  })
})

describe('checks of tools', () => {
  it('match results with calls', () => {
    const tools = [tool({})]
    const at = '$.messages[1].tool_calls[0].id'
    const opened = [user('a'), call('c', 'book', '{}')]
    const of = (...messages: ChatMessage[]): string[] =>
      found([{ messages: [...opened, ...messages], tools }])
    expect(of(result('c'), assistant('b'))).toEqual([])
    // A call at the end is what is learned.
    expect(of()).toEqual([])
    expect(of(assistant('b'))).toEqual([
      `1 call_without_result ${at}`,
      '1 repeated_role $.messages[2]',
    ])
    expect(of(result('d'), result('c'), assistant('b'))).toEqual([
      '1 result_without_call $.messages[2].tool_call_id',
    ])
    expect(of(result('c'), call('c', 'book', '{}'))).toEqual([
      '1 duplicate_call_id $.messages[3].tool_calls[0].id',
    ])
  })

  it('hold arguments against the schema of the tool', () => {
    const schema = {
      type: 'object',
      properties: { seats: { type: 'integer', minimum: 1 }, day: { enum: ['sat', 'sun'] } },
      required: ['seats'],
      additionalProperties: false,
    }
    const messages = (args: string): string[] =>
      check([calling(args, schema)])
        .findings.filter(({ code }) => code === 'invalid_arguments')
        .map(({ message }) => message)
    expect(messages('{"seats": 2, "day": "sun"}')).toEqual([])
    expect(messages('{"day": "mon", "seats": 0, "row": 3}')).toEqual([
      expect.stringContaining('"book" at seats'),
      expect.stringContaining('"book" at day'),
      expect.stringContaining('"row"'),
    ])
    expect(messages('{"seats"')).toEqual([
      'the arguments of "book" are no JSON object: "{\\"seats\\""',
    ])
  })

  it('say once which schema they cannot check', () => {
    const conditional = { if: {}, type: 'object' }
    expect(found([calling('{}', conditional), calling('{"a": 1}', conditional)])).toEqual([
      '1 unchecked_tool $.messages[1].tool_calls[0].function',
    ])
    expect(found([calling('{}', { type: 'objekt' })])).toEqual([
      '1 invalid_tool $.messages[1].tool_calls[0].function',
    ])
  })

  it('ask for the tools of a row that calls one', () => {
    expect(found([[user('a'), call('c', 'book', '{}'), result('c'), assistant('b')]])).toEqual([
      '1 tools_missing $.messages[1].tool_calls[0].function',
    ])
  })
})

describe('checks of texts', () => {
  it('report invisible characters, half characters and control tokens', () => {
    expect(found([[user('a\u200bb'), assistant('c\ud83d')]])).toEqual([
      '1 control_character $.messages[0].content',
      '1 invalid_encoding $.messages[1].content',
    ])
    expect(found([[user('What does [INST] do?'), assistant('Nothing <s>here</s>.')]])).toEqual([
      '1 control_token $.messages[0].content',
      '1 control_token $.messages[1].content',
    ])
  })

  it('leave accents, emoji and line ends alone', () => {
    expect(
      found([[user('Où est le café « Ã la carte » ?\n\tIci'), assistant('Là — 👩‍🚀 naïve Â …')]]),
    ).toEqual([])
  })
})

describe('checks of personal data', () => {
  it("take what many rows share for the house's own", () => {
    const rows = Array.from({ length: 12 }, (_, at) => [
      user(`Question ${at} about ${'abcdefghijkl'[at]!.repeat(9)}`),
      assistant(at === 3 ? 'Ask jo@house.example or desk@house.example' : 'Ask desk@house.example'),
    ])
    const { findings } = check(rows, { skip: ['format', 'labels', 'duplicates', 'contradictions'] })
    expect(findings.filter(({ severity }) => severity === 'info')).toHaveLength(12)
    expect(findings.filter(({ severity }) => severity === 'warning')).toMatchObject([
      { line: 4, code: 'personal_data', message: 'an e-mail address: jo********le' },
    ])
  })
})

describe('checks of rows against rows', () => {
  const system = (content: string): ChatMessage => ({ role: 'system', content })
  const question = 'How many days may I take to return the boots that I bought?'

  it('tell duplicates, near duplicates and contradictions apart', () => {
    const reply = 'You may return the boots within 30 days, with the receipt.'
    const rows = [
      [user(question), assistant(reply)],
      [user(` ${question}`), assistant(reply)],
      [user(`${question}!`), assistant(`${reply} Thanks`)],
      [user(question), assistant(reply.replace('30', '14'))],
      [user(question), assistant('Bring them to the till on the ground floor.')],
    ]
    expect(found(rows)).toEqual([
      '2 exact_duplicate $',
      '2 surrounding_whitespace $.messages[0].content',
      '3 near_duplicate $',
      '4 contradictory_answers $.messages[1].content',
      '5 contradictory_answers $.messages[1].content',
    ])
    expect(check(rows).findings.map(({ message }) => message)).toContain(
      'line 1 asks the same, but its numbers are 30, here they are 14',
    )
  })

  it('pass over numbers of lists, and numbers that the question has', () => {
    const ask = (order: number): ChatMessage =>
      user(`Please cancel my order ${order} for the red boots, would you?`)
    const rows = [
      [ask(71), assistant('Gladly:\n1. Open your orders.\n2. Choose 71.\n3. Press cancel.')],
      [ask(71), assistant('Gladly:\n1. Open your orders.\n2. Press cancel.')],
    ]
    expect(found(rows, { similarity: 0.99 })).toEqual([])
  })

  it('take another system prompt, or another number in the question, for another question', () => {
    const rows = [
      [system('Be formal.'), user(question), assistant('You have 30 days.')],
      [system('Be brief.'), user(question), assistant('30 days, or 14 on sale.')],
      [user('What is the price of plan 12 for a year?'), assistant('It is 40 euros.')],
      [user('What is the price of plan 13 for a year?'), assistant('It is 55 euros.')],
    ]
    expect(found(rows)).toEqual([])
  })

  it('find held-out rows among the trained, in another file or by their split', () => {
    const rows = [
      { messages: [user(question), assistant('30 days.')], split: 'train' },
      { messages: [user(`${question} Please`), assistant('Thirty.')], split: 'test' },
      { messages: [user('Where is the till?'), assistant('On the left.')], split: 'validation' },
    ]
    expect(found(rows)).toEqual(['2 nearly_leaked $'])
    const test = examples(
      [user(question.toUpperCase()), assistant('?')],
      [user('Who?'), assistant('I.')],
    )
    const leaks = check(rows.slice(0, 1), { test }).findings.filter(({ file }) => file)
    expect(leaks).toMatchObject([{ code: 'leaked', file: 'test', line: 1, otherLine: 1 }])
  })
})

describe('checks of labels', () => {
  const random = seededRandom(9)
  const topics = {
    refund: 'money back return paid refund cash',
    delivery: 'parcel courier late arrive ship track',
    login: 'password account locked sign reset code',
  }
  const rows = Object.entries(topics).flatMap(([label, words]) =>
    Array.from({ length: 30 }, () => {
      const some = Array.from({ length: 5 }, () => random.pick(words.split(' ')))
      return [user(`${some.join(' ')} ${randomSentence(random, 1)}`), assistant(label)]
    }),
  )

  it('find the rows whose label their neighbours do not share', () => {
    const noisy = rows.map((row, at) =>
      at === 4 || at === 40 ? [row[0]!, assistant('login')] : row,
    )
    expect(found(noisy)).toEqual([
      '5 suspect_label $.messages[1].content',
      '41 suspect_label $.messages[1].content',
    ])
    expect(found(rows)).toEqual([])
  })

  it('find one label that is written in two ways, rare ones and imbalance', () => {
    const text = (): string => randomSentence(random, 8)
    const more = Array.from({ length: 90 }, () => [user(text()), assistant('refund')])
    const odd = [user(text()), assistant('Refund.')]
    const report = check([...rows, ...more, odd], { skip: ['label-noise'] })
    expect(report.findings).toMatchObject([
      { code: 'class_imbalance', message: '"refund" has 120 rows, "Refund." has 1' },
      { code: 'rare_label', message: '1 of 4 labels have fewer than 5 rows: "Refund." 1' },
      { code: 'label_variant', line: 181, fix: 'Write "refund".' },
    ])
    expect(report.statistics.labels).toEqual({ refund: 120, delivery: 30, login: 30, 'Refund.': 1 })
  })
})

describe('checks of form', () => {
  const random = seededRandom(5)
  const rows = (answer: (at: number) => string): ChatMessage[][] =>
    Array.from({ length: 20 }, (_, at) => [user(randomSentence(random, 12)), assistant(answer(at))])

  it('report answers that open, close or are keyed unlike the others', () => {
    const greeted = rows((at) =>
      at === 7
        ? randomSentence(random, 12)
        : `Thanks for asking. ${randomSentence(random, 9)} Kind regards`,
    )
    expect(
      check(greeted).findings.map(({ line, message }) => [line, message.split(' is ')[0]]),
    ).toEqual([
      [8, 'the opening'],
      [8, 'the closing'],
    ])
    const keyed = rows((at) =>
      JSON.stringify(at === 3 ? { name: at } : { name: at, city: randomSentence(random, 2) }),
    )
    expect(check(keyed).findings.map(({ line, message }) => [line, message])).toEqual([
      [4, 'the list of JSON keys is "name"; in 95 % of 20 answers it is "city, name"'],
    ])
  })

  it('report broken JSON among JSON, and say nothing of free text', () => {
    const broken = rows((at) => (at === 0 ? '{"a": ' : `{"a": ${at}}`))
    expect(check(broken).findings[0]).toMatchObject({ line: 1, code: 'format_outlier' })
    expect(found(rows(() => randomSentence(random, 15)))).toEqual([])
  })

  it('report refusals, and their share once it is large', () => {
    const refusing = rows((at) =>
      at < 4
        ? `I'm sorry, but I can't help with ${randomSentence(random, 9)}`
        : randomSentence(random, 9),
    )
    expect(found(refusing)).toEqual([
      'refusal_share $',
      ...[1, 2, 3, 4].map((line) => `${line} refusal $.messages[1].content`),
    ])
    expect(check(refusing).statistics.refusalShare).toBe(0.2)
  })
})

describe('checks with a tokenizer', () => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await loadTokenizer(fixturePath('models/llama'))
  })

  it('count tokens as training does, and hold them against the context', () => {
    const rows = [
      [user('a'), assistant('b')],
      [user('a longer question'), assistant('b c d')],
    ]
    const { statistics } = check(rows, { tokenizer })
    expect(statistics.isEstimated).toBe(false)
    expect(statistics.longestLine).toBe(2)
    const { max, min } = statistics.tokens
    expect(min).toBeLessThan(max)
    expect(found(rows, { tokenizer, contextLength: max })).toEqual([])
    expect(found(rows, { tokenizer, contextLength: max - 1 })).toEqual(['2 too_long $'])
  })

  it('report what the chat template does not take, with its reason', () => {
    const template = "{{ raise_exception('no tools here') }}"
    const strict: Tokenizer = { ...tokenizer, chatTemplates: { default: template } }
    const { findings } = check([[user('a'), assistant('b')]], { tokenizer: strict })
    expect(findings.find(({ code }) => code === 'not_renderable')!.message).toContain(
      'no tools here',
    )
  })

  it('report its control tokens once, with their path', () => {
    expect(found([[user('say <|endoftext|>'), assistant('b')]], { tokenizer })).toEqual([
      '1 control_token $.messages[0].content',
    ])
  })
})

describe('checkExamples', () => {
  it('estimates tokens, time and cost', () => {
    const rows = [[user('a'.repeat(200)), assistant('b'.repeat(200))]]
    const report = check(rows, { epochs: 2, tokensPerSecond: 50, pricePerMillionTokens: 3 })
    expect(report.estimate).toEqual({ epochs: 2, tokens: 200, seconds: 4, price: 0.0006 })
    expect(report.statistics).toMatchObject({ trainedTokens: 50, isEstimated: true })
  })

  it('skips what it is told to, and refuses what it does not know', () => {
    const rows = [[user('a'), assistant('As an AI, no.')]]
    expect(found(rows)).toEqual(['1 refusal $.messages[1].content'])
    expect(found(rows, { skip: ['refusals'] })).toEqual([])
    expect(() => check(rows, { skip: ['spelling' as 'text'] })).toThrow('no check "spelling"')
    expect(() => check(rows, { similarity: 2 })).toThrow('the similarity is 2')
  })

  it('has every kind of finding explained in the guide', () => {
    const guide = readFileSync(new URL('../../../docs/guides/examples.md', import.meta.url), 'utf8')
    const missing = Object.keys(findingKinds).filter((code) => !guide.includes(`\`${code}\``))
    expect(missing).toEqual([])
  })
})
