/** @file Rows out of JSON Lines and CSV, each with its line. */
import { parse } from 'csv-parse/sync'
import type { QuestionFinding, RawRow, RawRows } from './finding.ts'

export function readJsonLines(text: string): RawRows {
  const rows: RawRow[] = []
  const findings: QuestionFinding[] = []
  for (const [at, source] of text.split('\n').entries()) {
    if (source.trim() === '') continue
    const line = at + 1
    try {
      rows.push({ line, value: JSON.parse(source) })
    } catch (error) {
      const message = `the line is no JSON: ${(error as Error).message}`
      const fix = 'Write one JSON object on each line.'
      findings.push({ severity: 'error', line, path: '$', message, fix })
    }
  }
  return { rows, findings }
}

/** Facts stand in cells as `30 days`, `number: 30 days; yes`, `date: 2026-01-31`; `|` divides other names. */
export function readCsv(text: string): RawRows {
  try {
    const records = parse(text, {
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      info: true,
      bom: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
    }) as unknown as { info: { lines: number }; record: Record<string, string> }[]
    const rows = records.map(({ info, record }) => ({ line: info.lines, value: fromCells(record) }))
    return { rows, findings: [] }
  } catch (error) {
    const { lines: line, message } = error as Error & { lines?: number }
    const finding = { severity: 'error' as const, path: '$', message }
    const fix = 'Write CSV with a header line and the same number of cells in each row.'
    return { rows: [], findings: [{ ...finding, fix, ...(line !== undefined && { line }) }] }
  }
}

/** Column -> how its cell becomes a field. */
const columns: Record<string, (cell: string) => unknown> = {
  id: String,
  question: String,
  kind: String,
  cluster: String,
  note: String,
  gold: factsOf,
  rivals: factsOf,
  sources: listOf,
  confirmed: (cell) => ({ true: true, yes: true, false: false, no: false })[cell] ?? cell,
}

function fromCells(record: Record<string, string>): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(record)) {
    const cell = value.trim()
    if (cell === '') continue
    const [, field] = /^after_(gold|rivals|sources)$/.exec(name) ?? []
    if (field !== undefined) after[field] = columns[field]!(cell)
    else if (name === 'after') row.after = cell
    else row[name] = columns[name]?.(cell) ?? cell
  }
  return Object.keys(after).length > 0 ? { ...row, after } : row
}

function listOf(cell: string): string[] {
  return cell
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean)
}

/** Prefix of a cell -> the fact that stands behind it. */
const facts: Record<string, (text: string) => unknown> = {
  number: (text) => {
    const [, number, unit] = /^(-?[\d.,]+)\s*(.*)$/.exec(text) ?? []
    if (number === undefined) return { number: text }
    return { number: Number(number.replaceAll(',', '')), ...(unit && { unit }) }
  },
  date: (text) => ({ date: text }),
  set: (text) => ({ set: text.split(',').map((member) => member.trim()) }),
  regex: (text) => {
    const [, regex, flags] = /^\/(.*)\/([a-z]*)$/.exec(text) ?? []
    return regex === undefined ? { regex: text } : { regex, flags }
  },
  'yes-no': (text) => ({ yes: { yes: true, no: false }[text.toLowerCase()] ?? text }),
}

function factsOf(cell: string): unknown[] {
  return listOf(cell).map((part) => {
    const [, kind = '', text = ''] = /^([a-z-]+):\s*(.*)$/.exec(part) ?? []
    const read = Object.hasOwn(facts, kind) ? facts[kind] : undefined
    return read?.(text) ?? { text: part.split('|').map((name) => name.trim()) }
  })
}
