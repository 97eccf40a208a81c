/** @file The texts of an example: what is asked, what is answered, and everything with its path. */
import type { ChatMessage } from '../../tokenizers/index.ts'
import type { Entry, Example } from './example.ts'

export type PlacedText = {
  readonly text: string
  readonly path: string
  readonly message: ChatMessage
}

/** Everything that a model would read: contents, thinking and the arguments of calls. */
export function textsOf({ example, places }: Entry): PlacedText[] {
  const texts: PlacedText[] = []
  for (const [at, message] of example.messages.entries()) {
    const { message: root, content: path } = places[at]!
    if (message.content) texts.push({ text: message.content, path, message })
    const { reasoning_content: thinking } = message
    if (typeof thinking === 'string')
      texts.push({ text: thinking, path: `${root}.reasoning_content`, message })
    for (const [index, call] of (message.tool_calls ?? []).entries())
      texts.push({
        text: argumentsText(call.function.arguments),
        path: `${root}.tool_calls[${index}].function.arguments`,
        message,
      })
  }
  return texts
}

/** All that comes before the last answer, but for system messages, which rows usually share. */
export function promptOf({ messages }: Example): string {
  const end = lastAnswer(messages)
  return messages
    .slice(0, end === -1 ? undefined : end)
    .filter(({ role }) => role !== 'system')
    .map(spoken)
    .join('\n')
}

/** The last message of the assistant, or ''. */
export function answerOf({ messages }: Example): string {
  const at = lastAnswer(messages)
  return at === -1 ? '' : spoken(messages[at]!)
}

/** What an answer also depends on: system messages and tools. */
export function settingOf({ messages, tools }: Example): string {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content)
  return JSON.stringify([system, tools])
}

export function lastAnswer(messages: readonly ChatMessage[]): number {
  return messages.findLastIndex(({ role }) => role === 'assistant')
}

/** Whether the loss is taken at the message. */
export function isTrained({ role, weight }: ChatMessage): boolean {
  return role === 'assistant' && weight !== 0
}

/** Whether the message says nothing and calls nothing. */
export function isBlank({ content, tool_calls: calls }: ChatMessage): boolean {
  return (content ?? '').trim() === '' && (calls ?? []).length === 0
}

function spoken({ content, tool_calls: calls }: ChatMessage): string {
  const called = (calls ?? []).map(
    ({ function: { name, arguments: args } }) => `${name}(${argumentsText(args)})`,
  )
  return [content ?? '', ...called].join('\n').trim()
}

function argumentsText(args: string | Record<string, unknown>): string {
  return typeof args === 'string' ? args : JSON.stringify(args)
}
