/** @file A row before anything is known about its format. */
import type { FindingCode } from '../finding-kinds.ts'

export type RawRow = {
  /** Where the row starts, from 1. */
  readonly line: number
  /** As it stands in the file. */
  readonly text: string
  /** JSON path of the row in its file, such as `$[3]` in an array. Default `$`. */
  readonly root?: string
  readonly value?: unknown
  /** Why there is no value. */
  readonly fault?: { readonly code: FindingCode; readonly message: string; readonly fix?: string }
}
