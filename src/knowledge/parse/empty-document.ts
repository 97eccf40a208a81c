/** @file The error for a document without words. */
import { KnowledgeError } from '../errors.ts'
import type { ParseInput } from './parsed-document.ts'

/** The error for a file that holds no text, whatever its size. */
export function emptyDocument({ bytes, name }: ParseInput): KnowledgeError {
  return new KnowledgeError(
    'empty_document',
    `"${name}" (${bytes.length} bytes) contains no text`,
    {
      hint: 'Check that the file was saved and uploaded completely.',
    },
  )
}
