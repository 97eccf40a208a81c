/** @file What is wrong with a question file, by line. */

export type QuestionFinding = {
  readonly severity: 'error' | 'warning'
  /** From 1; absent where the whole file is meant. */
  readonly line?: number
  /** The field, such as `gold[0].date`; `$` for the row. */
  readonly path: string
  readonly message: string
  /** A sentence that says what to do. */
  readonly fix: string
}

/** A row of a file as it was read, before it is known to be a question. */
export type RawRow = { readonly line: number; readonly value: unknown }

export type RawRows = { readonly rows: RawRow[]; readonly findings: QuestionFinding[] }
