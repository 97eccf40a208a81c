/** @file Shapes of the HTTP API that the page uses; types only, shared with `web/`. */
import type {
  ConversationTurn,
  GivenFeedback,
  Replay,
  TraceSummary,
  TraceView,
} from '../assistant/index.ts'
import type { AdapterVersion, Alias, AliasChange, GateCheck } from '../behavior/index.ts'
import type {
  DocumentInfo,
  DocumentVersion,
  RetrievedChunk,
  StoredVersion,
} from '../knowledge/index.ts'

export type { Answer, AskEvent, Citation, Verdict } from '../assistant/index.ts'
/** `GET /v1/fine_tuning/jobs`, and `/v1/fine_tuning/jobs/:id/events` */
export type { EventObject, JobObject } from './openai/fine-tuning/objects.ts'

/** `POST /api/ask`; answered with server-sent events, one AskEvent each (`event:` carries its type). */
export type AskRequest = {
  question: string
  history?: ConversationTurn[]
  collection?: string
  /** Answer from the documents as they were at this ISO time. */
  asOf?: string
  /** Id of `GET /v1/models`; what is configured when absent. */
  model?: string
  /** Principal whose rights limit what may be read; the workspace owner when absent. */
  as?: string
}

/** `POST /api/ask/approve` for the `approval` of an answer; answered like `POST /api/ask`. */
export type ApproveRequest = { id: string; approved: boolean; as?: string }

/** `GET /api/status` */
export type StatusResponse = {
  documents: number
  chunks: number
  versions: number
  collections: string[]
  model: string
  /** Ids of the assistants of the configuration. */
  assistants: string[]
  embedder: string
  lastChange: string | null
}

/** `GET /api/versions/:id?as=` */
export type VersionResponse = StoredVersion

/** `GET /api/documents?as=` */
export type DocumentsResponse = { documents: DocumentInfo[] }

/** `GET /api/documents/:id?as=`: versions newest first. */
export type DocumentResponse = {
  document: DocumentInfo
  versions: DocumentVersion[]
  /** Principals that may read it; null for all but the owner. */
  readers: string[] | null
}

/** `POST /api/documents`: a form with `file`, and `collection` and `groups` if wanted. */
export type UploadResponse = {
  name: string
  outcome: 'added' | 'updated' | 'unchanged' | 'renamed'
}

/** `DELETE /api/documents/:id` */
export type RemovalResponse = { name: string; removed: number }

/** `GET /api/search?q=&limit=&collection=&path=&since=&until=&asOf=&as=` */
export type SearchResponse = { query: string; chunks: RetrievedChunk[] }

/** One version of an adapter, with what the gate checked and the house format in words. */
export type AdapterEntry = Pick<
  AdapterVersion,
  'name' | 'version' | 'verdict' | 'base' | 'dataHash' | 'createdAt'
> & { checks: readonly GateCheck[]; format: readonly string[] }

/** `GET /api/behavior/adapters`: for the owner, as all below it. */
export type AdaptersResponse = { adapters: AdapterEntry[]; aliases: Alias[] }

/** `POST /api/behavior/aliases/:name/:alias/{promote,canary,rollback}` */
export type AliasResponse = Alias

/** `GET /api/behavior/aliases/:name/:alias/history`: newest first. */
export type AliasHistoryResponse = { changes: AliasChange[] }

/** `GET /api/traces?since=&principal=&outcome=&before=&limit=&as=`: newest first. */
export type TracesResponse = { traces: TraceSummary[] }

/** `GET /api/traces/:id?as=` */
export type TraceResponse = TraceView

/** `POST /api/traces/:id/replay` with `{today?, as?}` */
export type ReplayResponse = Replay

/** `POST /api/traces/:id/feedback` with `{vote, reason?, correction?, as?}` */
export type FeedbackResponse = GivenFeedback

/** Every failed request: `{error}` with our code, a message and, where there is one, a hint. */
export type ErrorResponse = {
  error: { message: string; type: string; code: string; param: string | null; hint?: string }
}
