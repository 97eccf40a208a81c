/** @file Public face of the store. */
export type { Database, Queryable, Row } from './database.ts'
export type { StoreErrorCode } from './errors.ts'
export { type OpenOptions, openDatabase } from './open.ts'
