/** @file Runs fine-tuning jobs in this process, one at a time; what was ended goes on from its last checkpoint. */
import { type BackgroundWorker, createWorker, type Database } from '../../db/index.ts'
import { GraftError } from '../../errors.ts'
import type { TuneOptions } from '../tune/options.ts'
import type { TuneResult } from '../tune/tune.ts'
import type { FineTuningJob, JobError } from './job.ts'
import { createJournal, type Journal } from './journal.ts'
import { insertEvents, moveJob, nextJob, type Outcome, selectMetrics, statusOf } from './queries.ts'
import { findFault, type JobFiles, readJobFile, type StoredFile } from './validate.ts'

export type JobTuneOptions = Pick<
  TuneOptions,
  | 'name'
  | 'examples'
  | 'test'
  | 'epochs'
  | 'seed'
  | 'learningRates'
  | 'rank'
  | 'margin'
  | 'instructions'
  | 'ignoreErrors'
  | 'signal'
  | 'onEvent'
> & {
  context?: boolean
  /** With whose rights evidence is looked up; null is the owner's. */
  principal: string | null
}

/** What a job needs from elsewhere. */
export type JobParts = {
  /** @throws GraftError where there is no such file that the principal may read */
  readFile(id: string, principal: string | null): Promise<StoredFile>
  /** Keeps a file of results; returns its id. */
  saveResult(csv: string, principal: string | null): Promise<string>
  tune(options: JobTuneOptions): Promise<TuneResult>
}

/** How soon a running job notices that it was paused or cancelled. */
const WATCH_MS = 300
/** A multiplier of 1: the middle of the rates that a sweep tries for the embedded base. */
const USUAL_RATE = 2e-3

export function createJobWorker(db: Database, parts: JobParts): BackgroundWorker {
  return createWorker(db, {
    name: 'fine-tuning',
    async isDue() {
      return (await nextJob(db, ['running', 'queued', 'validating_files'])) !== undefined
    },
    async work(signal) {
      while (!signal.aborted) {
        await validateWaiting(db, parts, signal)
        // Whoever holds the claim is the only one who runs jobs: what is still running was left so.
        const job = await nextJob(db, ['running', 'queued'])
        if (!job) return
        await run(job, { db, parts, signal })
      }
    },
  })
}

async function validateWaiting(db: Database, parts: JobParts, signal: AbortSignal): Promise<void> {
  for (;;) {
    const job = await nextJob(db, ['validating_files'])
    if (!job || signal.aborted) return
    const fault = await faultOf(job, parts)
    if (fault) {
      await fail(db, job, fault, 'validating_files')
      continue
    }
    if (await moveJob(db, job.id, { from: ['validating_files'], to: 'queued' }))
      await insertEvents(db, job.id, [{ message: 'Files validated, moving job to queued state' }])
  }
}

async function faultOf(job: FineTuningJob, parts: JobParts): Promise<JobError | undefined> {
  try {
    return findFault(await readFiles(job, parts), job)
  } catch (error) {
    return toJobError(error)
  }
}

async function readFiles(job: FineTuningJob, { readFile }: JobParts): Promise<JobFiles> {
  const { trainingFile, validationFile, principal } = job
  const training = readJobFile(await readFile(trainingFile, principal))
  if (validationFile === null) return { training }
  return { training, validation: readJobFile(await readFile(validationFile, principal)) }
}

type Run = { db: Database; parts: JobParts; signal: AbortSignal }

async function run(job: FineTuningJob, { db, parts, signal }: Run): Promise<void> {
  const { id, status } = job
  if (!(await moveJob(db, id, { from: [status], to: 'running' }))) return
  const journal = createJournal(db, id, job.settings.epochs)
  const wasLeft = status === 'running'
  journal.note({ message: `Fine-tuning job ${wasLeft ? 'taken up again' : 'started'}` })
  const watch = watchStatus(job, { db, parts, signal })
  try {
    const outcome = await tuneJob(job, { parts, journal, signal: watch.signal })
    await journal.flush()
    await succeed(db, job, parts, outcome)
  } catch (error) {
    await journal.flush()
    // Ended by someone, whose status stands, or with the process, whose successor goes on.
    if (watch.signal.aborted) return
    await fail(db, job, toJobError(error), 'running')
  } finally {
    watch.stop()
  }
}

async function tuneJob(
  job: FineTuningJob,
  { parts, journal, signal }: { parts: JobParts; journal: Journal; signal: AbortSignal },
): Promise<TuneResult> {
  const { adapterName, principal, settings } = job
  const { training, validation } = await readFiles(job, parts)
  const { learningRateMultiplier, ...others } = settings
  return await parts.tune({
    ...others,
    name: adapterName,
    examples: training,
    ...(validation && { test: validation }),
    ...(learningRateMultiplier !== undefined && {
      learningRates: [USUAL_RATE * learningRateMultiplier],
    }),
    principal,
    signal,
    onEvent: journal.add,
  })
}

/** Fires when the job is no longer to run: paused, cancelled, or this process is closing. */
function watchStatus(
  { id }: FineTuningJob,
  { db, parts, signal }: Run,
): { signal: AbortSignal; stop(): void } {
  const ended = new AbortController()
  let isLooking = false
  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      if ((await statusOf(db, id)) !== 'running') ended.abort()
      // Others are not kept waiting for their faults by a long job.
      else await validateWaiting(db, parts, ended.signal)
    } finally {
      isLooking = false
    }
  }
  // A store that is away for a moment ends no training.
  const timer = setInterval(() => void look().catch(() => undefined), WATCH_MS)
  return { signal: AbortSignal.any([signal, ended.signal]), stop: () => clearInterval(timer) }
}

async function succeed(
  db: Database,
  { id, principal }: FineTuningJob,
  parts: JobParts,
  { adapter, evaluation }: TuneResult,
): Promise<void> {
  // Cancelled in the last moment: nobody asks for its results.
  if ((await statusOf(db, id)) !== 'running') return
  const rows = (await selectMetrics(db, id)).map(({ data }) => data ?? {})
  const columns = ['step', 'train_loss', 'valid_loss']
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','))
  const csv = `${[columns.join(','), ...lines].join('\n')}\n`
  const outcome: Outcome = {
    fineTunedModel: `graft:${adapter.name}:${adapter.version}`,
    gate: evaluation.gate,
    resultFile: await parts.saveResult(csv, principal),
  }
  if (await moveJob(db, id, { from: ['running'], to: 'succeeded' }, outcome))
    await insertEvents(db, id, [{ message: 'The job has successfully completed' }])
}

async function fail(
  db: Database,
  { id }: FineTuningJob,
  error: JobError,
  from: 'running' | 'validating_files',
): Promise<void> {
  if (await moveJob(db, id, { from: [from], to: 'failed' }, { error }))
    await insertEvents(db, id, [{ level: 'error', message: error.message }])
}

/** Codes of ours that OpenAI's clients know by another name, with the field at fault. */
const knownFaults: Record<string, Pick<JobError, 'code' | 'param'>> = {
  too_few_examples: { code: 'invalid_n_examples', param: 'training_file' },
  examples_have_errors: { code: 'invalid_training_file', param: 'training_file' },
}

/** @throws the error itself where the store is away: the job is taken up again when it is back */
function toJobError(error: unknown): JobError {
  if (!(error instanceof GraftError))
    return { code: 'server_error', message: 'The job failed inside the server.', param: null }
  if (error.code.startsWith('connection_')) throw error
  const { code, message, hint } = error
  const { code: name, param } = knownFaults[code] ?? { code, param: null }
  return { code: name, message: hint === undefined ? message : `${message}. ${hint}`, param }
}
