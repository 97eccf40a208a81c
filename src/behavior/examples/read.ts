/** @file Reads files of examples: every row by itself, whatever is wrong with the others. */
import { readFile, stat } from 'node:fs/promises'
import { BehaviorError } from '../errors.ts'
import { decodeText } from './decode.ts'
import type { Example, ExampleSet, Row } from './example.ts'
import { type Columns, createFields, type Fields, isObject } from './fields.ts'
import { type Finding, type FindingDetails, finding, kindOf, shown } from './finding.ts'
import type { FindingCode } from './finding-kinds.ts'
import { detectFormat, type FormatName, formatNames, formats } from './formats/index.ts'
import { looksLikeCsv, type RawRow, readRows } from './rows/index.ts'

export type ReadExamplesOptions = {
  /** Default: found out for each row. `csv` says how rows are written; their columns name the format. */
  format?: FormatName | 'csv'
  /** Field of a format -> column of the file: `{ prompt: 'question', completion: 'reply' }`. */
  columns?: Columns
  /** Name of the file, for its extension and for messages. */
  name?: string
}

export type ReadFileOptions = ReadExamplesOptions & {
  /** Default 500 MB: about the longest text that the runtime holds in one piece. */
  maxBytes?: number
}

const MAX_BYTES = 500_000_000

/**
 * Reads a file of examples.
 * @throws BehaviorError `file_unreadable` | `file_too_large` | `invalid_option`
 */
export async function readExamplesFile(
  path: string,
  { maxBytes = MAX_BYTES, ...options }: ReadFileOptions = {},
): Promise<ExampleSet> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw tooLarge(path, size, maxBytes)
    return readExamples(await readFile(path), { name: path, ...options })
  } catch (cause) {
    if (cause instanceof BehaviorError) throw cause
    throw new BehaviorError(
      'file_unreadable',
      `${path} cannot be read: ${(cause as Error).message}`,
      { hint: 'Name a file of examples that exists and may be read.', cause },
    )
  }
}

/**
 * Reads examples from text or bytes. Faults become findings, never exceptions.
 * @throws BehaviorError `invalid_option`
 */
export function readExamples(
  source: string | Uint8Array,
  { format, columns = {}, name = 'examples' }: ReadExamplesOptions = {},
): ExampleSet {
  assertOptions(format, columns)
  const { text, isValid } = decodeText(source)
  const raw = readRows(text, { isCsv: format === 'csv' || looksLikeCsv(text, name) })
  const findings: Finding[] = []
  if (raw.length === 0) findings.push(finding('empty_file', { message: `${name} holds no rows` }))
  const detected = raw.map((row) => formatOfRow(row, columns))
  const common = mostFrequent(detected)
  const forced = format === 'csv' ? undefined : format
  if (!forced) findings.push(...mixedFormats(raw, detected, common))
  const rows = raw.map((row, at) => {
    const job = { columns, findings, format: forced ?? detected[at] ?? common }
    if (row.text.includes('\ufffd')) reportLostCharacters(row, isValid, findings)
    return readRow(row, job)
  })
  return { name, format: forced ?? common, rows, findings }
}

type RowJob = { columns: Columns; findings: Finding[]; format: FormatName | undefined }

