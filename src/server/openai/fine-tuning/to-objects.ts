/** @file Fine-tuning jobs, their events and checkpoints as OpenAI writes them. */
import type { FineTuningJob, JobEvent } from '../../../behavior/index.ts'
import { unix } from '../shared.ts'
import type { CheckpointObject, EventObject, Hyperparameters, JobObject } from './objects.ts'

export function toJob(job: FineTuningJob): JobObject {
  const { settings, resultFile, finishedAt, estimatedFinish } = job
  const hyperparameters: Hyperparameters = {
    n_epochs: settings.epochs,
    learning_rate_multiplier: settings.learningRateMultiplier ?? 'auto',
    batch_size: 'auto',
  }
  return {
    id: job.id,
    object: 'fine_tuning.job',
    created_at: unix(job.createdAt),
    finished_at: finishedAt && unix(finishedAt),
    estimated_finish: estimatedFinish && unix(estimatedFinish),
    model: job.model,
    fine_tuned_model: job.fineTunedModel,
    organization_id: 'graft',
    status: job.status,
    training_file: job.trainingFile,
    validation_file: job.validationFile,
    result_files: resultFile === null ? [] : [resultFile],
    trained_tokens: job.trainedTokens,
    error: job.error,
    seed: settings.seed,
    hyperparameters,
    method: { type: 'supervised', supervised: { hyperparameters } },
    integrations: [],
    metadata: job.metadata,
    graft: { adapter: job.adapterName, gate: job.gate },
  }
}

export function toEvent({ id, level, message, step, data, createdAt }: JobEvent): EventObject {
  return {
    id,
    object: 'fine_tuning.job.event',
    created_at: unix(createdAt),
    level,
    message,
    type: step === null ? 'message' : 'metrics',
    data,
  }
}

/** Only what can be asked as a model is one: the step whose values were kept, once the job has succeeded. */
export function toCheckpoint(
  { id, fineTunedModel, checkpointStep, finishedAt }: FineTuningJob,
  measured: JobEvent | undefined,
): CheckpointObject | undefined {
  if (fineTunedModel === null || checkpointStep === null || finishedAt === null) return undefined
  const { train_loss, valid_loss } = measured?.data ?? {}
  return {
    id: id.replace('ftjob-', 'ftckpt_'),
    object: 'fine_tuning.job.checkpoint',
    created_at: unix(finishedAt),
    fine_tuned_model_checkpoint: fineTunedModel,
    fine_tuning_job_id: id,
    step_number: checkpointStep,
    metrics: {
      step: checkpointStep,
      ...(train_loss !== undefined && { train_loss }),
      ...(valid_loss !== undefined && { valid_loss }),
    },
  }
}
