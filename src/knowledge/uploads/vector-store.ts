/** @file Vector stores: collections of uploaded files, with attributes to filter by and a time to live. */
import type { Cursor, Page } from '../../db/index.ts'
import type { Reader } from '../access.ts'
import type { AttributeValue } from '../retrieve/attribute-filter.ts'
import type { Ownership } from './ownership.ts'

export type CountedFiles = {
  readonly inProgress: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  readonly total: number
  /** Bytes of the files that were processed. */
  readonly usageBytes: number
}

export type VectorStore = Ownership & {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly createdAt: Date
  readonly lastActiveAt: Date
  readonly expiresAfterDays: number | null
  readonly expiresAt: Date | null
  readonly isExpired: boolean
  /** Of the files that the reader may read. */
  readonly files: CountedFiles
}

export type StoreFileStatus = 'in_progress' | 'completed' | 'failed' | 'cancelled'

export type Attributes = Readonly<Record<string, AttributeValue>>

export type StoreFile = {
  readonly fileId: string
  readonly storeId: string
  readonly filename: string
  readonly status: StoreFileStatus
  /** Why it failed; `code` is one of KnowledgeErrorCode. */
  readonly error: { readonly code: string; readonly message: string } | null
  readonly attributes: Attributes
  /** Of the file, once it has been processed. */
  readonly usageBytes: number
  readonly createdAt: Date
}

export type StoreBatch = {
  readonly id: string
  readonly storeId: string
  readonly createdAt: Date
  readonly isCancelled: boolean
  readonly files: CountedFiles
}

export type NewStoreFile = { fileId: string; attributes?: Attributes }
export type StoreFileFilter = Cursor & { status?: StoreFileStatus; batchId?: string }
export type StoreFields = {
  name?: string
  description?: string | null
  metadata?: Record<string, string>
  expiresAfterDays?: number | null
}

/** Every method throws KnowledgeError unknown_vector_store, also when the reader may not see the store. */
export type VectorStores = {
  create(
    fields: StoreFields & { groups?: readonly string[] },
    reader?: Reader,
  ): Promise<VectorStore>
  list(reader?: Reader, cursor?: Cursor): Promise<Page<VectorStore>>
  get(id: string, reader?: Reader): Promise<VectorStore>
  update(id: string, fields: StoreFields, reader?: Reader): Promise<VectorStore>
  /** Deletes it for good; its files stay. */
  remove(id: string, reader?: Reader): Promise<void>
  /** Puts files in, to be processed in the background. @throws KnowledgeError unknown_file */
  addFiles(id: string, files: readonly NewStoreFile[], reader?: Reader): Promise<void>
  /** The same as a batch, which can be followed and cancelled. */
  addBatch(id: string, files: readonly NewStoreFile[], reader?: Reader): Promise<StoreBatch>
  files(id: string, filter?: StoreFileFilter, reader?: Reader): Promise<Page<StoreFile>>
  /** @throws KnowledgeError unknown_file */
  file(id: string, fileId: string, reader?: Reader): Promise<StoreFile>
  /** @throws KnowledgeError unknown_file */
  setAttributes(
    id: string,
    fileId: string,
    attributes: Attributes,
    reader?: Reader,
  ): Promise<StoreFile>
  /** The text as it was parsed. @throws KnowledgeError unknown_file, also while it is not processed */
  text(id: string, fileId: string, reader?: Reader): Promise<string>
  /** @throws KnowledgeError unknown_file */
  removeFile(id: string, fileId: string, reader?: Reader): Promise<void>
  /** @throws KnowledgeError unknown_batch */
  batch(id: string, batchId: string, reader?: Reader): Promise<StoreBatch>
  /** Leaves out what has not been processed yet. @throws KnowledgeError unknown_batch */
  cancelBatch(id: string, batchId: string, reader?: Reader): Promise<StoreBatch>
  /** Notes that it is in use. @throws KnowledgeError vector_store_expired */
  touch(id: string, reader?: Reader): Promise<void>
}
