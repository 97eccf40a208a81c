/** @file Error codes of inference. */
import { GraftError } from '../errors.ts'

export type InferenceErrorCode =
  // sampling
  | 'option_invalid'
  | 'logits_invalid'
  | 'nothing_allowed'
  // prompts
  | 'prompt_empty'
  | 'prompt_too_long'
  | 'token_unknown'
  // adapters
  | 'adapter_missing'
  | 'adapter_mismatch'
  // the model
  | 'tokenizer_mismatch'
  | 'model_closed'
  | 'worker_ended'
  // encoders
  | 'encoder_unsupported'
  // constraints
  | 'schema_invalid'
  | 'schema_unsupported'
  | 'pattern_invalid'
  | 'pattern_unsupported'
  | 'choice_invalid'
  | 'constraint_unsatisfiable'
  | 'constraint_too_large'
  | 'token_not_allowed'

export class InferenceError extends GraftError<InferenceErrorCode> {}
