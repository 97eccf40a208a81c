/** @file Ingestion, as the knowledge object uses it. */
export { type IngestOptions, ingest, removeDocuments } from './ingest.ts'
export { maintain } from './maintain.ts'
export {
  type IngestFailure,
  type IngestProgress,
  type IngestReport,
  type Outcome,
  toFailure,
} from './report.ts'
