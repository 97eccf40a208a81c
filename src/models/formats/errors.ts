/** @file Error codes of the model file formats. */
import { GraftError } from '../../errors.ts'

export type ModelFormatErrorCode =
  // any file
  | 'file_missing'
  | 'file_unreadable'
  | 'file_truncated'
  | 'invalid_json'
  // tensors
  | 'invalid_header'
  | 'header_too_large'
  | 'invalid_offsets'
  | 'size_mismatch'
  | 'hash_mismatch'
  | 'unknown_dtype'
  | 'unsupported_dtype'
  | 'tensor_missing'
  | 'shape_mismatch'
  | 'duplicate_tensor'
  | 'value_out_of_range'
  // configurations
  | 'unknown_architecture'
  | 'invalid_config'
  | 'unsupported_feature'
  // adapters
  | 'invalid_adapter'
  | 'unsupported_adapter'
  // tokenizers inside GGUF
  | 'unsupported_tokenizer'

export class ModelFormatError extends GraftError<ModelFormatErrorCode> {}
