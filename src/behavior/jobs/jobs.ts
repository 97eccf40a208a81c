/** @file Fine-tuning jobs: created, followed, paused and ended here; run by the worker. */
import type { Database } from '../../db/index.ts'
import { BehaviorError } from '../errors.ts'
import { assertName } from '../registry/adapter-version.ts'
import type { FineTuningJob, FineTuningJobs, JobStatus, Requester } from './job.ts'
import {
  findJob,
  insertEvents,
  insertJob,
  moveJob,
  selectEvents,
  selectJobs,
  selectMetrics,
} from './queries.ts'
import { createJobWorker, type JobParts } from './worker.ts'

const owner: Requester = { groups: null }

export function createJobs(db: Database, parts: JobParts): FineTuningJobs {
  const worker = createJobWorker(db, parts)

  async function get(id: string, requester: Requester = owner): Promise<FineTuningJob> {
    const job = await findJob(db, id, requester)
    if (job) return job
    throw new BehaviorError('unknown_job', `there is no fine-tuning job "${id}" of yours`, {
      hint: 'List the jobs to see their ids.',
    })
  }

  /** What runs notices the new status by itself. */
  async function move(id: string, requester: Requester, change: Change): Promise<FineTuningJob> {
    const { status } = await get(id, requester)
    if (!(await moveJob(db, id, change))) throw refusal(change, id, status)
    await insertEvents(db, id, [{ message: change.message }])
    worker.wake()
    return await get(id, requester)
  }

  return {
    get,
    async create(request, requester = owner) {
      assertName(request.adapterName)
      const id = await insertJob(db, requester, request)
      await insertEvents(db, id, [
        { message: `Created fine-tuning job: ${id}` },
        { message: `Validating training file: ${request.trainingFile}` },
      ])
      worker.wake()
      return await get(id, requester)
    },
    list: (options = {}, requester = owner) => selectJobs(db, requester, options),
    async events(id, cursor = {}, requester) {
      await get(id, requester)
      return await selectEvents(db, id, cursor)
    },
    async metrics(id, step, requester) {
      await get(id, requester)
      return (await selectMetrics(db, id, step))[0]
    },
    cancel: (id, requester = owner) => move(id, requester, cancelling),
    pause: (id, requester = owner) => move(id, requester, pausing),
    resume: (id, requester = owner) => move(id, requester, resuming),
    startWorker: worker.start,
    close: worker.close,
  }
}

type Change = {
  from: readonly JobStatus[]
  to: JobStatus
  message: string
  code: 'job_ended' | 'job_not_running' | 'job_not_paused'
  hint: string
}

const cancelling: Change = {
  from: ['validating_files', 'queued', 'running', 'paused'],
  to: 'cancelled',
  message: 'The job was cancelled',
  code: 'job_ended',
  hint: 'Only a job that has not ended can be cancelled.',
}

const pausing: Change = {
  from: ['queued', 'running'],
  to: 'paused',
  message: 'The job was paused',
  code: 'job_not_running',
  hint: 'Only a job that is queued or running can be paused.',
}

const resuming: Change = {
  from: ['paused'],
  to: 'queued',
  message: 'The job was resumed and is queued',
  code: 'job_not_paused',
  hint: 'Only a job that is paused can be resumed.',
}

function refusal({ code, to, hint }: Change, id: string, status: JobStatus): BehaviorError {
  return new BehaviorError(code, `the job ${id} is ${status} and cannot become ${to}`, { hint })
}
