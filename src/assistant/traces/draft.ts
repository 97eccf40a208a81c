/** @file A trace in the making: what is known of an answer, from the question to its end. */
import { GraftError } from '../../errors.ts'
import type { Evidence, Reader, RetrievedChunk } from '../../knowledge/index.ts'
import { sha256 } from '../../util/hash.ts'
import type { AnswerSettings, ModelCall, ModelChoice } from '../answerer.ts'
import type { Answer, AskEvent, Citation, ConversationTurn } from '../events.ts'
import type { ToolCall } from '../tools/tool-call.ts'
import type { Trace, TraceCitation, TraceFilter, TraceOutcome, TraceToolCall } from './trace.ts'
import { createTraceId } from './trace-id.ts'

/** More turns and longer ones are in no prompt: `evidencePrompt` takes 6 of 2,000 characters. */
const KEPT_TURNS = 8
const KEPT_TURN_CHARACTERS = 4_000

/** Takes finished traces; it must neither wait nor throw. */
export type TraceSink = { record(trace: Trace): void }

export type TraceStart = {
  question: string
  history: readonly ConversationTurn[]
  reader: Reader | undefined
  filter: TraceFilter
  model: string
  choice: ModelChoice
  settings: AnswerSettings | undefined
  signal: AbortSignal | undefined
}

export type TraceDraft = {
  readonly id: string
  searched(query: string): void
  found(chunks: readonly RetrievedChunk[]): void
  chosen(evidence: Evidence, retrievalMs: number): void
  called(known: Partial<ModelCall>): void
  /** An event on its way to the reader: what was said before a failure is known from these alone. */
  said(event: AskEvent): void
  /** The answer is complete. */
  finish(answer: Answer): void
  fail(error: unknown): void
  /** Whatever came before: without an end until now, the reader went away. */
  close(): void
}

/** Starts the trace of one answer; `sink` gets it once, when the answer has come to whatever end. */
export function createTraceDraft(start: TraceStart, sink: TraceSink): TraceDraft {
  const started = performance.now()
  const trace = emptyTrace(start)
  const texts = trace.texts!
  let open = true

  const end = (outcome: TraceOutcome, known: Partial<Trace> = {}): void => {
    if (!open) return
    open = false
    const timings = { ...trace.timings, totalMs: performance.now() - started }
    const hashes = { ...trace.hashes, answer: sha256(texts.answer) }
    sink.record({ ...trace, hashes, timings, ...known, outcome })
  }

  return {
    id: trace.id,
    searched(query) {
      texts.query = query
    },
    found(chunks) {
      trace.candidates = chunks.map(({ chunkId, versionId, start, end, score, legs }) => ({
        chunkId,
        versionId,
        start,
        end,
        score,
        legs,
      }))
    },
    chosen({ sentences, ranking, signals, confidence, sufficient }, retrievalMs) {
      trace.timings.retrievalMs = retrievalMs
      trace.evidence = {
        ranking,
        signals,
        confidence,
        sufficient,
        sentences: sentences.map(({ number, chunkId, versionId, start, end, relevance }) => ({
          number,
          chunkId,
          versionId,
          start,
          end,
          relevance,
        })),
      }
    },
    called(known) {
      Object.assign(trace.call, known)
    },
    said(event) {
      observers[event.type]?.(trace, event as never)
      if (event.type === 'text-delta') trace.timings.firstTextMs ||= performance.now() - started
    },
    finish({ answer, abstained, citations, verdicts, droppedReferences, usage, timings }) {
      texts.answer = answer
      const known = { verdicts, droppedReferences, usage, timings }
      end(abstained ? 'abstained' : 'answered', { ...known, citations: citations.map(placeOf) })
    },
    fail(error) {
      const isAborted = start.signal?.aborted || (error as { code?: unknown }).code === 'aborted'
      end(isAborted ? 'aborted' : 'failed', isAborted ? {} : { error: describe(error) })
    },
    close: () => end('aborted'),
  }
}

type Observers = {
  [Type in AskEvent['type']]?: (trace: Trace, event: Extract<AskEvent, { type: Type }>) => void
}

const observers: Observers = {
  'text-delta': (trace, { delta }) => {
    trace.texts!.answer += delta
  },
  citation: (trace, { citation }) => trace.citations.push(placeOf(citation)),
  verdict: (trace, { verdict }) => trace.verdicts.push(verdict),
  'reference-dropped': (trace, { dropped }) => trace.droppedReferences.push(dropped),
  usage: (trace, { usage }) => {
    trace.usage = usage
  },
  'tool-call': (trace, { call }) => addCall(trace, call),
  'tool-approval': (trace, { approval }) => {
    addCall(trace, approval.call).approval = approval.reason
  },
  'tool-result': (trace, { result: { callId, name, status, versionId, durationMs } }) =>
    Object.assign(addCall(trace, { id: callId, name }), { status, versionId, durationMs }),
}

/** A call that went on after its approval was begun by another answer. */
function addCall(
  trace: Trace,
  { id, name, input, decidedBy }: Pick<ToolCall, 'id' | 'name'> & Partial<ToolCall>,
): TraceToolCall {
  trace.tools ??= []
  const known = trace.tools.find((call) => call.id === id)
  if (known) return known
  const call: TraceToolCall = {
    id,
    name,
    ...(decidedBy && { decidedBy, input }),
    status: 'waiting',
  }
  trace.tools.push(call)
  return call
}

function emptyTrace({ question, history, reader, ...start }: TraceStart): Trace {
  const { filter, choice, settings = null, model } = start
  const { principal = null, groups = null } = reader ?? {}
  return {
    id: createTraceId(),
    at: new Date().toISOString(),
    outcome: 'aborted',
    reader: { principal, groups: groups && [...groups] },
    texts: { question, query: question, history: readTurns(history), answer: '' },
    hashes: { question: sha256(question), history: sha256(JSON.stringify(history)), answer: '' },
    turns: history.length,
    filter,
    candidates: [],
    evidence: null,
    choice,
    settings,
    model,
    call: {},
    citations: [],
    verdicts: [],
    droppedReferences: [],
    usage: { inputTokens: 0, outputTokens: 0 },
    cost: null,
    timings: { retrievalMs: 0, firstTextMs: 0, totalMs: 0 },
    error: null,
  }
}

function readTurns(history: readonly ConversationTurn[]): ConversationTurn[] {
  return history
    .slice(-KEPT_TURNS)
    .map(({ role, content }) => ({ role, content: content.slice(0, KEPT_TURN_CHARACTERS) }))
}

function placeOf({ quote, title, uri, headingPath, ...place }: Citation): TraceCitation {
  return place
}

/** Messages of others than our own errors may hold anything. */
function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof GraftError)) return { code: 'internal', message: 'an unexpected failure' }
  return { code: error.code, message: error.message }
}
