/** @file Error codes of the store. */
import { GraftError } from '../errors.ts'

export type StoreErrorCode =
  | 'workspace_locked'
  | 'workspace_unwritable'
  | 'workspace_newer'
  | 'connection_failed'
  | 'connection_lost'
  | 'extension_missing'
  | 'migration_changed'
  | 'engine_failed'
  | 'query_failed'
  | 'unknown_cursor'

export class StoreError extends GraftError<StoreErrorCode> {}
