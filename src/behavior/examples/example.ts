/** @file Examples: the one shape that every format is read into. */
import type { ChatMessage, ToolDefinition } from '../../tokenizers/index.ts'
import type { Finding } from './finding.ts'
import type { FormatName } from './formats/index.ts'
import { type Place, placeOf } from './place.ts'

/** One conversation to learn from. */
export type Example = {
  /** Where its row starts in the file, from 1. */
  readonly line: number
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly ToolDefinition[]
  /** What the row itself says about its part: `train`, `test`, `validation`, … */
  readonly split?: string
  /** The other fields of the row, such as a source page. */
  readonly extra: Readonly<Record<string, unknown>>
}

/** A row of a file, with its example where it could be read as one. */
export type Row = {
  readonly line: number
  /** As it stands in the file. */
  readonly text: string
  /** JSON path of the row: `$`, or `$[3]` in an array. */
  readonly root: string
  readonly value: unknown
  /** Nothing but blanks in it. */
  readonly isEmpty: boolean
  readonly example?: Example
  /** For each message of the example. */
  readonly places: readonly Place[]
  /** No errors but such as were put right while reading. */
  readonly isSound: boolean
}

/** All rows of a file, and what could not be read. */
export type ExampleSet = {
  readonly name: string
  /** The format of most rows; undefined where none was recognised. */
  readonly format: FormatName | undefined
  readonly rows: readonly Row[]
  readonly findings: readonly Finding[]
}

/** A row that has an example. */
export type Entry = Row & { readonly example: Example }

export function entriesOf({ rows }: ExampleSet): Entry[] {
  return rows.filter((row): row is Entry => row.example !== undefined)
}

/** Examples from elsewhere as a set, as if they had been read from chat JSONL. */
export function exampleSet(examples: readonly Example[], name = 'examples'): ExampleSet {
  const rows = examples.map((example): Row => {
    const places = example.messages.map((_, at) => placeOf(`$.messages[${at}]`))
    const { line } = example
    const root = '$'
    return { line, root, text: '', value: example, example, places, isEmpty: false, isSound: true }
  })
  return { name, format: 'chat', rows, findings: [] }
}
