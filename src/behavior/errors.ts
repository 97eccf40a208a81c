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
  // trainers elsewhere
  | 'adapter_awaited'
  | 'trainer_failed'
  | 'trainer_interrupted'
  | 'trainer_cancelled'
  | 'trained_adapter_invalid'
  | 'service_key_missing'
  | 'service_refused'
  | 'service_unreachable'
  | 'service_answer_invalid'
  | 'served_elsewhere'
  // the registry
  | 'invalid_name'
  | 'adapter_unknown'
  | 'adapter_in_use'
  | 'alias_unknown'
  | 'gate_refused'
  | 'nothing_to_roll_back'
  | 'invalid_format_file'
  // exports
  | 'folder_not_empty'
  | 'base_missing'
  | 'base_changed'
  | 'export_mismatch'
  // distillation
  | 'no_questions'
  | 'distillation_mismatch'
  // feedback
  | 'feedback_unknown'
  | 'feedback_incomplete'
  // fine-tuning jobs
  | 'unknown_job'
  | 'job_ended'
  | 'job_not_running'
  | 'job_not_paused'

export class BehaviorError extends GraftError<BehaviorErrorCode> {}
