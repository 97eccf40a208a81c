/** @file JSON and JSON lines: lists of objects become records, an object becomes its paths and values. */
import { KnowledgeError } from '../errors.ts'
import { decodeText } from './decode.ts'
import { extensionOf, humanizeName } from './file-name.ts'
import type { ParsedDocument, ParseInput } from './parsed-document.ts'
import { type RecordLine, recordLine, recordText } from './record-blocks.ts'

/** Parses a JSON document. @throws KnowledgeError `malformed_document` with line and column. */
export async function parseJson(input: ParseInput): Promise<ParsedDocument> {
  const text = decodeText(input.bytes, input.name)
  if (['jsonl', 'ndjson'].includes(extensionOf(input.name))) return linesDocument(text, input.name)
  return document(linesOfValue(parseStrictly(text, input.name)), input.name, 'application/json')
}

/** Parses JSON lines, one record each. @throws KnowledgeError `malformed_document` with line and column. */
export async function parseJsonLines(input: ParseInput): Promise<ParsedDocument> {
  return linesDocument(decodeText(input.bytes, input.name), input.name)
}

function linesDocument(text: string, name: string): ParsedDocument {
  const records = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    return [recordOf(parseStrictly(line, name, index + 1))]
  })
  return document(records, name, 'application/jsonl')
}

function document(lines: RecordLine[], name: string, mediaType: string): ParsedDocument {
  return { title: humanizeName(name), ...recordText(lines), mediaType, metadata: {} }
}

function linesOfValue(value: unknown): RecordLine[] {
  if (Array.isArray(value)) return value.map(recordOf)
  if (isObject(value))
    return Object.entries(value).flatMap(([key, entry]) => linesOfEntry(key, entry))
  return [recordOf(value)]
}

/** A top-level key: a heading over what it holds, or a plain line for a scalar. */
function linesOfEntry(key: string, value: unknown): RecordLine[] {
  const heading: RecordLine = { kind: 'heading', line: key.replace(/\s+/g, ' ') }
  if (Array.isArray(value) && value.some(isObject)) return [heading, ...value.map(recordOf)]
  const fields = flatten(value, key)
  const lines = fields.map((field): RecordLine => ({ kind: 'record', line: recordLine([field]) }))
  return isObject(value) ? [heading, ...lines] : lines
}

function recordOf(value: unknown): RecordLine {
  return { kind: 'record', line: recordLine(flatten(value, '')) }
}

type Field = readonly [path: string, value: string]

/** Scalars by their dotted path; a list of scalars is one value. Null says nothing and is left out. */
function flatten(value: unknown, path: string): Field[] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value) && !value.some((item) => typeof item === 'object'))
    return [[path, value.join(', ')]]
  if (typeof value !== 'object') return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, entry]) =>
    flatten(entry, path === '' ? key : `${path}.${key}`),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseStrictly(source: string, name: string, firstLine = 1): unknown {
  try {
    return JSON.parse(source)
  } catch (cause) {
    const { line, column, reason } = locate(source, cause as SyntaxError)
    throw new KnowledgeError(
      'malformed_document',
      `"${name}" is not valid JSON at line ${firstLine + line - 1}, column ${column}: ${reason}`,
      {
        hint: 'Correct the file there, or give it the extension .txt to index it as plain text.',
        cause,
      },
    )
  }
}

/** Where parsing stopped. V8 states a position, except at the end of the input. */
function locate(
  source: string,
  error: SyntaxError,
): { line: number; column: number; reason: string } {
  const stated = / in JSON at position (\d+)/.exec(error.message)
  const position = stated ? Number(stated[1]) : positionOfToken(source, error.message)
  const before = source.slice(0, position)
  const reason = error.message.replace(
    /,? ?"[\s\S]*" is not valid JSON| in JSON at position[\s\S]*/,
    '',
  )
  return { line: before.split('\n').length, column: position - before.lastIndexOf('\n'), reason }
}

/** "Unexpected token 'x', ..."abc x def"... is not valid JSON" quotes what stands around the token. */
function positionOfToken(source: string, message: string): number {
  const quoted =
    /^Unexpected token '([\s\S])', (?:\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not valid JSON$/.exec(
      message,
    )
  if (!quoted) return source.length
  const [, token, context] = quoted
  const start = source.indexOf(context!)
  // V8 shows ten characters before the token, or all there are.
  const lead = message.includes(', ..."') ? 10 : context!.indexOf(token!)
  return start < 0 ? source.length : start + lead
}
