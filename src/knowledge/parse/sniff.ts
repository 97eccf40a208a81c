/** @file Recognises what a file is. Bytes decide between text and binary formats; names and media types among texts. */
import { fileTypeFromBuffer } from 'file-type'
import { KnowledgeError } from '../errors.ts'
import { byteOrderMark } from './decode.ts'
import { emptyDocument } from './empty-document.ts'
import { baseName, extensionOf } from './file-name.ts'
import { type Format, formats } from './formats.ts'
import type { ParseInput } from './parsed-document.ts'

/**
 * The format of a file.
 * @throws KnowledgeError `empty_document`, `binary_document`, `unsupported_type`, `mismatched_type` or `encrypted_document`.
 */
export async function recognizeFormat(input: ParseInput): Promise<Format> {
  const { bytes, name } = input
  if (isBlank(bytes)) throw emptyDocument(input)
  const expected = formatOfName(name)
  const binary = await recognizeBinary(input, expected)
  if (binary) return agreed(input, expected, binary)
  if (!looksLikeText(bytes)) throw binaryDocument(input)
  return agreed(input, expected, formatOfText(input, expected))
}

const everyFormat: readonly Format[] = Object.values(formats)

/** By extension, or by the whole name where there is none: "Makefile". */
function formatOfName(name: string): Format | undefined {
  const extension = extensionOf(name) || baseName(name).toLowerCase()
  return everyFormat.find((format) => format.extensions.includes(extension))
}

function isBlank(bytes: Uint8Array): boolean {
  const start = byteOrderMark(bytes) === 'utf-8' ? 3 : 0
  return bytes.subarray(start).every((byte) => byte === 32 || (byte >= 9 && byte <= 13))
}

/** What the bytes say where that is beyond doubt; text that happens to begin like an image is text. */
async function recognizeBinary(
  input: ParseInput,
  expected: Format | undefined,
): Promise<Format | undefined> {
  const mime = await detect(input.bytes)
  if (mime === undefined) return undefined
  const format = everyFormat.find(
    ({ textual, mediaTypes }) => !textual && mediaTypes.includes(mime),
  )
  if (format) return format
  if (looksLikeText(input.bytes)) return undefined
  if (mime === 'application/x-cfb') throw compoundFile(input, expected)
  // A container that lost its end cannot be told from any other; the parser says what is wrong with it.
  if (mime === 'application/zip' && expected === formats.docx) return formats.docx
  if (expected) throw mismatchedType(input, expected, mime)
  throw unsupportedType(input, mime)
}

async function detect(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(bytes))?.mime
  } catch {
    return undefined
  }
}

/** Office wraps an encrypted document in the container of its formats before 2007. */
function compoundFile(input: ParseInput, expected: Format | undefined): KnowledgeError {
  const { bytes, name } = input
  const encrypted = Buffer.from(bytes).includes(Buffer.from('EncryptedPackage', 'utf16le'))
  if (encrypted || expected === formats.docx) {
    return new KnowledgeError(
      'encrypted_document',
      `"${name}" is an Office document behind a password`,
      {
        hint: 'Open it in the office program, remove the password and save it again.',
      },
    )
  }
  return unsupportedType(input, 'an Office document of the format before 2007')
}

function formatOfText({ bytes, mediaType = '' }: ParseInput, expected: Format | undefined): Format {
  const stated = mediaType.split(';')[0]!.trim().toLowerCase()
  const byMediaType = everyFormat.find((format) => format.mediaTypes.includes(stated))
  return [byMediaType, expected].find((format) => format?.textual) ?? formatOfContent(bytes)
}

/** Without a name that says anything: a page announces itself, the rest is plain text. */
function formatOfContent(bytes: Uint8Array): Format {
  const head = new TextDecoder().decode(bytes.subarray(0, 512))
  return /^\uFEFF?\s*<(?:!doctype html|html)\b/i.test(head) ? formats.html : formats.plainText
}

function agreed(input: ParseInput, expected: Format | undefined, actual: Format): Format {
  if (!expected || expected === actual || (expected.textual && actual.textual)) return actual
  throw mismatchedType(input, expected, actual.label)
}

// ASCII text holds tab, line feed, form feed, carriage return and escape; in random bytes one in ten is another one.
const allowedControls = new Set([9, 10, 12, 13, 27])
const sampleBytes = 64 * 1024
const maxControlShare = 0.01

function looksLikeText(bytes: Uint8Array): boolean {
  const mark = byteOrderMark(bytes)
  if (mark && mark !== 'utf-8') return true
  if (bytes.includes(0)) return false
  const sample = bytes.subarray(0, sampleBytes)
  let controls = 0
  for (const byte of sample) if (byte < 32 && !allowedControls.has(byte)) controls++
  return controls <= sample.length * maxControlShare
}

function mismatchedType({ name }: ParseInput, expected: Format, actual: string): KnowledgeError {
  return new KnowledgeError(
    'mismatched_type',
    `"${name}" is named like ${expected.label} but contains ${actual}`,
    {
      hint: 'Give the file the extension of what it contains, or upload the file that was meant.',
    },
  )
}

function unsupportedType({ name }: ParseInput, mime: string): KnowledgeError {
  return new KnowledgeError('unsupported_type', `"${name}" is ${mime}, which has no parser`, {
    hint: 'Export it as PDF, DOCX, HTML, Markdown, CSV or plain text.',
  })
}

function binaryDocument({ name, bytes }: ParseInput): KnowledgeError {
  return new KnowledgeError(
    'binary_document',
    `"${name}" (${bytes.length} bytes) is neither text nor a known document format`,
    {
      hint: 'Only documents can be indexed; convert the file to text, PDF or DOCX.',
    },
  )
}
