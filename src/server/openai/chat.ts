/** @file POST /v1/chat/completions: grounded answers as chat completions, whole or streamed. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Answer, AskOptions, Usage } from '../../assistant/index.ts'
import { randomId } from '../../util/hash.ts'
import type { Workspace } from '../../workspace.ts'
import { errorBody, logUnexpected } from '../errors.ts'
import { DONE_FRAME, frame, streamResponse } from '../sse.ts'
import { type AnswerWork, beginAnswer, type Slots } from '../work.ts'
import {
  answerDetails,
  type ChatAnnotation,
  chatAnnotation,
  createAnswerText,
  type LinkOptions,
} from './annotations.ts'
import { toConversation } from './conversation.ts'
import {
  chatMessage,
  finishOf,
  functionsOf,
  functionTools,
  nameTools,
  toolCallDeltas,
  toolCallsOf,
  toolChoice,
} from './functions.ts'
import { parseBody, readerOf, unix } from './shared.ts'
import { outputOf, replyOf, responseFormat } from './structured.ts'
import { isEmptyList, isFalse, isOne, isZero, type Refusal, refuse } from './unsupported.ts'

const refusals: readonly Refusal[] = [
  { param: 'n', harmless: isOne, why: 'one choice is given per request' },
  { param: 'logprobs', harmless: isFalse, why: 'log-probabilities are not given' },
  { param: 'top_logprobs', harmless: isZero, why: 'log-probabilities are not given' },
  { param: 'audio', why: 'answers are text' },
  {
    param: 'modalities',
    harmless: (value) => JSON.stringify(value) === '["text"]',
    why: 'answers are text',
  },
  { param: 'prediction', why: 'predicted output is not used' },
  { param: 'web_search_options', why: 'answers come from the documents of the workspace' },
  {
    param: 'functions',
    harmless: isEmptyList,
    why: 'functions are given as tools',
    hint: 'Send tools: [{ type: "function", function: { name, description, parameters } }].',
  },
]

/** What narrows the documents; OpenAI's own chat completions know no such thing. */
const scope: z.ZodType<Scope> = z.strictObject({
  collections: z.array(z.string()).min(1).max(100).optional(),
  path: z.string().max(500).optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  as_of: z.string().optional(),
})

type Scope = {
  collections?: string[] | undefined
  path?: string | undefined
  since?: string | undefined
  until?: string | undefined
  as_of?: string | undefined
}

const chatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(chatMessage).min(1).max(1_000),
  tools: functionTools,
  tool_choice: toolChoice,
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  response_format: responseFormat,
  user: z.string().nullish(),
  graft: scope.optional(),
})

type ChatRequest = z.infer<typeof chatRequest>
type Head = { id: string; created: number; model: string }

export function chatRoutes(workspace: Workspace, slots: Slots): Hono {
  return new Hono().post('/chat/completions', async (context) => {
    const request = await parseBody(chatRequest, context)
    refuse(request, refusals)
    const reader = await readerOf(context, workspace, request.user)
    const { messages, functions } = functionsOf(request)
    const { question, history, instructions } = toConversation(messages, 'messages')
    const { model } = request
    const form = outputOf(request.response_format, 'response_format')
    const options = {
      reader,
      history,
      model,
      instructions,
      ...functions,
      ...form,
      ...scopeOptions(request.graft),
    }
    const begun = beginAnswer(context, { workspace, slots }, { question, ...options })
    const work = await begun.catch(nameTools)
    const head = { id: randomId('chatcmpl'), created: unix(new Date()), model }
    const links = { origin: new URL(context.req.url).origin, principal: reader.principal }
    if (!request.stream) return await completion(context, work, head, links)
    return streamResponse(chunks(work, head, { request, links }), work)
  })
}

function scopeOptions({ as_of, ...scope }: Scope = {}): Partial<AskOptions> {
  const given = { ...scope, asOf: as_of }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

async function completion(
  context: Context,
  work: AnswerWork,
  head: Head,
  links: LinkOptions,
): Promise<Response> {
  const followed = createAnswerText()
  const annotations: ChatAnnotation[] = []
  try {
    for await (const event of work.events) {
      const placed = followed.add(event)
      if (placed) annotations.push(chatAnnotation(placed, links))
      if (event.type !== 'finish') continue
      const { answer } = event
      const reply = { role: 'assistant', ...replyOf(answer), ...toolCallsOf(answer), annotations }
      return context.json({
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message: reply, logprobs: null, finish_reason: finishOf(answer) }],
        usage: usageOf(answer.usage),
        graft: answerDetails(answer),
      })
    }
    throw new Error('internal: an answer ended without its last event')
  } finally {
    work.end()
  }
}

/** The chunks of a stream. The annotation of a marker follows the chunk that ends with it. */
async function* chunks(
  work: AnswerWork,
  head: Head,
  { request, links }: { request: ChatRequest; links: LinkOptions },
): AsyncGenerator<string> {
  const withUsage = request.stream_options?.include_usage === true
  const isStructured = outputOf(request.response_format, 'response_format').output !== undefined
  const chunk = (delta: object, last?: Answer): string =>
    frame({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: last ? finishOf(last) : null }],
      ...(withUsage && { usage: null }),
      ...(last && { graft: answerDetails(last) }),
    })
  const followed = createAnswerText()
  try {
    yield chunk({ role: 'assistant', content: '', refusal: null })
    for await (const event of work.events) {
      const placed = followed.add(event)
      if (event.type === 'text-delta' && !isStructured) yield chunk({ content: event.delta })
      if (placed) yield chunk({ annotations: [chatAnnotation(placed, links)] })
      if (event.type !== 'finish') continue
      if (isStructured) yield chunk(replyOf(event.answer))
      const calls = toolCallDeltas(event.answer)
      if (calls) yield chunk(calls)
      yield chunk({}, event.answer)
      if (withUsage) yield usageChunk(head, event.answer.usage)
    }
    yield DONE_FRAME
  } catch (error) {
    logUnexpected(error)
    yield frame(errorBody(error))
  }
}

function usageChunk(head: Head, usage: Usage): string {
  return frame({ ...head, object: 'chat.completion.chunk', choices: [], usage: usageOf(usage) })
}

function usageOf({ inputTokens, outputTokens }: Usage): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  }
}
