import { describe, expect, it } from 'vitest'
import { callsOf, readCalls, sameCalls, sameTools } from './read-calls.ts'

const call = { name: 'book_table', arguments: { people: 4, at: 'Luigi {the best]' } }
const args = JSON.stringify(call.arguments)

describe('readCalls', () => {
  it.each([
    ['the embedded base', `{"tool":"book_table","arguments":${args}}`],
    ['Qwen', `<tool_call>\n{"name": "book_table", "arguments": ${args}}\n</tool_call>`],
    ['Llama 3', `{"name": "book_table", "parameters": ${args}}`],
    ['Mistral', `[TOOL_CALLS] [{"name": "book_table", "arguments": ${args}}]`],
    ['a service', JSON.stringify({ name: 'book_table', arguments: args })],
    [
      'OpenAI',
      JSON.stringify({ type: 'function', function: { name: 'book_table', arguments: args } }),
    ],
    [
      'a model that talks',
      `Sure {so} I call:\n{"name": "book_table", "arguments": ${args}} - done`,
    ],
  ])('reads a call as %s writes it', (_who, text) => {
    expect(readCalls(text)).toEqual([call])
  })

  it('reads several, and none in text, broken JSON or other objects', () => {
    const one = `{"name":"book_table","arguments":${args}}`
    expect(readCalls(`${one}\n${one}`)).toEqual([call, call])
    for (const text of [
      'None of the tools can do that.',
      one.slice(0, -1),
      '{"people": 4}',
      '{"name":"x"}',
    ])
      expect(readCalls(text)).toEqual([])
  })
})

describe('comparison', () => {
  const other = { name: 'find_table', arguments: {} }

  it('takes arguments as values, in any order of keys and calls', () => {
    const swapped = { name: 'book_table', arguments: { at: call.arguments.at, people: 4 } }
    expect(sameCalls([call, other], [other, swapped])).toBe(true)
    expect(sameCalls([call], [{ ...call, arguments: { ...call.arguments, people: '4' } }])).toBe(
      false,
    )
    expect(sameCalls([call, call], [call, other])).toBe(false)
    expect(sameCalls([call], [])).toBe(false)
  })

  it('of tools looks at names alone', () => {
    expect(sameTools([{ ...call, arguments: {} }], [call])).toBe(true)
    expect(sameTools([call, call], [call])).toBe(false)
    expect(sameTools([], [])).toBe(true)
  })

  it('reads arguments of examples as objects and as JSON text', () => {
    const { name } = call
    expect(callsOf([{ function: { name, arguments: args } }])).toEqual([call])
    expect(callsOf([{ function: { name, arguments: call.arguments } }])).toEqual([call])
  })
})
