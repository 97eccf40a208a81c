/** @file Public face of the knowledge part. */
export {
  EVERYONE,
  listPrincipals,
  owner,
  type Reader,
  resolveReader,
  setPrincipal,
} from './access.ts'
export { segmentSentences } from './chunk/index.ts'
export type { DocumentInfo, KnowledgeStatus, StoredVersion } from './documents.ts'
export {
  type AiSdkEmbedderOptions,
  aiSdkEmbedder,
  type Embedder,
  type EmbedderSetting,
  type LocalEncoder,
} from './embed/index.ts'
export { KnowledgeError, type KnowledgeErrorCode } from './errors.ts'
export type {
  IngestFailure,
  IngestOptions,
  IngestProgress,
  IngestReport,
  Outcome,
} from './ingest/index.ts'
export {
  createKnowledge,
  type Knowledge,
  type KnowledgeOptions,
  type WatchOptions,
} from './knowledge.ts'
export type { Span } from './parse/index.ts'
export type { RetrieveOptions } from './retrieve/retrieve.ts'
export type {
  Evidence,
  EvidenceSentence,
  LegScore,
  RetrievedChunk,
  SourceRef,
} from './retrieve/types.ts'
export type { FetchLimits, FolderWatcher, TextTarget } from './sources/index.ts'
