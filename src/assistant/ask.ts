/** @file One question from start to finish: condense, call tools, find evidence, answer, as an event stream. */
import { type Evidence, type Knowledge, owner, type RetrieveOptions } from '../knowledge/index.ts'
import type { AnswerBody, Answerer, AnswerSettings, ModelChoice } from './answerer.ts'
import { condenseQuestion } from './condense.ts'
import { AssistantError } from './errors.ts'
import type { Answer, AnswerSource, AskEvent, ConversationTurn } from './events.ts'
import type { Approve, ToolParts, ToolTurn } from './tools/call-tools.ts'
import { withToolSources } from './tools/evidence.ts'
import type { CallerFunctions } from './tools/tool-call.ts'
import { leaveToCaller, type ResumedTurn, toolTurn, waitForApproval } from './tools/tool-turn.ts'
import { createTraceDraft, type TraceDraft, type TraceSink } from './traces/draft.ts'

export type AskOptions = Pick<
  RetrieveOptions,
  'reader' | 'collections' | 'path' | 'since' | 'until' | 'asOf' | 'attributes' | 'limit' | 'signal'
> & {
  /** Earlier turns, oldest first, without the current question. */
  history?: ConversationTurn[]
  /**
   * Asked for each call of a tool that needs approval, while the answer waits. Without it such an answer ends
   * with `approval`, and goes on where it is approved.
   */
  approve?: Approve
  /** Functions of the caller's own that a language model may ask for, and what they gave. */
  functions?: CallerFunctions
}

/** Completes a follow-up from the conversation; the default needs no model. */
export type Condense = (
  question: string,
  history: ConversationTurn[],
  signal?: AbortSignal,
) => Promise<string>

export type AskParts = {
  knowledge: Pick<Knowledge, 'evidence' | 'versions'>
  answerer: Answerer
  condense?: Condense
  /** Hosts that answers may link to, besides those that their sources come from. */
  linkHosts?: readonly string[] | undefined
  /** What may be called before the search, and from where calls go on that have waited. */
  tools?: ToolParts | undefined
  resumed?: ResumedTurn | undefined
  /** Told where the answer ends because a call has to wait. */
  onWaiting?: ((turn: ToolTurn) => void) | undefined
  /** What the request asked for and what shaped the answerer, for traces. */
  choice?: ModelChoice
  settings?: AnswerSettings
  /** Gets the trace of every answer, whatever becomes of it. */
  traces?: TraceSink
}

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
  assertQuestion(question)
  const draft = startTrace(question, parts, options)
  try {
    const answered = yield* answerQuestion(question, parts, { ...options, draft })
    const answer: Answer = { traceId: draft?.id ?? null, ...answered }
    // Before the last event: whoever has it may never ask for what comes after.
    draft?.finish(answer)
    yield { type: 'finish', answer }
    return answer
  } catch (error) {
    draft?.fail(error)
    throw error
  } finally {
    draft?.close()
  }
}

function startTrace(
  question: string,
  { traces, answerer, choice = {}, settings }: AskParts,
  { reader, history = [], signal, approve, functions, ...filter }: AskOptions,
): TraceDraft | undefined {
  const { model } = answerer
  const start = { question, history, reader, filter, model, choice, settings, signal }
  return traces && createTraceDraft(start, traces)
}

async function* answerQuestion(
  question: string,
  parts: AskParts,
  { draft, ...options }: AskOptions & { draft: TraceDraft | undefined },
): AsyncGenerator<AskEvent, Omit<Answer, 'traceId'>> {
  const started = performance.now()
  const { history = [], approve, functions, ...filter } = options
  const query = await condense(question, history, parts, options.signal)
  draft?.searched(query)
  yield { type: 'search', query }
  const turn = yield* toolsOf(question, parts, { ...options, draft })
  const tools = turn && turn.calls.length > 0 && { tools: turn.results }
  const model = parts.answerer.model
  const elapsed = (): number => performance.now() - started
  if (turn?.waiting || turn?.forCaller.length) {
    const ended = yield* endEarly(turn, parts)
    const timings = { retrievalMs: 0, firstTextMs: elapsed(), totalMs: elapsed() }
    return { question, query, ...ended, ...tools, model, timings }
  }
  const found = await parts.knowledge.evidence(query, {
    ...filter,
    ...(draft && { onChunks: draft.found }),
  })
  const evidence = withToolSources(found, turn?.sources ?? [])
  const sources = await openSources(found, turn, parts, options)
  const retrievalMs = elapsed()
  draft?.chosen(evidence, retrievalMs)
  for (const { text, ...source } of sources) yield { type: 'source', source }
  const events = parts.answerer.answer({
    question,
    evidence,
    versionTexts: new Map(sources.map(({ versionId, text }) => [versionId, text])),
    history,
    linkHosts: parts.linkHosts,
    ...(options.signal && { signal: options.signal }),
    ...(draft && { onCall: draft.called }),
  })
  let firstTextMs = 0
  const body = yield* observed(events, (event) => {
    if (firstTextMs === 0 && event.type === 'text-delta') firstTextMs = elapsed()
    draft?.said(event)
  })
  const timings = { retrievalMs, firstTextMs, totalMs: elapsed() }
  return { question, query, ...body, ...tools, model, timings }
}

/** What the question calls for besides documents; undefined where that is nothing. */
async function* toolsOf(
  question: string,
  { tools, resumed }: AskParts,
  {
    history = [],
    reader = owner,
    signal,
    approve,
    functions,
    draft,
  }: AskOptions & { draft: TraceDraft | undefined },
): AsyncGenerator<AskEvent, ToolTurn | undefined> {
  if (!tools) return undefined
  const events = toolTurn(tools, { question, history, reader, signal, approve, functions }, resumed)
  return yield* observed(events, (event) => draft?.said(event))
}

/** An answer that goes on elsewhere: where a call is approved, or where the caller has run its functions. */
async function* endEarly(
  turn: ToolTurn,
  { onWaiting }: AskParts,
): AsyncGenerator<AskEvent, AnswerBody & Pick<Answer, 'approval' | 'calls'>> {
  const { waiting, forCaller } = turn
  if (!waiting) return { ...(yield* leaveToCaller()), calls: [...forCaller] }
  onWaiting?.(turn)
  return { ...(yield* waitForApproval(waiting)), approval: waiting }
}

/** The versions that the evidence names, with their texts. */
async function openSources(
  evidence: Evidence,
  turn: ToolTurn | undefined,
  { knowledge }: AskParts,
  { reader }: AskOptions,
): Promise<(AnswerSource & { text: string })[]> {
  const ids = new Set(evidence.sentences.map(({ versionId }) => versionId))
  const versions = await knowledge.versions([...ids], reader)
  return [...(turn?.sources ?? []), ...versions.values()].map(
    ({ documentId, versionId, title, uri, validFrom, text }) => ({
      documentId,
      versionId,
      title,
      uri,
      validFrom,
      text,
    }),
  )
}

/** Passes events on; an answerer whose reader goes away is ended with it. */
async function* observed<Event extends AskEvent, Result>(
  events: AsyncGenerator<Event, Result>,
  observe: (event: Event) => void,
): AsyncGenerator<Event, Result> {
  let ended = false
  try {
    for (;;) {
      const step = await events.next()
      if (step.done) {
        ended = true
        return step.value
      }
      observe(step.value)
      yield step.value
    }
  } finally {
    // Only its own clean-up is wanted.
    if (!ended) await events.return(undefined as never)
  }
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
