/** @file Shapes of the HTTP API that the page uses; types only, shared with `web/`. */
import type { ConversationTurn } from '../assistant/index.ts'
import type { StoredVersion } from '../knowledge/index.ts'

export type { Answer, AskEvent, Citation, Verdict } from '../assistant/index.ts'

/** `POST /api/ask`; answered with server-sent events, one AskEvent each (`event:` carries its type). */
export type AskRequest = {
  question: string
  history?: ConversationTurn[]
  collection?: string
  /** Answer from the documents as they were at this ISO time. */
  asOf?: string
  /** Principal whose rights limit what may be read; the workspace owner when absent. */
  as?: string
}

/** `GET /api/status` */
export type StatusResponse = {
  documents: number
  chunks: number
  versions: number
  collections: string[]
  model: string
  embedder: string
  lastChange: string | null
}

/** `GET /api/versions/:id?as=` */
export type VersionResponse = StoredVersion

/** Every failed request: `{error}` with our code, a message and, where there is one, a hint. */
export type ErrorResponse = {
  error: { message: string; type: string; code: string; param: string | null; hint?: string }
}
