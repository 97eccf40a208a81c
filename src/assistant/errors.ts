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

export class AssistantError extends GraftError<AssistantErrorCode> {}
