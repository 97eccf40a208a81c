/** @file The trace of an answer: what was searched, found, chosen and said. Documents are named, never copied. */
import type {
  Evidence,
  EvidenceSentence,
  RetrievedChunk,
  RetrieveOptions,
} from '../../knowledge/index.ts'
import type { AnswerSettings, ModelCall, ModelChoice } from '../answerer.ts'
import type {
  Citation,
  ConversationTurn,
  DroppedReference,
  Timings,
  Usage,
  Verdict,
} from '../events.ts'
import type { ApprovalReason, ToolCall, ToolResult } from '../tools/tool-call.ts'

export type TraceOutcome = 'answered' | 'abstained' | 'failed' | 'aborted'

/** What may be personal. Null where the workspace keeps no texts; the hashes are kept in any case. */
export type TraceTexts = {
  question: string
  /** What was searched: the question, completed from the conversation. */
  query: string
  /** The latest turns, as far as a model reads them. */
  history: ConversationTurn[]
  answer: string
}

/** A chunk that was found, with the ranks and scores of every leg. */
export type TraceCandidate = Pick<
  RetrievedChunk,
  'chunkId' | 'versionId' | 'start' | 'end' | 'score' | 'legs'
>

export type TraceSentence = Pick<
  EvidenceSentence,
  'number' | 'chunkId' | 'versionId' | 'start' | 'end' | 'relevance'
>

export type TraceEvidence = Pick<Evidence, 'ranking' | 'signals' | 'confidence' | 'sufficient'> & {
  sentences: TraceSentence[]
}

export type TraceCitation = Omit<Citation, 'quote' | 'title' | 'uri' | 'headingPath'>

export type TraceFilter = Pick<
  RetrieveOptions,
  'collections' | 'path' | 'since' | 'until' | 'asOf' | 'limit'
>

/** A call of a tool, and what came of it; the result itself is a version, like a document. */
export type TraceToolCall = Pick<ToolCall, 'id' | 'name'> &
  Partial<Pick<ToolCall, 'decidedBy' | 'input'>> &
  Partial<Pick<ToolResult, 'versionId' | 'durationMs'>> & {
    status: ToolResult['status'] | 'waiting'
    /** Why it needed approval, where it did. */
    approval?: ApprovalReason
  }

export type Trace = {
  id: string
  /** ISO time at which the question came. */
  at: string
  outcome: TraceOutcome
  /** Who asked: `groups: null` is the owner. */
  reader: { principal: string | null; groups: string[] | null }
  texts: TraceTexts | null
  /** SHA-256 of the texts; of the history, as JSON. */
  hashes: { question: string; history: string; answer: string }
  /** How many turns came before the question. */
  turns: number
  filter: TraceFilter
  candidates: TraceCandidate[]
  /** Null where the search was not completed. */
  evidence: TraceEvidence | null
  /** What the request asked to answer, where it asked. */
  choice: ModelChoice
  settings: AnswerSettings | null
  /** What answered, as the answer names it. */
  model: string
  call: Partial<ModelCall>
  /** Absent where no tool was called. */
  tools?: TraceToolCall[]
  citations: TraceCitation[]
  verdicts: Verdict[]
  droppedReferences: DroppedReference[]
  usage: Usage
  /** By the configured prices, in their currency; null without one for the model. */
  cost: number | null
  timings: Timings
  error: { code: string; message: string } | null
}

/** One line of a list of traces. */
export type TraceSummary = Pick<Trace, 'id' | 'at' | 'outcome' | 'model'> & {
  principal: string | null
  question: string | null
  adapter: string | null
  totalMs: number
}

/** House rules and what clients add to them, left out where they are not to be seen. */
export function withoutInstructions<T extends { instructions?: string | undefined }>(
  shaped: T,
): Omit<T, 'instructions'> {
  const { instructions, ...rest } = shaped
  return rest
}