function readRow(raw: RawRow, { columns, findings, format }: RowJob): Row {
  const { line, text, value, root = '$' } = raw
  let isSound = true
  const fault = (code: FindingCode, details: FindingDetails): void => {
    const found = finding(code, { line, path: root, ...details })
    findings.push(found)
    if (found.severity === 'error' && !found.isFixable) isSound = false
  }
  const isEmpty = !raw.fault && !hasText(value)
  const unread = { line, root, text, value, places: [], isEmpty, isSound: false }
  if (raw.fault) {
    fault(raw.fault.code, raw.fault)
    return unread
  }
  if (isEmpty) {
    fault('empty_row', { message: `the row holds no text: ${shown(value)}`, isFixable: true })
    return unread
  }
  if (!isObject(value)) {
    fault('not_an_object', { message: `the row is ${kindOf(value)}: ${shown(value)}` })
    return unread
  }
  const fields = createFields(value, columns, root)
  const known = [format, detectFormat(fields, 'some')].find(
    (name) => name && isPartly(name, fields),
  )
  if (!known) {
    const names = Object.keys(value).join(', ')
    const expected = format ? `not those of ${format}` : 'those of no known format'
    fault('unknown_format', { message: `the fields are ${names}, ${expected}` })
    return unread
  }
  const { fields: own, read } = formats[known]
  const { messages, tools } = read(fields, fault)
  if (messages.length === 0) {
    if (!isSound) return unread
    fault('empty_row', { message: 'the row has no messages', isFixable: true })
    return { ...unread, isEmpty: true }
  }
  const { split, ...extra } = fields.without(own)
  const example: Example = {
    line,
    messages: messages.map(({ message }) => message),
    ...(tools && tools.length > 0 && { tools }),
    ...(typeof split === 'string' && { split }),
    extra: split === undefined || typeof split === 'string' ? extra : { split, ...extra },
  }
  const places = messages.map(({ place }) => place)
  return { line, root, text, value, example, places, isEmpty, isSound }
}

function formatOfRow({ value }: RawRow, columns: Columns): FormatName | undefined {
  return isObject(value) ? detectFormat(createFields(value, columns), 'every') : undefined
}

function isPartly(name: FormatName, fields: Fields): boolean {
  return formats[name].required.some((field) => fields.has(field))
}

function mostFrequent(names: readonly (FormatName | undefined)[]): FormatName | undefined {
  const count = (name: FormatName): number => names.filter((other) => other === name).length
  const present = formatNames.filter((name) => names.includes(name))
  return present.toSorted((a, b) => count(b) - count(a))[0]
}

function mixedFormats(
  rows: readonly RawRow[],
  detected: readonly (FormatName | undefined)[],
  common: FormatName | undefined,
): Finding[] {
  const first = detected.findIndex((name) => name !== undefined && name !== common)
  if (first === -1) return []
  const others = detected.filter((name) => name !== undefined && name !== common).length
  const message = `${others} of ${rows.length} rows are not ${common}; the first of them is ${detected[first]}`
  return [finding('mixed_formats', { line: rows[first]!.line, message })]
}

function reportLostCharacters({ line, text }: RawRow, isValid: boolean, findings: Finding[]): void {
  const at = text.indexOf('\ufffd')
  const context = shown(text.slice(Math.max(0, at - 20), at + 20))
  findings.push(
    isValid
      ? finding('replacement_character', { line, message: `holds U+FFFD in ${context}` })
      : finding('invalid_encoding', { line, message: `is not valid UTF-8 in ${context}` }),
  )
}

/** Whether any text or number is in the value. */
function hasText(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasText)
  return value !== null
}

function assertOptions(format: string | undefined, columns: Columns): void {
  const names = [...formatNames, 'csv']
  if (format !== undefined && !names.includes(format))
    throw new BehaviorError('invalid_option', `the format "${format}" is unknown`, {
      hint: `Use one of ${names.join(', ')}, or none to have it found out.`,
    })
  const fields = new Set(formatNames.flatMap((name) => formats[name].fields))
  const unknown = Object.keys(columns).find((field) => !fields.has(field))
  if (unknown !== undefined)
    throw new BehaviorError(
      'invalid_option',
      `no format has a field "${unknown}" to map a column to`,
      {
        hint: `Map one of ${[...fields].join(', ')}, as in prompt=question,completion=reply.`,
      },
    )
}

function tooLarge(path: string, size: number, maxBytes: number): BehaviorError {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  return new BehaviorError(
    'file_too_large',
    `${path} has ${megabytes(size)}; up to ${megabytes(maxBytes)} are read`,
    { hint: 'Split the file, or raise the limit (maxBytes, --max-megabytes).' },
  )
}
