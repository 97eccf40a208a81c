/** @file Files and job of a training at a service, started once however often this is called. */
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeWhole } from '../../../util/write-whole.ts'
import { BehaviorError } from '../../errors.ts'
import type { HostedJob, JobClient } from './jobs.ts'
import { UncertainRequest } from './wire.ts'

/** What the service has of a job: in a file, for the next call. */
export type JobState = {
  readonly trainingFile: string
  readonly validationFile?: string
  /** Absent while it is not known whether the service has created it. */
  readonly job?: string
}

export type StartOptions = {
  /** Folder of the state. */
  readonly folder: string
  /** JSON Lines. */
  readonly training: string
  readonly validation: string
  /** The request, but for the files. */
  readonly body: Record<string, unknown>
  readonly retryMs: number
  readonly signal?: AbortSignal | undefined
}

const CREATE_ATTEMPTS = 4

export async function readState(folder: string): Promise<JobState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(folder), 'utf8')) as JobState
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The next call starts a new job. */
export async function forgetJob(folder: string): Promise<void> {
  await rm(stateFile(folder), { force: true })
}

/**
 * The id of the job. A job whose creation was not seen to end is looked for by its training file, which no
 * other job has, before another one is created.
 * @throws BehaviorError
 */
export async function startJob(client: JobClient, options: StartOptions): Promise<string> {
  const { folder, signal } = options
  const earlier = await readState(folder)
  if (earlier?.job !== undefined) return earlier.job
  const state = earlier ?? (await uploadFiles(client, options))
  const found = earlier && (await findJob(client, state, signal))
  const { id } = found ?? (await createJob(client, state, options))
  await saveState(folder, { ...state, job: id })
  return id
}

/** The job of this state where the service has one, also when its id never arrived here. */
export async function findJob(
  client: JobClient,
  { trainingFile }: JobState,
  signal?: AbortSignal,
): Promise<HostedJob | undefined> {
  return (await client.recent(signal)).find((job) => job.training_file === trainingFile)
}

async function uploadFiles(
  client: JobClient,
  { folder, training, validation, signal }: StartOptions,
): Promise<JobState> {
  const trainingFile = await client.upload('train.jsonl', training, signal)
  const validationFile =
    validation === '' ? undefined : await client.upload('validation.jsonl', validation, signal)
  const state = { trainingFile, ...(validationFile !== undefined && { validationFile }) }
  await saveState(folder, state)
  return state
}

async function createJob(
  client: JobClient,
  state: JobState,
  { folder, body, retryMs, signal }: StartOptions,
): Promise<HostedJob> {
  const { trainingFile, validationFile } = state
  const request = {
    ...body,
    training_file: trainingFile,
    ...(validationFile !== undefined && { validation_file: validationFile }),
  }
  let problem = ''
  for (let attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
    try {
      return await client.create(request, signal)
    } catch (error) {
      if (!(error instanceof UncertainRequest)) {
        // Refused for good, perhaps for its files, which services keep for a while only.
        if (error instanceof BehaviorError && error.code === 'service_refused')
          await forgetJob(folder)
        throw error
      }
      problem = error.message
    }
    await sleep(retryMs * 2 ** attempt, undefined, signal && { signal })
    const found = await findJob(client, state, signal)
    if (found) return found
  }
  throw new BehaviorError('service_unreachable', `no job could be created: ${problem}`, {
    hint: 'Run the same command again later; it first looks whether the service has the job after all.',
  })
}

async function saveState(folder: string, state: JobState): Promise<void> {
  await writeWhole(stateFile(folder), `${JSON.stringify(state, null, 2)}\n`)
}

function stateFile(folder: string): string {
  return path.join(folder, 'service.json')
}
