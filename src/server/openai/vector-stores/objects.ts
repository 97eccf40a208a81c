/** @file Vector stores, their files and batches as OpenAI writes them. */
import type { StoreBatch, StoreFile, VectorStore } from '../../../knowledge/index.ts'
import { unix } from '../shared.ts'

type FileCounts = Record<'in_progress' | 'completed' | 'failed' | 'cancelled' | 'total', number>

export type StoreObject = {
  id: string
  object: 'vector_store'
  created_at: number
  name: string
  description: string | null
  usage_bytes: number
  file_counts: FileCounts
  status: 'expired' | 'in_progress' | 'completed'
  expires_after: { anchor: 'last_active_at'; days: number } | null
  expires_at: number | null
  last_active_at: number
  metadata: Readonly<Record<string, string>>
}

export function toStore(store: VectorStore): StoreObject {
  const { files, expiresAfterDays: days, expiresAt, isExpired } = store
  const working = files.inProgress > 0 ? 'in_progress' : 'completed'
  return {
    id: store.id,
    object: 'vector_store',
    created_at: unix(store.createdAt),
    name: store.name,
    description: store.description,
    usage_bytes: files.usageBytes,
    file_counts: toCounts(files),
    status: isExpired ? 'expired' : working,
    expires_after: days === null ? null : { anchor: 'last_active_at', days },
    expires_at: expiresAt && unix(expiresAt),
    last_active_at: unix(store.lastActiveAt),
    metadata: store.metadata,
  }
}

export type StoreFileObject = {
  id: string
  object: 'vector_store.file'
  created_at: number
  usage_bytes: number
  vector_store_id: string
  status: StoreFile['status']
  last_error: { code: ErrorCode; message: string } | null
  attributes: StoreFile['attributes']
  /** Not cut by a fixed number of tokens. */
  chunking_strategy: { type: 'other' }
}

export function toStoreFile(file: StoreFile): StoreFileObject {
  const { error } = file
  return {
    id: file.fileId,
    object: 'vector_store.file',
    created_at: unix(file.createdAt),
    usage_bytes: file.usageBytes,
    vector_store_id: file.storeId,
    status: file.status,
    last_error: error && {
      code: errorCodes[error.code] ?? 'server_error',
      message: `${error.message} (${error.code})`,
    },
    attributes: file.attributes,
    chunking_strategy: { type: 'other' },
  }
}

export type BatchObject = {
  id: string
  object: 'vector_store.files_batch'
  created_at: number
  vector_store_id: string
  status: 'in_progress' | 'completed' | 'cancelled' | 'failed'
  file_counts: FileCounts
}

/** A batch of which every file failed has failed. */
export function toBatch({ id, storeId, createdAt, isCancelled, files }: StoreBatch): BatchObject {
  const allFailed = files.total > 0 && files.failed === files.total
  const ended = allFailed ? 'failed' : 'completed'
  const status = files.inProgress > 0 ? 'in_progress' : ended
  return {
    id,
    object: 'vector_store.files_batch',
    created_at: unix(createdAt),
    vector_store_id: storeId,
    status: isCancelled ? 'cancelled' : status,
    file_counts: toCounts(files),
  }
}

function toCounts({ inProgress, completed, failed, cancelled, total }: VectorStore['files']) {
  return { in_progress: inProgress, completed, failed, cancelled, total }
}

type ErrorCode = 'server_error' | 'unsupported_file' | 'invalid_file'

/** Our codes are more; the message names the exact one. */
const errorCodes: Record<string, ErrorCode> = {
  unsupported_type: 'unsupported_file',
  binary_document: 'unsupported_file',
  encrypted_document: 'unsupported_file',
  mismatched_type: 'unsupported_file',
  empty_document: 'invalid_file',
  malformed_document: 'invalid_file',
  document_too_large: 'invalid_file',
  invalid_encoding: 'invalid_file',
  parse_timeout: 'invalid_file',
  decompression_limit: 'invalid_file',
  unknown_file: 'invalid_file',
}
