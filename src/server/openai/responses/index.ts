/** @file POST /v1/responses and the responses that are kept: grounded answers with file citations. */
import { type Context, Hono } from 'hono'
import type { ConversationTurn } from '../../../assistant/index.ts'
import type { Reader } from '../../../knowledge/index.ts'
import { randomId } from '../../../util/hash.ts'
import type { Workspace } from '../../../workspace.ts'
import { frame, streamResponse } from '../../sse.ts'
import { type AnswerWork, beginAnswer, type Slots } from '../../work.ts'
import { type Conversation, toConversation } from '../conversation.ts'
import { openaiError, parseBody, readerOf, unix } from '../shared.ts'
import { outputOf } from '../structured.ts'
import { type ResponseEventOptions, type ResponseObject, responseEvents } from './events.ts'
import { fileSearchOf, scopeOf, searchResults } from './file-search.ts'
import { messagesOf, type ResponseRequest, refuseUnsupported, responseSchema } from './request.ts'
import { createResponseStore, type ResponseStore, type StoredResponse } from './store.ts'

type Parts = { workspace: Workspace; slots: Slots; store: ResponseStore }

export function responseRoutes(workspace: Workspace, slots: Slots): Hono {
  const parts: Parts = { workspace, slots, store: createResponseStore() }
  const app = new Hono()
  app.post('/responses', (context) => create(context, parts))
  app.get('/responses/:id', async (context) => {
    const { response } = await find(
      context.req.param('id'),
      await readerOf(context, workspace),
      parts,
    )
    return context.json(response)
  })
  app.delete('/responses/:id', async (context) => {
    const { response } = await find(
      context.req.param('id'),
      await readerOf(context, workspace),
      parts,
    )
    parts.store.delete(response.id)
    return context.json({ id: response.id, object: 'response', deleted: true })
  })
  return app
}

async function create(context: Context, parts: Parts): Promise<Response> {
  const { workspace, slots, store } = parts
  const request = await parseBody(responseSchema, context)
  refuseUnsupported(request)
  const tool = fileSearchOf(request)
  const form = outputOf(request.text?.format, 'text.format')
  const reader = await readerOf(context, workspace, request.user)
  const { previous_response_id: previous = null } = request
  const earlier =
    previous === null ? undefined : await find(previous, reader, parts, 'previous_response_id')
  const conversation = toConversation(messagesOf(request.input), 'input', earlier?.turns)
  const scope = tool && (await scopeOf(tool, workspace.knowledge, reader))
  const work = await beginAnswer(
    context,
    { workspace, slots },
    { reader, model: request.model, ...form, ...scope, ...withInstructions(conversation, request) },
  )
  const options: ResponseEventOptions = {
    response: emptyResponse(request),
    search: tool && searchFor(request, workspace, { ...scope, reader, signal: work.signal }),
    onComplete(response, { text, versionIds }) {
      if (request.store === false) return
      const { question, history } = conversation
      const turns = [...history, turn('user', question), turn('assistant', text)]
      const all = [...new Set([...(earlier?.versionIds ?? []), ...versionIds])]
      store.add({ response, turns, principal: reader.principal, versionIds: all })
    },
  }
  if (request.stream) return streamResponse(frames(work, options), work)
  return context.json(await whole(work, options))
}

function turn(role: ConversationTurn['role'], content: string): ConversationTurn {
  return { role, content }
}

async function* frames(
  { events }: AnswerWork,
  options: ResponseEventOptions,
): AsyncGenerator<string> {
  for await (const event of responseEvents(events, options)) yield frame(event, event.type)
}

/** The response at its end; a failure is thrown, for its status. */
async function whole(
  { events, end }: AnswerWork,
  options: ResponseEventOptions,
): Promise<ResponseObject> {
  const failures: unknown[] = []
  const onFailure = (error: unknown): void => void failures.push(error)
  try {
    await Array.fromAsync(responseEvents(events, { ...options, onFailure }))
  } finally {
    end()
  }
  if (failures.length > 0) throw failures[0]
  return options.response
}

function withInstructions(
  { instructions, ...conversation }: Conversation,
  request: ResponseRequest,
): Conversation {
  const all = [request.instructions, instructions].filter((text) => (text ?? '') !== '')
  return { ...conversation, ...(all.length > 0 && { instructions: all.join('\n\n') }) }
}

function searchFor(
  { include }: ResponseRequest,
  { knowledge }: Workspace,
  options: Parameters<typeof searchResults>[2],
): NonNullable<ResponseEventOptions['search']> {
  const isWanted = include?.includes('file_search_call.results') === true
  return async (query) => (isWanted ? await searchResults(query, knowledge, options) : null)
}

function emptyResponse(request: ResponseRequest): ResponseObject {
  return {
    id: randomId('resp'),
    object: 'response',
    created_at: unix(new Date()),
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: null,
    metadata: request.metadata ?? {},
    model: request.model,
    output: [],
    parallel_tool_calls: false,
    previous_response_id: request.previous_response_id ?? null,
    store: request.store ?? true,
    temperature: null,
    text: { format: request.text?.format ?? { type: 'text' } },
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_p: null,
    truncation: 'auto',
    usage: null,
  }
}

/** A response, if the reader may still read what it was made from. @throws RequestError 404 */
async function find(
  id: string,
  reader: Reader,
  { store, workspace }: Parts,
  param: string | null = null,
): Promise<StoredResponse> {
  const stored = store.get(id, reader)
  const readable = stored && (await workspace.knowledge.versions(stored.versionIds, reader))
  if (stored && readable?.size === stored.versionIds.length) return stored
  throw openaiError(404, {
    message: `there is no response "${id}" that you may read`,
    code: 'not_found',
    param,
    hint: 'The newest are kept until the server ends; send the earlier turns as input instead.',
  })
}
