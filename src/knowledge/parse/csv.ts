/** @file CSV and TSV: each record becomes a line "header: value; header: value". */
import { CsvError, parse } from 'csv-parse/sync'
import { KnowledgeError } from '../errors.ts'
import { decodeText } from './decode.ts'
import { extensionOf, humanizeName } from './file-name.ts'
import type { ParsedDocument, ParseInput } from './parsed-document.ts'
import { recordLine, recordText } from './record-blocks.ts'

/** Parses a table with a header row. @throws KnowledgeError `malformed_document` with the line. */
export async function parseCsv(input: ParseInput): Promise<ParsedDocument> {
  const { name } = input
  const source = decodeText(input.bytes, name)
  const delimiter = extensionOf(name) === 'tsv' ? '\t' : detectDelimiter(source)
  const [headers = [], ...rows] = readRows(source, delimiter, name)
  const lines = rows.map((row) => ({
    kind: 'record' as const,
    line: recordLine(row.map((value, column) => [headers[column] ?? '', value] as const)),
  }))
  const mediaType = delimiter === '\t' ? 'text/tab-separated-values' : 'text/csv'
  const metadata = { columns: headers, rows: rows.length }
  return { title: humanizeName(name), ...recordText(lines), mediaType, metadata }
}

function readRows(source: string, delimiter: string, name: string): string[][] {
  try {
    return parse(source, { delimiter, skip_empty_lines: true })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new KnowledgeError('malformed_document', `"${name}": ${error.message}`, {
      hint: 'Correct the line; every row needs as many fields as the header, and quotes must be closed and doubled inside a field.',
      cause: error,
    })
  }
}

/** The candidate that occurs most often in the first line outside quotes. */
function detectDelimiter(source: string): string {
  const header = source.slice(0, source.search(/\n|$/)).replace(/"[^"]*"/g, '')
  const count = (delimiter: string): number => header.split(delimiter).length
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best))
}
