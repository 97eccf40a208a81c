/** @file What a format of rows is. */
import type { ChatMessage, ToolDefinition } from '../../../tokenizers/index.ts'
import type { Fields } from '../fields.ts'
import type { FindingDetails } from '../finding.ts'
import type { FindingCode } from '../finding-kinds.ts'
import type { Place } from '../place.ts'

/** Reports a fault of the row that is being read. */
export type Fault = (code: FindingCode, details: Omit<FindingDetails, 'line'>) => void

/** A message and where it stands in the row. */
export type PlacedMessage = { readonly message: ChatMessage; readonly place: Place }

/** What could be read of a row; faults are reported beside it. */
export type Draft = {
  readonly messages: readonly PlacedMessage[]
  readonly tools?: readonly ToolDefinition[]
}

export type RowFormat = {
  /** The fields that it reads; all others are kept as they are. */
  readonly fields: readonly string[]
  /** Of those, the ones without which a row is of another format. */
  readonly required: readonly string[]
  read(fields: Fields, fault: Fault): Draft
}
