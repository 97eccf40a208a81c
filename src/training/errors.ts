/** @file Error codes of training. */
import { GraftError } from '../errors.ts'

export type TrainingErrorCode =
  // what is asked for
  | 'invalid_option'
  | 'adapter_mismatch'
  // the examples
  | 'no_examples'
  | 'invalid_example'
  | 'token_out_of_range'
  | 'example_too_long'
  | 'nothing_trained'
  // the run
  | 'weights_not_finite'
  | 'not_enough_memory'
  | 'diverged'
  | 'checkpoint_mismatch'
  | 'aborted'
  | 'worker_ended'

export class TrainingError extends GraftError<TrainingErrorCode> {}
