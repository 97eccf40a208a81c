/** @file Safe fixes: what is plainly meant is written so, what teaches nothing is left out. */
import { contentKey } from './checks/duplicates.ts'
import { isUseless } from './checks/empty-content.ts'
import type { Entry, Example, ExampleSet, Row } from './example.ts'
import { isObject } from './fields.ts'
import { canonicalRole } from './roles.ts'
import { canonicalWeight } from './weight.ts'

export type FixKind =
  | 'trimmed'
  | 'role_normalised'
  | 'weight_normalised'
  | 'duplicate_dropped'
  | 'empty_dropped'
  | 'kept_unread'

/** What was done to the row that starts at the line. */
export type Change = { readonly line: number; readonly kind: FixKind }

export type FixedExamples = {
  /** Chat JSONL. Rows that could not be read are kept as they are. */
  readonly text: string
  readonly rows: number
  readonly changes: readonly Change[]
}

/** Fixing what is fixed changes nothing. */
export function fixExamples(set: ExampleSet): FixedExamples {
  const changes: Change[] = []
  const lines: string[] = []
  const kept = new Set<string>()
  const change = (row: Row, kind: FixKind): void => void changes.push({ line: row.line, kind })

  for (const row of set.rows) {
    if (row.isEmpty) change(row, 'empty_dropped')
    else if (!isSoundEntry(row)) {
      lines.push(keepRow(row, change))
    } else if (isUseless(row.example)) change(row, 'empty_dropped')
    else {
      const key = contentKey(row.example)
      if (kept.has(key)) change(row, 'duplicate_dropped')
      else lines.push(writeRow(row, change))
      kept.add(key)
    }
  }
  return { text: lines.map((line) => `${line}\n`).join(''), rows: lines.length, changes }
}

type ReportChange = (row: Row, kind: FixKind) => void

function isSoundEntry(row: Row): row is Entry {
  return row.isSound && row.example !== undefined
}

/** A chat row of the example as it was read, trimmed. */
function writeRow(row: Entry, change: ReportChange): string {
  if (row.example.messages.some(({ content }) => (content ?? '').trim() !== (content ?? '')))
    change(row, 'trimmed')
  mendFields(row.value, (kind) => change(row, kind))
  return JSON.stringify(trimmed(row.example))
}

function trimmed({ messages, tools, split, extra }: Example): Record<string, unknown> {
  return {
    messages: messages.map((message) =>
      typeof message.content === 'string'
        ? { ...message, content: message.content.trim() }
        : message,
    ),
    ...(tools && { tools }),
    ...(split !== undefined && { split }),
    ...extra,
  }
}

/** A row with other errors keeps its form; only its roles and weights are put right. */
function keepRow(row: Row, change: ReportChange): string {
  change(row, 'kept_unread')
  if (!isObject(row.value)) return row.text.replace(/\s*\n\s*/g, ' ').trim()
  return JSON.stringify(mendFields(row.value, (kind) => change(row, kind)))
}

/** The row with canonical roles and weights, wherever it lists messages; other values stay as they are. */
function mendFields(value: unknown, change: (kind: FixKind) => void): unknown {
  if (!isObject(value)) return value
  const done = new Set<FixKind>()
  const mended = Object.entries(value).map(([field, items]) => [
    field,
    Array.isArray(items) && field !== 'tools'
      ? items.map((item) => mendMessage(item, done))
      : items,
  ])
  for (const kind of done) change(kind)
  return Object.fromEntries(mended)
}

function mendMessage(message: unknown, done: Set<FixKind>): unknown {
  if (!isObject(message)) return message
  const { role, weight } = message
  const mended = { ...message }
  const canonical = typeof role === 'string' ? canonicalRole(role) : undefined
  if (canonical !== undefined && canonical !== role && role !== 'developer') {
    mended.role = canonical
    done.add('role_normalised')
  }
  const meant = canonicalWeight(weight)
  if (meant !== undefined && meant !== weight) {
    mended.weight = meant
    done.add('weight_normalised')
  }
  return mended
}
