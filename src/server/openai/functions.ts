/** @file Functions of the caller: offered as tools, asked for as tool calls, told as messages of the role tool. */
import { z } from 'zod'
import type { Answer, AskOptions } from '../../assistant/index.ts'
import { GraftError } from '../../errors.ts'
import { type Message, type MessageContent, messageContent } from './conversation.ts'
import { openaiError, unsupported } from './shared.ts'

type CallMessage = { id: string; function: { name: string; arguments: string } }

export type ChatMessage = {
  role: string
  content?: MessageContent | null | undefined
  tool_calls?: CallMessage[] | null | undefined
  tool_call_id?: string | undefined
}

const callMessage = z.looseObject({
  id: z.string().max(200),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
})

export const chatMessage: z.ZodType<ChatMessage> = z.looseObject({
  role: z.string(),
  content: messageContent.nullish(),
  tool_calls: z.array(callMessage).max(64).nullish(),
  tool_call_id: z.string().max(200).optional(),
})

export type FunctionTool = {
  type: string
  function: {
    name: string
    description?: string | undefined
    parameters?: Record<string, unknown> | null | undefined
  }
}

export const functionTools: z.ZodType<FunctionTool[] | null | undefined> = z
  .array(
    z.looseObject({
      type: z.literal('function'),
      function: z.looseObject({
        name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
        description: z.string().max(4_000).optional(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
      }),
    }),
  )
  .max(64)
  .nullish()

export const toolChoice: z.ZodType<string | object | null | undefined> = z
  .union([z.string(), z.looseObject({})])
  .nullish()

type FunctionRequest = {
  messages: ChatMessage[]
  tools?: FunctionTool[] | null | undefined
  tool_choice?: string | object | null | undefined
}

const NO_PARAMETERS = { type: 'object', properties: {} }

/**
 * The conversation without its calls, and what may be called. Calls and results count behind the last message
 * of the user; those of earlier questions are in the answers that they led to.
 * @throws RequestError 400
 */
export function functionsOf({ messages, tools, tool_choice }: FunctionRequest): {
  messages: Message[]
  functions: Pick<AskOptions, 'functions'>
} {
  if (tool_choice && tool_choice !== 'auto' && tool_choice !== 'none')
    throw unsupported('tool_choice', 'tool_choice: no call can be forced', 'Use "auto" or "none".')
  const lastUser = messages.findLastIndex(({ role }) => role === 'user')
  const results = resultsOf(messages.slice(lastUser + 1))
  const kept = results.length > 0 ? messages.slice(0, lastUser + 1) : messages
  const offers = (tool_choice === 'none' ? [] : (tools ?? [])).map(({ function: offer }) => ({
    name: offer.name,
    description: offer.description ?? '',
    inputSchema: offer.parameters ?? NO_PARAMETERS,
  }))
  return {
    messages: kept.filter(isSpoken).map(({ role, content }) => ({ role, content: content ?? '' })),
    functions: offers.length + results.length > 0 ? { functions: { offers, results } } : {},
  }
}

function isSpoken({ role, content, tool_calls }: ChatMessage): boolean {
  return role !== 'tool' && !(content == null && tool_calls != null)
}

/** @throws RequestError 400 for a result without its call */
function resultsOf(
  messages: readonly ChatMessage[],
): { callId: string; name: string; text: string }[] {
  const calls = messages.flatMap(({ tool_calls }) => tool_calls ?? [])
  return messages.flatMap(({ role, content, tool_call_id }) => {
    if (role !== 'tool') return []
    const call = calls.find(({ id }) => id === tool_call_id)
    if (!call) throw withoutCall(tool_call_id)
    return [{ callId: call.id, name: call.function.name, text: textOf(content) }]
  })
}

function textOf(content: MessageContent | null | undefined): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(({ text }) => text ?? '').join('\n')
}

export function toolCallsOf({ calls }: Answer): { content?: null; tool_calls?: object[] } {
  if (!calls?.length) return {}
  const tool_calls = calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  return { content: null, tool_calls }
}

/** The same as one delta of a stream. */
export function toolCallDeltas(answer: Answer): { tool_calls: object[] } | undefined {
  const { tool_calls } = toolCallsOf(answer)
  return tool_calls && { tool_calls: tool_calls.map((call, index) => ({ index, ...call })) }
}

export function finishOf({ calls }: Answer): 'stop' | 'tool_calls' {
  return calls?.length ? 'tool_calls' : 'stop'
}

/** A model that cannot decide on functions is the fault of the parameter. */
export function nameTools(error: unknown): never {
  if (!(error instanceof GraftError) || error.code !== 'tools_unavailable') throw error
  throw unsupported('tools', `tools: ${error.message}`, error.hint)
}

function withoutCall(id: string | undefined): Error {
  return openaiError(400, {
    message: `messages: the result ${JSON.stringify(id)} belongs to no call behind the last question`,
    param: 'messages',
    hint: 'Send the message with tool_calls before those with its results.',
  })
}
