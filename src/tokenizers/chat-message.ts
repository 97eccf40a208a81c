/** @file Chat messages as data has them, and as templates expect them. */
import { TokenizerError } from './errors.ts'

export type ToolCall = {
  id?: string
  type?: 'function'
  /** `arguments` as an object, or as the JSON text that OpenAI's format has. */
  function: { name: string; arguments: string | Record<string, unknown> }
}

export type ChatMessage = {
  role: string
  content?: string | null
  name?: string
  /** Thinking that preceded the answer, for templates that show it. */
  reasoning_content?: string
  tool_calls?: ToolCall[]
  tool_call_id?: string
  /** 0 keeps an assistant message out of the loss. Default 1. */
  weight?: 0 | 1
}

/** A tool as the OpenAI format describes it: `{type: 'function', function: {name, …}}`. */
export type ToolDefinition = Record<string, unknown>

/**
 * What a template is given: no `weight`, and tool arguments as objects.
 * @throws TokenizerError `invalid_message`
 */
export function toTemplateMessages(messages: readonly ChatMessage[]): Record<string, unknown>[] {
  return messages.map(({ weight, tool_calls: calls, ...message }, at) => {
    if (weight !== undefined && weight !== 0 && weight !== 1)
      throw invalidMessage(
        at,
        `has the weight ${weight}`,
        'Use 1 to train a message and 0 to skip it.',
      )
    if (!calls) return message
    return { ...message, tool_calls: calls.map((call) => withParsedArguments(call, at)) }
  })
}

/**
 * Refuses text that the tokenizer would read as control tokens: it could forge turns.
 * @throws TokenizerError `special_token_in_message`
 */
export function assertNoSpecialTokens(
  messages: readonly ChatMessage[],
  specialTokens: readonly string[],
): void {
  for (const [at, { role: _, weight: __, ...fields }] of messages.entries()) {
    const text = collectStrings(fields).join('\n')
    const found = specialTokens.find((token) => text.includes(token))
    if (found !== undefined)
      throw new TokenizerError(
        'special_token_in_message',
        `message ${at} contains the control token ${found}`,
        { hint: 'Remove it from the text, or write it with a space inside.' },
      )
  }
}

function withParsedArguments(call: ToolCall, at: number): ToolCall {
  const { arguments: args, name } = call.function
  if (typeof args !== 'string') return call
  const parsed = parseObject(args)
  if (!parsed)
    throw invalidMessage(
      at,
      `calls "${name}" with arguments that are no JSON object: ${args.slice(0, 60)}`,
      'Give the arguments as a JSON object, such as {"city": "Paris"}.',
    )
  return { ...call, function: { ...call.function, arguments: parsed } }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function collectStrings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [key, ...collectStrings(item)])
}

function invalidMessage(at: number, reason: string, hint: string): TokenizerError {
  return new TokenizerError('invalid_message', `message ${at} ${reason}`, { hint })
}
