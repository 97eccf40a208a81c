/** @file Error codes of the assistant part. */
import { GraftError } from '../errors.ts'

export type AssistantErrorCode =
  // the model
  | 'model_failed'
  | 'model_timeout'
  | 'model_unauthorized'
  | 'model_not_found'
  | 'rate_limited'
  // the caller
  | 'aborted'
  | 'invalid_question'
  | 'invalid_configuration'
  // tools and structured output
  | 'invalid_arguments'
  | 'tools_unavailable'
  | 'unknown_approval'
  | 'output_unavailable'
  | 'output_invalid'
  // traces
  | 'unknown_trace'
  | 'invalid_filter'
  | 'text_not_kept'
  | 'nothing_to_replay'
  | 'invalid_feedback'
  | 'unknown_model'

export class AssistantError extends GraftError<AssistantErrorCode> {}
