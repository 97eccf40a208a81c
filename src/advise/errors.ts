/** @file Error codes of advice. */
import { GraftError } from '../errors.ts'

export type AdviseErrorCode =
  | 'file_unreadable'
  | 'invalid_answers'
  | 'invalid_probe'
  | 'invalid_prices'
  | 'invalid_questions'
  | 'measuring_stopped'
  | 'no_workspace'

export class AdviseError extends GraftError<AdviseErrorCode> {}
