/** @file Feedback on answers: a vote, a reason, a better reply; reviewed before anything learns from it. */
import {
  type Candidate,
  type CandidateTurn,
  candidateFindings,
  candidateLines,
  createFeedbackStore,
  type Finding,
  type ReviewState,
  type Vote,
} from '../../behavior/index.ts'
import type { Database } from '../../db/index.ts'
import { EVERYONE, owner, type Reader } from '../../knowledge/index.ts'
import { AssistantError } from '../errors.ts'
import type { TraceKeeper } from '../traces/create-traces.ts'
import { type ChunkSource, selectChunks } from '../traces/queries.ts'
import type { Trace } from '../traces/trace.ts'
import { unsupportedClaims } from './claims.ts'

export type FeedbackInput = {
  vote: Vote
  reason?: string | undefined
  correction?: string | undefined
}

export type GivenFeedback = {
  id: string
  traceId: string
  /** Whether there is something to learn from, once it is reviewed. */
  isExample: boolean
}

/** A candidate with all that a reviewer has to know. */
export type ReviewItem = Candidate & {
  /** Personal data and the like. */
  findings: Finding[]
  /** Sentences of the reply that the evidence of the answer does not carry; null where it is gone. */
  unsupported: string[] | null
  /** Groups whose documents went into the answer: a model that learns it may tell anyone. */
  restrictedTo: string[]
}

export type Feedback = {
  /** Replaces what the same reader said of the same answer. @throws AssistantError `unknown_trace`, `invalid_feedback` */
  give(traceId: string, reader: Reader, input: FeedbackInput): Promise<GivenFeedback>
  /** For the owner of the workspace alone: texts of all readers, oldest first. Default: what waits. */
  review(state?: ReviewState): Promise<ReviewItem[]>
  /** With a reply, that is what will be learned. @throws BehaviorError `feedback_unknown`, `feedback_incomplete` */
  accept(id: string, reply?: string): Promise<ReviewItem>
  /** @throws BehaviorError `feedback_unknown` */
  reject(id: string): Promise<ReviewItem>
  /** What was accepted, as lines of OpenAI's chat format. */
  examples(): Promise<{ lines: string; count: number }>
}

export type FeedbackParts = { db: Database; traces: Pick<TraceKeeper, 'open'> }

const MAX_REASON = 2_000
const MAX_CORRECTION = 20_000

export function createFeedback({ db, traces }: FeedbackParts): Feedback {
  const store = createFeedbackStore(db)
  const withNotes = async (candidates: Candidate[]): Promise<ReviewItem[]> => {
    const ids = candidates.flatMap(({ evidence }) => evidence.map(({ chunkId }) => chunkId))
    const chunks = await selectChunks(db, ids, owner)
    return candidates.map((candidate) => annotate(candidate, chunks))
  }
  const withNote = async (candidate: Candidate): Promise<ReviewItem> =>
    (await withNotes([candidate]))[0]!

  return {
    async give(traceId, reader, input) {
      const said = checkInput(input)
      const trace = await traces.open(traceId, reader)
      const candidate = await store.put({
        ...said,
        traceId,
        principal: reader.principal ?? null,
        conversation: conversationOf(trace),
        reply: said.correction ?? (said.vote === 'up' ? goodReply(trace) : null),
        evidence: (trace.evidence?.sentences ?? []).map(({ chunkId, start, end }) => ({
          chunkId,
          start,
          end,
        })),
      })
      const { id, conversation, reply } = candidate
      return { id, traceId, isExample: conversation !== null && reply !== null }
    },
    review: async (state = 'waiting') => await withNotes(await store.list(state)),
    accept: async (id, reply) => await withNote(await store.accept(id, reply)),
    reject: async (id) => await withNote(await store.reject(id)),
    async examples() {
      const accepted = await store.list('accepted')
      return { lines: candidateLines(accepted), count: accepted.length }
    },
  }
}

/** @throws AssistantError `invalid_feedback` */
function checkInput({ vote, reason, correction }: FeedbackInput): {
  vote: Vote
  reason: string | null
  correction: string | null
} {
  if (vote !== 'up' && vote !== 'down')
    throw invalid(`the vote is ${JSON.stringify(vote)}`, 'Vote up or down.')
  return {
    vote,
    reason: checkText('reason', reason, MAX_REASON),
    correction: checkText('correction', correction, MAX_CORRECTION),
  }
}

/** Postgres knows neither NUL nor halves of surrogate pairs. */
function checkText(name: string, value: string | undefined, most: number): string | null {
  const text = value?.toWellFormed().replaceAll('\0', '').trim() ?? ''
  if (text.length > most)
    throw invalid(
      `the ${name} has ${text.length} characters`,
      `Say it in at most ${most} characters.`,
    )
  return text === '' ? null : text
}

function invalid(message: string, hint: string): AssistantError {
  return new AssistantError('invalid_feedback', message, { hint })
}

function goodReply({ id, outcome, texts }: Trace): string | null {
  if (outcome === 'failed' || outcome === 'aborted')
    throw invalid(
      `trace "${id}" ended without an answer, which cannot be found good`,
      'Vote down, and say with a correction what should have been said.',
    )
  return texts && withoutMarkers(texts.answer)
}

/** From the first turn of the user on, as examples begin. */
function conversationOf({ texts }: Trace): CandidateTurn[] | null {
  if (!texts) return null
  const first = texts.history.findIndex(({ role }) => role === 'user')
  const earlier = first === -1 ? [] : texts.history.slice(first)
  const turns = earlier.map(({ role, content }) => ({
    role,
    content: role === 'assistant' ? withoutMarkers(content) : content,
  }))
  return [...turns, { role: 'user', content: texts.question }]
}

/** Markers name the evidence of one answer; numbers in brackets inside code are none. */
function withoutMarkers(answer: string): string {
  return answer
    .split(/(```[\s\S]*?(?:```|$)|`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[ \t]?\[\d+\]/g, '')))
    .join('')
}

function annotate(candidate: Candidate, chunks: ReadonlyMap<string, ChunkSource>): ReviewItem {
  const { evidence, reply } = candidate
  const sources = evidence.flatMap(({ chunkId, start, end }) => {
    const chunk = chunks.get(chunkId)
    return chunk
      ? [{ ...chunk, text: chunk.text.slice(start - chunk.start, end - chunk.start) }]
      : []
  })
  const closed = sources.filter(({ groups }) => !groups.includes(EVERYONE))
  return {
    ...candidate,
    findings: candidateFindings(candidate),
    unsupported: evidence.length > sources.length ? null : unsupportedClaims(reply ?? '', sources),
    restrictedTo: [...new Set(closed.flatMap(({ groups }) => groups))].sort(),
  }
}
