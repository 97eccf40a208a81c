/** @file Ingestion, as the knowledge object uses it. */
export { type IngestOptions, ingest, removeDocuments } from './ingest.ts'
export { maintain } from './maintain.ts'
export type { IngestFailure, IngestProgress, IngestReport, Outcome } from './report.ts'
