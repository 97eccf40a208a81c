/** @file Error codes of comparisons. */
import { GraftError } from '../errors.ts'

export type CompareErrorCode =
  // the questions
  | 'questions_have_errors'
  | 'no_questions'
  | 'unreadable_file'
  // what is asked for
  | 'invalid_option'
  | 'no_arms'
  | 'no_documents'
  // a run
  | 'run_not_found'
  | 'run_damaged'
  | 'unwritable_file'

export class CompareError extends GraftError<CompareErrorCode> {}
