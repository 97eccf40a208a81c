import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { entriesOf } from './example.ts'
import { readExamples, readExamplesFile } from './read.ts'

const lines = (...rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const codes = (text: string | Uint8Array, options = {}): string[] =>
  readExamples(text, options).findings.map(({ code, line }) => `${line} ${code}`)
const messages = (text: string, options = {}): unknown[] =>
  entriesOf(readExamples(text, options)).map(({ example }) => example.messages)

const pair = [
  { role: 'user', content: 'Why?' },
  { role: 'assistant', content: 'Because.' },
]

describe('readExamples', () => {
  it.each([
    ['chat', lines({ messages: pair })],
    ['prompt-completion', lines({ prompt: 'Why?', completion: 'Because.' })],
    ['prompt-completion', lines({ prompt: pair.slice(0, 1), completion: pair.slice(1) })],
    ['alpaca', lines({ instruction: 'Why?', input: '', output: 'Because.' })],
    [
      'sharegpt',
      lines({
        conversations: [
          { from: 'human', value: 'Why?' },
          { from: 'gpt', value: 'Because.' },
        ],
      }),
    ],
  ])('reads %s', (format, text) => {
    expect(readExamples(text).format).toBe(format)
    expect(messages(text)).toEqual([pair])
    expect(codes(text)).toEqual([])
  })

  it('joins the input of Alpaca to its instruction, and puts its system text first', () => {
    const text = lines({
      system: 'Be kind.',
      instruction: 'Sum up:',
      input: 'A text.',
      output: 'Text.',
    })
    expect(messages(text)).toEqual([
      [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Sum up:\n\nA text.' },
        { role: 'assistant', content: 'Text.' },
      ],
    ])
  })

  it('reads function calls and observations of ShareGPT as tool calls', () => {
    const text = lines({
      conversations: [
        { from: 'human', value: 'Weather?' },
        { from: 'function_call', value: '{"name": "weather", "arguments": {"city": "Bern"}}' },
        { from: 'observation', value: 'rain' },
        { from: 'gpt', value: 'It rains.' },
      ],
      tools: '[{"type": "function", "function": {"name": "weather"}}]',
    })
    const [entry] = entriesOf(readExamples(text))
    expect(entry!.example.messages.slice(1, 3)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: 'call_1',
            type: 'function',
            function: { name: 'weather', arguments: { city: 'Bern' } },
          },
        ],
      },
      { role: 'tool', content: 'rain', tool_call_id: 'call_1' },
    ])
    expect(entry!.example.tools).toHaveLength(1)
  })

  it('reads CSV with mapped columns, several lines in a field, and the line of each record', () => {
    const csv = 'question;reply;page\n"Why?\nReally?";Because.;p1\n\nHow?;"So;"\nWho?;Me.;p2\n'
    const set = readExamples(csv, { columns: { prompt: 'question', completion: 'reply' } })
    expect(set.format).toBe('prompt-completion')
    expect(set.findings).toMatchObject([{ code: 'wrong_column_count', line: 5 }])
    expect(entriesOf(set).map(({ example }) => [example.line, example.extra])).toEqual([
      [2, { page: 'p1' }],
      [6, { page: 'p2' }],
    ])
    expect(entriesOf(set)[0]!.places[1]!.content).toBe('$.reply')
  })

  it('reports a quote that is never closed where its record starts', () => {
    const csv = 'prompt,completion\na,b\n\nc,"d\ne,f\n'
    expect(codes(csv, { name: 'x.csv' })).toEqual(['4 malformed_csv'])
  })

  it('reads JSON arrays with the line and path of each row, also beside broken ones', () => {
    const text = `[\n {"prompt": "a]", "completion":\n  "b"},\n {"prompt": bad},\n {"prompt": 5,\n  "completion": "d"}\n]\n`
    const set = readExamples(text)
    expect(set.rows.map(({ line, root }) => [line, root])).toEqual([
      [2, '$[0]'],
      [4, '$[1]'],
      [5, '$[2]'],
    ])
    expect(set.findings).toMatchObject([
      { code: 'invalid_json', line: 4, path: '$[1]' },
      { code: 'wrong_type', line: 5, path: '$[2].prompt' },
    ])
  })

  it('passes over a byte order mark, CRLF and blank lines', () => {
    const row = JSON.stringify({ prompt: 'a', completion: 'b' })
    const set = readExamples(new TextEncoder().encode(`\ufeff${row}\r\n\r\n${row}\r\n`))
    expect(set.rows.map(({ line }) => line)).toEqual([1, 3])
    expect(set.findings).toEqual([])
  })

  it('reads UTF-16 behind a byte order mark, and names the lines that are no valid UTF-8', () => {
    const row = `${JSON.stringify({ prompt: 'ä', completion: 'b' })}\n`
    expect(codes(Buffer.from(`\ufeff${row}`, 'utf16le'))).toEqual([])
    const broken = Buffer.concat([Buffer.from(row), Buffer.from(row, 'latin1')])
    expect(codes(broken)).toEqual(['2 invalid_encoding'])
  })

  it('recognises each row of a mixed file, and says that it is mixed', () => {
    const text = lines(
      { messages: pair },
      { prompt: 'Why?', completion: 'Because.' },
      { messages: pair },
    )
    expect(messages(text)).toEqual([pair, pair, pair])
    expect(codes(text)).toEqual(['2 mixed_formats'])
  })

  it('keeps other fields and the split', () => {
    const [entry] = entriesOf(readExamples(lines({ messages: pair, split: 'test', page: 7 })))
    expect(entry!.example).toMatchObject({ split: 'test', extra: { page: 7 } })
  })

  it('joins text parts and refuses others', () => {
    const content = [
      { type: 'text', text: 'Why' },
      { type: 'image_url', image_url: {} },
      { type: 'text', text: '?' },
    ]
    const set = readExamples(lines({ messages: [{ role: 'user', content }, pair[1]] }))
    expect(entriesOf(set)[0]!.example.messages[0]!.content).toBe('Why?')
    expect(set.findings).toMatchObject([
      { code: 'unsupported_content', path: '$.messages[0].content[1]' },
    ])
  })

  it.each([
    [{ messages: 'no' }, 'wrong_type $.messages'],
    [{ messages: [3] }, 'wrong_type $.messages[0]'],
    [{ messages: [{ role: 'user' }] }, 'missing_field $.messages[0].content'],
    [{ messages: [{ role: 7, content: 'a' }] }, 'wrong_type $.messages[0].role'],
    [{ messages: [{ role: 'narrator', content: 'a' }] }, 'unknown_role $.messages[0].role'],
    [{ messages: [{ role: 'user', content: 'a', mood: 1 }] }, 'unknown_field $.messages[0].mood'],
    [
      { messages: [{ role: 'user', content: 'a', weight: 1 }] },
      'weight_ignored $.messages[0].weight',
    ],
    [
      { messages: [{ role: 'assistant', content: 'a', weight: 2 }] },
      'invalid_weight $.messages[0].weight',
    ],
    [{ messages: [{ role: 'tool', content: 'a' }] }, 'missing_field $.messages[0].tool_call_id'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{}] }] },
      'wrong_type $.messages[0].tool_calls[0]',
    ],
    [{ messages: pair, tools: [{ name: 'x' }] }, 'invalid_tool $.tools[0]'],
    [{ conversations: [{ from: 'nobody', value: 'a' }] }, 'unknown_role $.conversations[0].from'],
    [{ prompt: 'a' }, 'missing_field $.completion'],
    [{ question: 'a' }, 'unknown_format $'],
  ])('reports %j', (row, expected) => {
    const found = readExamples(lines(row)).findings.map(({ code, path: at }) => `${code} ${at}`)
    expect(found).toEqual([expected])
  })

  it('says what is wrong with common slips in JSON', () => {
    const fixes = ["{'prompt': 'a'}", '{"a": 1}{"b": 2}', '{"a": None}', '{"a": "b'].map(
      (text) => readExamples(`{"prompt": "a", "completion": "b"}\n${text}`).findings[0]!.fix,
    )
    expect(fixes).toEqual([
      'Use double quotes: JSON knows no single ones.',
      'Put each object on a line of its own.',
      'Use null, true, false or a number; this is no JSON value.',
      'The row breaks off: close its strings and brackets, and keep each row on one line.',
    ])
  })

  it('refuses nesting that would overflow the stack', () => {
    const deep = `{"messages": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    expect(readExamples(deep).findings).toMatchObject([
      { code: 'invalid_json', message: 'nests 50001 levels deep; 100 are read' },
    ])
  })

  it('refuses options that name nothing', () => {
    const format = 'yaml' as 'chat'
    expect(() => readExamples('', { format })).toThrow('the format "yaml" is unknown')
    expect(() => readExamples('', { columns: { answer: 'x' } })).toThrow('no format has a field')
  })

  it('never throws, whatever the text', () => {
    const row = fc.oneof(fc.string(), fc.json(), fc.constantFrom('[', '{', '"', ',', '\n', ']'))
    fc.assert(
      fc.property(fc.array(row), fc.constantFrom('\n', ''), (rows, joint) => {
        const { findings, rows: read } = readExamples(rows.join(joint))
        expect(findings.length + read.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('readExamplesFile', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'a.jsonl')
  writeFileSync(file, lines({ messages: pair }))

  it('reads up to a limit', async () => {
    expect((await readExamplesFile(file)).rows).toHaveLength(1)
    await expect(readExamplesFile(file, { maxBytes: 10 })).rejects.toMatchObject({
      code: 'file_too_large',
      message: `${file} has 0.0 MB; up to 0.0 MB are read`,
    })
  })

  it('says which file cannot be read', async () => {
    const missing = path.join(folder, 'missing.jsonl')
    await expect(readExamplesFile(missing)).rejects.toMatchObject({ code: 'file_unreadable' })
  })
})
