/** @file Error codes of the statistics. */
import { GraftError } from '../errors.ts'

export type StatisticsErrorCode =
  // what is asked for
  | 'invalid_argument'
  | 'length_mismatch'
  // the data do not carry the method
  | 'no_data'
  | 'too_few_items'
  | 'too_few_clusters'
  | 'too_few_seeds'
  | 'no_variation'

export class StatisticsError extends GraftError<StatisticsErrorCode> {}
