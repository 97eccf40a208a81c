/** @file The shapes of fine-tuning jobs, their events and checkpoints on the wire; types only. */
import type { FineTuningJob, JobEvent } from '../../../behavior/index.ts'

export type Hyperparameters = {
  n_epochs: number
  learning_rate_multiplier: number | 'auto'
  batch_size: 'auto'
}

export type JobObject = {
  id: string
  object: 'fine_tuning.job'
  created_at: number
  finished_at: number | null
  estimated_finish: number | null
  model: string
  fine_tuned_model: string | null
  organization_id: string
  status: FineTuningJob['status']
  training_file: string
  validation_file: string | null
  result_files: string[]
  trained_tokens: number | null
  error: FineTuningJob['error']
  seed: number
  hyperparameters: Hyperparameters
  method: { type: 'supervised'; supervised: { hyperparameters: Hyperparameters } }
  integrations: []
  metadata: FineTuningJob['metadata']
  /** Ours. A job whose model the gate refused has succeeded: the model is there, and not recommended. */
  graft: { adapter: string; gate: FineTuningJob['gate'] }
}

export type EventObject = {
  id: string
  object: 'fine_tuning.job.event'
  created_at: number
  level: JobEvent['level']
  message: string
  type: 'message' | 'metrics'
  data: JobEvent['data']
}

export type CheckpointObject = {
  id: string
  object: 'fine_tuning.job.checkpoint'
  created_at: number
  fine_tuned_model_checkpoint: string
  fine_tuning_job_id: string
  step_number: number
  metrics: Record<string, unknown>
}
