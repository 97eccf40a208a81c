/** @file Error codes of behavior. */
import { GraftError } from '../errors.ts'

export type BehaviorErrorCode =
  // files
  | 'file_unreadable'
  | 'file_too_large'
  // what is asked for
  | 'invalid_option'
  // tuning
  | 'examples_have_errors'
  | 'too_few_examples'
  // the registry
  | 'invalid_name'
  | 'adapter_unknown'
  | 'adapter_in_use'
  | 'alias_unknown'
  | 'gate_refused'
  | 'nothing_to_roll_back'

export class BehaviorError extends GraftError<BehaviorErrorCode> {}
