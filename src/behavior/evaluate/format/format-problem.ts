/** @file What is wrong with a reply's form. */

export type ProblemKind =
  // text
  | 'missing'
  | 'unexpected'
  | 'different'
  | 'count'
  | 'length'
  // JSON
  | 'syntax'
  | 'schema'
  // the rest
  | 'label'
  | 'pattern'
  | 'rule'

export type FormatProblem = {
  readonly kind: ProblemKind
  /** A sentence that names the line. */
  readonly message: string
  /** From 1. */
  readonly line?: number
  /** The place in JSON, such as `$.items[2].price`. */
  readonly path?: string
}

export type FormatVerdict = { readonly valid: boolean; readonly problems: readonly FormatProblem[] }
