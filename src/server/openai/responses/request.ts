/** @file What POST /v1/responses takes. */
import { z } from 'zod'
import { type Message, type MessageContent, messageContent } from '../conversation.ts'
import { unsupported } from '../shared.ts'
import { type ResponseFormat, responseFormat } from '../structured.ts'
import { isEmptyList, isFalse, isZero, type Refusal, refuse } from '../unsupported.ts'

const item = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: messageContent.optional(),
})

const tool = z.looseObject({ type: z.string() })

export type ResponseRequest = {
  model: string
  input: string | InputItem[]
  instructions?: string | null | undefined
  previous_response_id?: string | null | undefined
  include?: string[] | null | undefined
  metadata?: Record<string, string> | null | undefined
  store?: boolean | null | undefined
  stream?: boolean | null | undefined
  text?: { format?: ResponseFormat | null | undefined } | null | undefined
  tool_choice?: string | { type: string } | null | undefined
  tools?: { type: string }[] | null | undefined
  user?: string | null | undefined
}

type InputItem = {
  type?: string | undefined
  role?: string | undefined
  content?: MessageContent | undefined
}

export const responseSchema: z.ZodType<ResponseRequest> = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(item).min(1).max(1_000)]),
  instructions: z.string().nullish(),
  previous_response_id: z.string().nullish(),
  include: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  text: z.looseObject({ format: responseFormat }).nullish(),
  tool_choice: z.union([z.string(), z.looseObject({ type: z.string() })]).nullish(),
  tools: z.array(tool).max(20).nullish(),
  user: z.string().nullish(),
})

const refusals: readonly Refusal[] = [
  { param: 'background', harmless: isFalse, why: 'responses are given at once' },
  {
    param: 'conversation',
    why: 'conversations are not kept',
    hint: 'Go on with previous_response_id.',
  },
  { param: 'prompt', why: 'prompts are not kept', hint: 'Send the text as instructions.' },
  { param: 'top_logprobs', harmless: isZero, why: 'log-probabilities are not given' },
  { param: 'context_management', harmless: isEmptyList, why: 'earlier turns are not compacted' },
]

/** @throws RequestError 400 for what is not offered */
export function refuseUnsupported(request: ResponseRequest): void {
  refuse(request, refusals)
}

/** What a client that goes on by itself sends back of an earlier response, beside its messages. */
const OUTPUT_ITEMS = ['file_search_call', 'reasoning']

/** @throws RequestError 400 for items that are no messages */
export function messagesOf(input: ResponseRequest['input']): Message[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  return input.flatMap(({ type = 'message', role, content }, index): Message[] => {
    if (OUTPUT_ITEMS.includes(type)) return []
    if (type === 'message' && role !== undefined && content !== undefined)
      return [{ role, content }]
    throw unsupported(
      `input.${index}`,
      `input.${index}: an item of the type "${type}" cannot be read`,
      'Send messages with a role and content.',
    )
  })
}
