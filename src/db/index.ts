/** @file Public face of the store. */
export { type Cursor, type Page, type PageSource, selectPage } from './cursor-page.ts'
export type { Database, Queryable, Row } from './database.ts'
export type { StoreErrorCode } from './errors.ts'
export { type OpenOptions, openDatabase } from './open.ts'
export { type BackgroundWorker, createWorker, type WorkerOptions } from './worker.ts'
