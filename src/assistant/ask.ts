/** @file One question from start to finish: condense, find evidence, answer, time it, as an event stream. */
import type { Knowledge, RetrieveOptions } from '../knowledge/index.ts'
import type { Answerer } from './answerer.ts'
import { condenseQuestion } from './condense.ts'
import { AssistantError } from './errors.ts'
import type { Answer, AskEvent, ConversationTurn } from './events.ts'

export type AskOptions = Pick<
  RetrieveOptions,
  'reader' | 'collections' | 'path' | 'since' | 'until' | 'asOf' | 'signal'
> & {
  /** Earlier turns, oldest first, without the current question. */
  history?: ConversationTurn[]
}

/** Completes a follow-up from the conversation; the default needs no model. */
export type Condense = (
  question: string,
  history: ConversationTurn[],
  signal?: AbortSignal,
) => Promise<string>

export type AskParts = { knowledge: Knowledge; answerer: Answerer; condense?: Condense }

/** A question, not a document: longer input is a mistake or an attack. */
const MAX_QUESTION_CHARS = 4_000

/**
 * Streams the events of one answer; the last is `finish` with the whole answer.
 * @throws AssistantError invalid_question, aborted and what the model throws; KnowledgeError
 */
export async function* ask(
  question: string,
  parts: AskParts,
  options: AskOptions = {},
): AsyncGenerator<AskEvent, Answer> {
  const started = performance.now()
  const { history = [], ...filter } = options
  assertQuestion(question)
  const query = await condense(question, history, parts, options.signal)
  yield { type: 'search', query }
  const evidence = await parts.knowledge.evidence(query, filter)
  const versions = await parts.knowledge.versions(
    [...new Set(evidence.sentences.map(({ versionId }) => versionId))],
    options.reader,
  )
  const retrievalMs = performance.now() - started
  for (const { documentId, versionId, title, uri, validFrom } of versions.values()) {
    yield { type: 'source', source: { documentId, versionId, title, uri, validFrom } }
  }
  const versionTexts = new Map([...versions].map(([id, { text }]) => [id, text]))
  const events = parts.answerer.answer({
    question,
    evidence,
    versionTexts,
    history,
    ...(options.signal && { signal: options.signal }),
  })
  let firstTextMs = 0
  let step = await events.next()
  while (!step.done) {
    if (firstTextMs === 0 && step.value.type === 'text-delta')
      firstTextMs = performance.now() - started
    yield step.value
    step = await events.next()
  }
  const timings = { retrievalMs, firstTextMs, totalMs: performance.now() - started }
  const answer: Answer = { question, query, ...step.value, model: parts.answerer.model, timings }
  yield { type: 'finish', answer }
  return answer
}

async function condense(
  question: string,
  history: ConversationTurn[],
  parts: AskParts,
  signal?: AbortSignal,
): Promise<string> {
  if (history.length === 0) return question
  return parts.condense
    ? await parts.condense(question, history, signal)
    : condenseQuestion(question, history)
}

function assertQuestion(question: string): void {
  const length = question.trim().length
  if (length > 0 && length <= MAX_QUESTION_CHARS) return
  throw new AssistantError('invalid_question', `the question has ${length} characters`, {
    hint: `Ask in 1 to ${MAX_QUESTION_CHARS} characters.`,
  })
}
