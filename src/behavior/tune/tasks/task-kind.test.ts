import { describe, expect, it } from 'vitest'
import type { ChatMessage } from '../../../tokenizers/index.ts'
import type { Example } from '../../examples/example.ts'
import { inferTask } from './task-kind.ts'

function examples(count: number, reply: (i: number) => Omit<ChatMessage, 'role'>): Example[] {
  return Array.from({ length: count }, (_, i) => ({
    line: i + 1,
    messages: [
      { role: 'user', content: `question ${i}` },
      { role: 'assistant', ...reply(i) },
    ],
    extra: {},
  }))
}

const tool_calls = [{ function: { name: 'find', arguments: '{}' } }]

describe('inferTask', () => {
  it('sees labels, JSON and calls in the replies', () => {
    expect(inferTask(examples(40, (i) => ({ content: `label_${i % 4}` })))).toBe('label')
    expect(inferTask(examples(40, (i) => ({ content: JSON.stringify({ i }) })))).toBe('json')
    expect(inferTask(examples(40, () => ({ content: null, tool_calls })))).toBe('tool-calls')
  })

  it('takes replies that call nothing for part of the choice', () => {
    const mixed = examples(40, (i) =>
      i % 4 ? { content: null, tool_calls } : { content: 'No tool.' },
    )
    expect(inferTask(mixed)).toBe('tool-calls')
  })

  it('takes everything else for replies', () => {
    const greeting = (i: number): string =>
      `Hello!\nIt takes ${i} days, as the page of ${i} says.\nBye`
    expect(inferTask(examples(40, (i) => ({ content: greeting(i) })))).toBe('reply')
    const half = (i: number) => ({ content: i % 2 ? JSON.stringify({ i }) : greeting(i) })
    expect(inferTask(examples(40, half))).toBe('reply')
  })
})
