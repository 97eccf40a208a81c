/** @file CSV and TSV with a header: each record becomes an object of its columns. */
import { CsvError, type Info, type Options, parse } from 'csv-parse/sync'
import type { RawRow } from './raw-row.ts'

type CsvRecord = { record: string[]; raw: string; info: Info }

export function readCsv(text: string): RawRow[] {
  const { records, faults } = parseRecords(text, detectDelimiter(text))
  const [header, ...rest] = records
  const columns = header?.record.map((name) => name.trim()) ?? []
  const rows = rest.map((record) => toRow(record, columns))
  return [...rows, ...faults].sort((a, b) => a.line - b.line)
}

/** The candidate that occurs most often in the header outside quotes. */
export function detectDelimiter(text: string): string {
  const header = text.slice(0, text.search(/\n|$/)).replace(/"[^"]*"/g, '')
  const count = (delimiter: string): number => header.split(delimiter).length
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best))
}

function parseRecords(text: string, delimiter: string): { records: CsvRecord[]; faults: RawRow[] } {
  const records: CsvRecord[] = []
  const faults: RawRow[] = []
  const lastLine = (): number => records.at(-1)?.info.lines ?? 0
  const options: Options = {
    delimiter,
    info: true,
    raw: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_records_with_error: true,
    on_record: (record: unknown) => {
      records.push(record as CsvRecord)
      return null
    },
    on_skip: (error) => {
      faults.push(brokenRecord(error, text, lastLine()))
      return undefined
    },
  }
  parse(text, options)
  return { records, faults }
}

function toRow({ record, raw, info }: CsvRecord, columns: readonly string[]): RawRow {
  const text = raw.trim()
  // csv-parse counts the lines up to the end of the record.
  const line = info.lines - (text.split('\n').length - 1)
  if (record.length !== columns.length)
    return { line, text: JSON.stringify(record), fault: wrongCount(record, columns) }
  const value = Object.fromEntries(columns.map((column, at) => [column, record[at]!]))
  return { line, text: JSON.stringify(value), value }
}

function wrongCount(record: string[], columns: readonly string[]): NonNullable<RawRow['fault']> {
  return {
    code: 'wrong_column_count',
    message: `has ${record.length} fields for ${columns.length} columns (${columns.join(', ')})`,
  }
}

function brokenRecord(error: CsvError | undefined, text: string, after: number): RawRow {
  const lines = text.trimEnd().split('\n')
  const start = lines.findIndex((content, at) => at >= after && content !== '')
  const rest = lines.slice(start)
  const lost = rest.length > 1 ? `; the ${rest.length} lines from here on cannot be read` : ''
  const message = `${error instanceof CsvError ? error.message : 'is not CSV'}${lost}`
  const kept = JSON.stringify([rest.join('\n')])
  return { line: start + 1, text: kept, fault: { code: 'malformed_csv', message } }
}
