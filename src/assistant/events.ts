/** @file The one event stream of an answer, shared by library, CLI, HTTP and page. */
import type { ToolApproval, ToolCall, ToolEvent, ToolResult } from './tools/tool-call.ts'

/** A verified quote: `quote` is the stored version's text at [start, end), counted in UTF-16 code units. */
export type Citation = {
  /** The number shown in the answer, counted from 1 in order of first use. */
  marker: number
  documentId: string
  versionId: string
  title: string
  uri: string
  headingPath: string[]
  start: number
  end: number
  unit: 'utf16'
  quote: string
  /** SHA-256 of the quote in UTF-8, lower-case hex. */
  sha256: string
  /** The result of a tool; absent for documents. */
  kind?: 'tool'
  /** The call that gave it, where it is the result of a tool. */
  callId?: string
  /** JSON pointer to what rests on it, in a structured answer; such answers show no markers. */
  field?: string
}

export type Support = 'supported' | 'unsupported' | 'no-claim'

/** Judgement on one sentence of the answer; [start, end) are offsets into the answer text. */
export type Verdict = {
  start: number
  end: number
  support: Support
  /** Markers cited in the sentence. */
  markers: number[]
  /** True when the policy `strict` kept the sentence out of the answer; its range is then empty. */
  withheld: boolean
}

/** A reference of the model that could not be turned into a verified citation. */
export type DroppedReference = {
  reference: string
  reason: 'unknown_number' | 'malformed' | 'quote_mismatch'
}

export type Usage = { inputTokens: number; outputTokens: number }

export type Timings = { retrievalMs: number; firstTextMs: number; totalMs: number }

export type Answer = {
  /** Names its trace; null where no traces are kept. */
  traceId: string | null
  question: string
  /** The query that was searched: the question, completed from the conversation. */
  query: string
  answer: string
  abstained: boolean
  citations: Citation[]
  verdicts: Verdict[]
  droppedReferences: DroppedReference[]
  model: string
  usage: Usage
  timings: Timings
  /** What tools were called and what came of it; absent where none was. */
  tools?: ToolResult[]
  /** The call that waits for a yes or no: the answer goes on from there once it has one. */
  approval?: ToolApproval
  /** Calls of the caller's own functions: it asks again with what they gave. */
  calls?: ToolCall[]
  /** The value of a structured answer; null where it abstained. */
  output?: unknown
}

export type AnswerSource = {
  documentId: string
  versionId: string
  title: string
  uri: string
  validFrom: string
}

export type AskEvent =
  | { type: 'search'; query: string }
  | ToolEvent
  | { type: 'source'; source: AnswerSource }
  | { type: 'text-delta'; delta: string }
  /** Sent right after the delta that ends with its marker `[n]`. */
  | { type: 'citation'; citation: Citation }
  | { type: 'reference-dropped'; dropped: DroppedReference }
  | { type: 'verdict'; verdict: Verdict }
  | { type: 'usage'; usage: Usage }
  | { type: 'finish'; answer: Answer }
  | { type: 'error'; error: { code: string; message: string; hint?: string } }

/** What happens to answer sentences without support: kept out, marked, or not judged at all. */
export type VerificationPolicy = 'strict' | 'flag' | 'off'

export type ConversationTurn = { role: 'user' | 'assistant'; content: string }
