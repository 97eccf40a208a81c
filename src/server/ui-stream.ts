/** @file POST /api/chat: answers as the UI message stream of the AI SDK, for `useChat`. */
import type { Context } from 'hono'
import { z } from 'zod'
import type { AskOptions, Citation, ConversationTurn } from '../assistant/index.ts'
import type { Knowledge, Reader } from '../knowledge/index.ts'
import { randomId } from '../util/hash.ts'
import type { Workspace } from '../workspace.ts'
import { logUnexpected, publicError, ServerError } from './errors.ts'
import { createAnswerText, isWebPage, type PlacedCitation } from './openai/annotations.ts'
import { readerOf } from './openai/shared.ts'
import { check, readJson } from './request-body.ts'
import { DONE_FRAME, frame, streamResponse } from './sse.ts'
import { type AnswerWork, beginAnswer, type Slots } from './work.ts'

/** `connection: keep-alive` is Node's own affair. */
const HEADERS = { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' }

const uiMessage = z.looseObject({
  role: z.enum(['system', 'user', 'assistant']),
  parts: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).max(1_000),
})

/** What the client's own body adds: the fields that `POST /api/ask` has, and a model. */
const chatRequest = z.looseObject({
  messages: z.array(uiMessage).min(1).max(200),
  messageId: z.string().max(200).optional(),
  model: z.string().optional(),
  collection: z.string().optional(),
  path: z.string().max(500).optional(),
  asOf: z.string().optional(),
  as: z.string().optional(),
})

type ChatRequest = z.infer<typeof chatRequest>

const MAX_TURNS = 40

export function chatRoute(
  workspace: Workspace,
  slots: Slots,
): (context: Context) => Promise<Response> {
  return async (context) => {
    const request = check(chatRequest, await readJson(context))
    const reader = await readerOf(context, workspace, request.as)
    const { model } = request
    const options = { reader, model, ...conversationOf(request), ...filterOf(request) }
    const work = await beginAnswer(context, { workspace, slots }, options)
    const chunks = uiChunks(work, { knowledge: workspace.knowledge, reader })
    return streamResponse(frames(chunks), work, HEADERS)
  }
}

function filterOf({ collection, path, asOf }: ChatRequest): Partial<AskOptions> {
  return {
    ...(collection && { collections: [collection] }),
    ...(path && { path }),
    ...(asOf && { asOf }),
  }
}

/** The last message of the user is the question. Only their text is read, and no message of the system. */
function conversationOf({ messages }: ChatRequest): {
  question: string
  history: ConversationTurn[]
} {
  const turns = messages.flatMap(({ role, parts }): ConversationTurn[] => {
    const content = parts.flatMap(({ type, text }) => (type === 'text' ? (text ?? '') : []))
    return role === 'system' ? [] : [{ role, content: content.join('\n') }]
  })
  const question = turns.pop()
  if (question?.role !== 'user') {
    throw new ServerError('invalid_request', "messages: the last message is not a user's", {
      hint: 'End with the question, as a message of the role "user".',
    })
  }
  return { question: question.content, history: turns.slice(-MAX_TURNS) }
}

type Chunk = { type: string; [field: string]: unknown }

async function* frames(chunks: AsyncGenerator<Chunk>): AsyncGenerator<string> {
  for await (const chunk of chunks) yield frame(chunk)
  yield DONE_FRAME
}

/** A source follows the text that first cites it; so does the citation, which says where it stands. */
async function* uiChunks(
  { events }: AnswerWork,
  rights: { knowledge: Knowledge; reader: Reader },
): AsyncGenerator<Chunk> {
  const id = randomId('txt')
  const followed = createAnswerText()
  const sources = new Set<string>()
  yield { type: 'start', messageId: randomId('msg') }
  yield { type: 'start-step' }
  yield { type: 'text-start', id }
  try {
    for await (const event of events) {
      const placed = followed.add(event)
      if (event.type === 'text-delta') yield { type: 'text-delta', id, delta: event.delta }
      if (event.type === 'finish') {
        const { traceId, model, abstained, verdicts, tools, approval } = event.answer
        yield { type: 'text-end', id }
        yield {
          type: 'data-answer',
          data: {
            traceId,
            model,
            abstained,
            verdicts,
            ...(tools && { tools }),
            ...(approval && { approval }),
          },
        }
      }
      if (!placed) continue
      const { citation } = placed
      if (!sources.has(citation.versionId)) yield await sourceChunk(citation, rights)
      sources.add(citation.versionId)
      yield citationChunk(placed)
    }
    yield { type: 'finish-step' }
    yield { type: 'finish', finishReason: 'stop' }
  } catch (error) {
    logUnexpected(error)
    yield { type: 'error', errorText: publicError(error).message }
  }
}

async function sourceChunk(
  { documentId, versionId, title, uri }: Citation,
  { knowledge, reader }: { knowledge: Knowledge; reader: Reader },
): Promise<Chunk> {
  const providerMetadata = { graft: { documentId, versionId } }
  if (isWebPage(uri)) {
    return { type: 'source-url', sourceId: versionId, url: uri, title, providerMetadata }
  }
  const { mediaType } = await knowledge.version(versionId, reader)
  return {
    type: 'source-document',
    sourceId: versionId,
    mediaType,
    title,
    filename: uri,
    providerMetadata,
  }
}

/** [answerStart, answerEnd) of the text is the marker. */
function citationChunk({ citation, start, end }: PlacedCitation): Chunk {
  const data = { ...citation, answerStart: start, answerEnd: end }
  return { type: 'data-citation', id: `citation-${citation.marker}`, data }
}
