/** @file Fine-tuning jobs as they are stored: what was asked for, how far it is, what came of it. */
import type { Cursor, Page } from '../../db/index.ts'
import type { Gate } from '../tune/gate.ts'

export type JobStatus =
  | 'validating_files'
  | 'queued'
  | 'running'
  | 'paused'
  | 'succeeded'
  | 'failed'
  | 'cancelled'

export type JobSettings = {
  readonly epochs: number
  readonly seed: number
  /** Of the base's usual rate. Default: a sweep over three rates. */
  readonly learningRateMultiplier?: number
  readonly rank?: number
  /** Learn the replies behind the evidence that their questions find. Default: where there are documents. */
  readonly context?: boolean
  /** What the base is told about the form today. */
  readonly instructions?: string
  readonly margin?: number
  readonly ignoreErrors?: boolean
}

export type JobError = {
  readonly code: string
  readonly message: string
  /** `training_file` or `validation_file`, where one of them is at fault. */
  readonly param: string | null
}

export type JobRequest = {
  /** As the client named the base. */
  readonly model: string
  /** Name of the adapter in the registry. */
  readonly adapterName: string
  /** Ids of uploaded files. */
  readonly trainingFile: string
  readonly validationFile?: string
  readonly settings: JobSettings
  readonly metadata?: Readonly<Record<string, string>>
}

export type FineTuningJob = {
  readonly id: string
  /** Whose it is; null is the owner of the workspace. */
  readonly principal: string | null
  readonly status: JobStatus
  readonly model: string
  readonly adapterName: string
  readonly trainingFile: string
  readonly validationFile: string | null
  readonly settings: JobSettings
  readonly metadata: Readonly<Record<string, string>> | null
  readonly error: JobError | null
  /** `graft:NAME:VERSION` */
  readonly fineTunedModel: string | null
  readonly gate: Gate | null
  /** The step whose values were kept. */
  readonly checkpointStep: number | null
  readonly trainedTokens: number | null
  readonly resultFile: string | null
  readonly createdAt: Date
  readonly estimatedFinish: Date | null
  readonly finishedAt: Date | null
}

export type JobEvent = {
  readonly id: string
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  /** Of metrics. */
  readonly step: number | null
  readonly data: Readonly<Record<string, unknown>> | null
  readonly createdAt: Date
}

/** Who asks: without groups the owner of the workspace, who sees all jobs; others see their own. */
export type Requester = {
  readonly groups: readonly string[] | null
  readonly principal?: string
}

/** Methods with an id throw BehaviorError unknown_job, also when the requester may not see the job. */
export type FineTuningJobs = {
  create(request: JobRequest, requester?: Requester): Promise<FineTuningJob>
  /** Newest first. `metadata` has to be part of the job's; null is none at all. */
  list(
    options?: Cursor & { metadata?: Readonly<Record<string, string>> | null },
    requester?: Requester,
  ): Promise<Page<FineTuningJob>>
  get(id: string, requester?: Requester): Promise<FineTuningJob>
  /** Newest first. */
  events(id: string, cursor?: Cursor, requester?: Requester): Promise<Page<JobEvent>>
  /** What was measured at a step. */
  metrics(id: string, step: number, requester?: Requester): Promise<JobEvent | undefined>
  /** @throws BehaviorError job_ended */
  cancel(id: string, requester?: Requester): Promise<FineTuningJob>
  /** Ends it at a checkpoint, from which `resume` goes on. @throws BehaviorError job_not_running */
  pause(id: string, requester?: Requester): Promise<FineTuningJob>
  /** @throws BehaviorError job_not_paused */
  resume(id: string, requester?: Requester): Promise<FineTuningJob>
  /** Runs jobs, one at a time over all processes, until closed. A job that was left running is taken up again. */
  startWorker(): void
  close(): Promise<void>
}
