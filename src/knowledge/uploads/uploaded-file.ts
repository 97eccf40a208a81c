/** @file Uploaded files: bytes with a name and a purpose, as they are stored and asked for. */
import type { Cursor, Page } from '../../db/index.ts'
import type { Reader } from '../access.ts'
import type { Ownership } from './ownership.ts'

export type UploadedFile = Ownership & {
  readonly id: string
  readonly filename: string
  readonly purpose: string
  readonly bytes: number
  readonly createdAt: Date
  readonly expiresAt: Date | null
}

export type UploadFields = {
  filename: string
  purpose: string
  /** Groups that may read it too. Default: none. */
  groups?: readonly string[] | undefined
  /** Seconds from now after which it is deleted. */
  expiresAfterSeconds?: number | undefined
}

/** A file that is still coming; nobody sees it before it is complete. */
export type Upload = {
  /** @throws KnowledgeError upload_too_large */
  write(bytes: Uint8Array): Promise<void>
  complete(fields: UploadFields): Promise<UploadedFile>
  discard(): Promise<void>
}

export type UploadedFiles = {
  /** `maxBytes` is 64 MB unless given. */
  begin(reader?: Reader, options?: { maxBytes?: number }): Promise<Upload>
  list(reader?: Reader, options?: Cursor & { purpose?: string }): Promise<Page<UploadedFile>>
  /** @throws KnowledgeError unknown_file, also when the reader may not see it */
  get(id: string, reader?: Reader): Promise<UploadedFile>
  /** The bytes, part by part. @throws KnowledgeError unknown_file */
  stream(id: string, reader?: Reader): AsyncGenerator<Uint8Array>
  /** @throws KnowledgeError unknown_file */
  read(id: string, reader?: Reader): Promise<Uint8Array<ArrayBuffer>>
  /** Deletes it for good, from all vector stores too. @throws KnowledgeError unknown_file | not_yours */
  remove(id: string, reader?: Reader): Promise<void>
}
