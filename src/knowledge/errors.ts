/** @file Error codes of the knowledge part. */
import { GraftError } from '../errors.ts'

export type KnowledgeErrorCode =
  // parsing
  | 'empty_document'
  | 'binary_document'
  | 'document_too_large'
  | 'encrypted_document'
  | 'malformed_document'
  | 'invalid_encoding'
  | 'mismatched_type'
  | 'unsupported_type'
  | 'parse_timeout'
  | 'decompression_limit'
  // sources
  | 'source_not_found'
  | 'source_unreadable'
  | 'path_outside_root'
  | 'address_not_allowed'
  | 'fetch_failed'
  | 'invalid_url'
  // queries
  | 'invalid_query'
  | 'invalid_date'
  | 'unknown_version'
  | 'unknown_principal'
  | 'unknown_key'
  | 'invalid_option'
  | 'embedder_mismatch'
  | 'embedding_failed'
  // uploads
  | 'unknown_file'
  | 'upload_too_large'
  | 'unknown_vector_store'
  | 'vector_store_expired'
  | 'unknown_batch'
  | 'not_shareable'
  | 'not_yours'

export class KnowledgeError extends GraftError<KnowledgeErrorCode> {}
