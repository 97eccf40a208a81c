/** @file Any file to a parsed document: checks, recognition of the format, dispatch. */
import { KnowledgeError } from '../errors.ts'
import { emptyDocument } from './empty-document.ts'
import type { ParsedDocument, ParseInput } from './parsed-document.ts'
import { recognizeFormat } from './sniff.ts'

export type ParseOptions = {
  /** Largest file that is read. Default 50 MB. */
  maxBytes?: number
}

// A book is about 1 MB of text and a scanned report about 20 MB of PDF.
const defaultMaxBytes = 50 * 1024 * 1024

/**
 * Parses a document of any supported format. Its content decides the format; name and media type are hints.
 * @throws KnowledgeError when the file is empty, too large, binary, encrypted, malformed or not what it is called.
 */
export async function parseDocument(
  input: ParseInput,
  { maxBytes = defaultMaxBytes }: ParseOptions = {},
): Promise<ParsedDocument> {
  assertSize(input, maxBytes)
  const format = await recognizeFormat(input)
  const document = await asKnowledgeError(input, format.label, () => format.parse(input))
  if (document.blocks.length === 0) throw emptyDocument(input)
  return document
}

function assertSize({ bytes, name }: ParseInput, maxBytes: number): void {
  if (bytes.length <= maxBytes) return
  throw new KnowledgeError(
    'document_too_large',
    `"${name}" has ${megabytes(bytes.length)} MB; the limit is ${megabytes(maxBytes)} MB`,
    { hint: 'Split the file into smaller documents, or leave out what nobody will ask about.' },
  )
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, '')
}

/** A parser that trips over its input has met a malformed document, whatever it threw. */
async function asKnowledgeError<T>(
  { name }: ParseInput,
  label: string,
  parse: () => Promise<T>,
): Promise<T> {
  try {
    return await parse()
  } catch (error) {
    if (error instanceof KnowledgeError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new KnowledgeError(
      'malformed_document',
      `"${name}" could not be read as ${label}: ${reason}`,
      {
        hint: 'Open the file in the program that made it, and save or export it again.',
        cause: error,
      },
    )
  }
}
