/** @file Findings: what is wrong with examples, where, and what to do about it. */
import { type FindingCode, findingKinds, type Severity } from './finding-kinds.ts'

export type Finding = {
  readonly severity: Severity
  readonly code: FindingCode
  /** Where the row starts, from 1; absent when the finding is about the whole file. */
  readonly line?: number
  /** The other row of a pair. */
  readonly otherLine?: number
  /** The file, where it is not the one that is checked (as with `--test`). */
  readonly file?: string
  /** JSON path in the row as it is written; `$` is the row. */
  readonly path: string
  readonly message: string
  readonly fix: string
  /** Whether `fixExamples` puts it right. */
  readonly isFixable: boolean
}

export type FindingDetails = {
  line?: number
  otherLine?: number
  file?: string
  path?: string
  message: string
  /** Instead of the kind's own. */
  fix?: string
  severity?: Severity
  isFixable?: boolean
}

/** A finding with the severity and the fix of its kind, unless the details name others. */
export function finding(code: FindingCode, details: FindingDetails): Finding {
  return { path: '$', isFixable: false, ...findingKinds[code], code, ...details }
}

/** Long values are cut in messages. */
export function shown(value: unknown, length = 60): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

/** `object`, `list`, `text`, … as messages name them. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  const names: Record<string, string> = { string: 'text', object: 'an object', number: 'a number' }
  return names[typeof value] ?? typeof value
}
