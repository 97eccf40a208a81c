/** @file The events of a response in their documented order, numbered, out of the events of an answer. */
import type { AskEvent, Citation, Usage } from '../../../assistant/index.ts'
import type { Attributes } from '../../../knowledge/index.ts'
import { randomId } from '../../../util/hash.ts'
import { logUnexpected, publicError } from '../../errors.ts'
import {
  answerDetails,
  createAnswerText,
  type ResponseAnnotation,
  responseAnnotation,
} from '../annotations.ts'
import { unix } from '../shared.ts'

export type SearchResult = {
  file_id: string
  filename: string
  score: number
  text: string
  attributes: Attributes
  /** Where the text stands in the stored version. */
  graft: {
    document_id: string
    version_id: string
    start: number
    end: number
    unit: Citation['unit']
  }
}

type SearchItem = {
  type: 'file_search_call'
  id: string
  status: 'in_progress' | 'searching' | 'completed'
  queries: string[]
  results: SearchResult[] | null
}

type TextPart = {
  type: 'output_text'
  text: string
  annotations: ResponseAnnotation[]
  logprobs: []
}

type MessageItem = {
  type: 'message'
  id: string
  role: 'assistant'
  status: 'in_progress' | 'completed'
  content: TextPart[]
}

export type ResponseObject = {
  id: string
  object: 'response'
  created_at: number
  status: 'in_progress' | 'completed' | 'failed'
  error: { code: string; message: string } | null
  output: (SearchItem | MessageItem)[]
  [field: string]: unknown
}

export type ResponseEvent = { type: string; sequence_number: number; [field: string]: unknown }

export type ResponseEventOptions = {
  /** The response before anything happened. */
  response: ResponseObject
  /** Shows the search as an item of the output; gives its results where they are wanted. */
  search?: ((query: string) => Promise<SearchResult[] | null>) | undefined
  /** Called with the complete response, before its event goes out. */
  onComplete?: (response: ResponseObject, made: MadeOf) => void
  onFailure?: (error: unknown) => void
}

/** The answer's text, and every version that it was made from or that was shown beside it. */
export type MadeOf = { text: string; versionIds: string[] }

type Emit = (type: string, fields: object) => ResponseEvent

/** Ends with `response.completed` or `response.failed`, which carry the whole response. */
export async function* responseEvents(
  events: AsyncIterable<AskEvent>,
  { response, search, onComplete, onFailure }: ResponseEventOptions,
): AsyncGenerator<ResponseEvent> {
  let sequence = 0
  const emit: Emit = (type, fields) => ({ type, sequence_number: sequence++, ...fields })
  yield emit('response.created', { response: { ...response } })
  yield emit('response.in_progress', { response: { ...response } })
  try {
    const message = createMessage(response, emit)
    const versionIds = new Set<string>()
    for await (const event of events) {
      if (event.type === 'search' && search)
        yield* searchEvents(response, emit, event.query, async (query) => {
          const results = await search(query)
          for (const { graft } of results ?? []) versionIds.add(graft.version_id)
          return results
        })
      if (event.type === 'source') versionIds.add(event.source.versionId)
      yield* message.add(event)
      if (event.type !== 'finish') continue
      yield* message.end()
      const { answer } = event
      Object.assign(response, {
        status: 'completed',
        completed_at: unix(new Date()),
        usage: usageOf(answer.usage),
        graft: answerDetails(answer),
      })
      onComplete?.(response, { text: answer.answer, versionIds: [...versionIds] })
      yield emit('response.completed', { response })
    }
  } catch (error) {
    logUnexpected(error)
    onFailure?.(error)
    const { code, message } = publicError(error)
    Object.assign(response, { status: 'failed', error: { code, message } })
    yield emit('response.failed', { response })
  }
}

async function* searchEvents(
  { output }: ResponseObject,
  emit: Emit,
  query: string,
  search: (query: string) => Promise<SearchResult[] | null>,
): AsyncGenerator<ResponseEvent> {
  const item: SearchItem = {
    type: 'file_search_call',
    id: randomId('fs'),
    status: 'in_progress',
    queries: [],
    results: null,
  }
  const place = { output_index: output.push(item) - 1, item_id: item.id }
  const { output_index } = place
  yield emit('response.output_item.added', { output_index, item: { ...item } })
  yield emit('response.file_search_call.in_progress', place)
  yield emit('response.file_search_call.searching', place)
  item.queries = [query]
  item.results = await search(query)
  item.status = 'completed'
  yield emit('response.file_search_call.completed', place)
  yield emit('response.output_item.done', { output_index, item: { ...item } })
}

/** The message of a response: opened with its first text, closed once. */
function createMessage(
  { output }: ResponseObject,
  emit: Emit,
): { add(event: AskEvent): Generator<ResponseEvent>; end(): Generator<ResponseEvent> } {
  const followed = createAnswerText()
  const part: TextPart = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  const item: MessageItem = {
    type: 'message',
    id: randomId('msg'),
    role: 'assistant',
    status: 'in_progress',
    content: [],
  }
  let place: { item_id: string; output_index: number; content_index: 0 } | undefined

  function* open(): Generator<ResponseEvent, NonNullable<typeof place>> {
    if (place) return place
    const output_index = output.push(item) - 1
    place = { item_id: item.id, output_index, content_index: 0 }
    yield emit('response.output_item.added', { output_index, item: { ...item } })
    yield emit('response.content_part.added', { ...place, part: { ...part, annotations: [] } })
    return place
  }

  return {
    *add(event) {
      const placed = followed.add(event)
      if (event.type === 'text-delta') {
        const at = yield* open()
        yield emit('response.output_text.delta', { ...at, delta: event.delta, logprobs: [] })
      }
      if (!placed) return
      const annotation = responseAnnotation(placed)
      const annotation_index = part.annotations.push(annotation) - 1
      const at = yield* open()
      const fields = { ...at, annotation_index, annotation }
      yield emit('response.output_text.annotation.added', fields)
    },
    *end() {
      const at = yield* open()
      part.text = followed.text()
      item.status = 'completed'
      item.content = [part]
      const { output_index } = at
      yield emit('response.output_text.done', { ...at, text: part.text, logprobs: [] })
      yield emit('response.content_part.done', { ...at, part })
      yield emit('response.output_item.done', { output_index, item })
    },
  }
}

function usageOf({ inputTokens, outputTokens }: Usage): object {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  }
}
