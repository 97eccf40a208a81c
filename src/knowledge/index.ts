/** @file Public face of the knowledge part. */
export {
  EVERYONE,
  listPrincipals,
  owner,
  personalGroup,
  type Reader,
  resolveReader,
  setPrincipal,
} from './access.ts'
export { spendTokens, tokensSpent } from './api-key-use.ts'
export {
  type ApiKey,
  type ApiScope,
  apiScopes,
  authenticate,
  createApiKey,
  hasScope,
  listApiKeys,
  type NewApiKey,
  revokeApiKey,
} from './api-keys.ts'
export { segmentSentences } from './chunk/index.ts'
export { type DocumentVersion, listDocumentVersions } from './document-versions.ts'
export type { DocumentInfo, KnowledgeStatus, StoredVersion } from './documents.ts'
export {
  type AiSdkEmbedderOptions,
  aiSdkEmbedder,
  type Embedder,
  type EmbedderSetting,
  type LocalEncoder,
} from './embed/index.ts'
export type { TextEmbedder } from './embedding.ts'
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
export type { AttributeFilter, AttributeValue, Comparison } from './retrieve/attribute-filter.ts'
export type { RetrieveOptions } from './retrieve/retrieve.ts'
export type {
  Evidence,
  EvidenceSentence,
  LegScore,
  RetrievedChunk,
  SourceRef,
} from './retrieve/types.ts'
export type { FetchLimits, FolderWatcher, TextTarget } from './sources/index.ts'
export {
  type Attributes,
  type NewStoreFile,
  parseFileUri,
  type StoreBatch,
  type StoreFile,
  type StoreHit,
  type UploadedFile,
  type Uploads,
  type VectorStore,
} from './uploads/index.ts'
