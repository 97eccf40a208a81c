/** @file SQL of fine-tuning jobs. Every statement for a requester checks whose the job is itself. */
import { type Cursor, type Page, type Queryable, selectPage } from '../../db/index.ts'
import { randomId } from '../../util/hash.ts'
import { storable } from '../../util/storable.ts'
import type { FineTuningJob, JobEvent, JobRequest, JobStatus, Requester } from './job.ts'

const COLUMNS = `j.id, j.principal, j.status, j.model, j.adapter_name as "adapterName",
  j.training_file as "trainingFile", j.validation_file as "validationFile", j.settings, j.metadata, j.error,
  j.fine_tuned_model as "fineTunedModel", j.gate, j.checkpoint_step as "checkpointStep",
  j.trained_tokens as "trainedTokens", j.result_file as "resultFile", j.created_at as "createdAt",
  j.estimated_finish as "estimatedFinish", j.finished_at as "finishedAt"`
/** Of the owner of the workspace all, of others their own. */
const VISIBLE = '($1::text[] is null or j.principal = $2)'

export async function insertJob(
  db: Queryable,
  { principal }: Requester,
  request: JobRequest,
): Promise<string> {
  const id = randomId('ftjob').replace('_', '-')
  const { model, adapterName, trainingFile, validationFile, settings, metadata } = request
  await db.query(
    `insert into graft.fine_tuning_job
       (id, principal, model, adapter_name, training_file, validation_file, settings, metadata)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      principal ?? null,
      model,
      adapterName,
      trainingFile,
      validationFile ?? null,
      settings,
      metadata ?? null,
    ],
  )
  return id
}

export async function findJob(
  db: Queryable,
  id: string,
  { groups, principal }: Requester,
): Promise<FineTuningJob | undefined> {
  const [row] = await db.query<FineTuningJob>(
    `select ${COLUMNS} from graft.fine_tuning_job j where ${VISIBLE} and j.id = $3`,
    [groups, principal ?? null, id.replaceAll('\0', '')],
  )
  return row
}

export async function selectJobs(
  db: Queryable,
  { groups, principal }: Requester,
  { metadata, ...cursor }: Cursor & { metadata?: Readonly<Record<string, string>> | null },
): Promise<Page<FineTuningJob>> {
  const source = {
    columns: COLUMNS,
    from: 'graft.fine_tuning_job j',
    alias: 'j',
    where: `${VISIBLE} and ($3::jsonb is null or j.metadata @> $3) and (not $4 or j.metadata is null)`,
    parameters: [groups, principal ?? null, metadata ?? null, metadata === null],
  }
  return await selectPage<FineTuningJob>(db, source, cursor)
}

/** The oldest job of the first of these statuses that has any. */
export async function nextJob(
  db: Queryable,
  statuses: readonly JobStatus[],
): Promise<FineTuningJob | undefined> {
  const [row] = await db.query<FineTuningJob>(
    `select ${COLUMNS} from graft.fine_tuning_job j where j.status = any ($1)
     order by array_position($1, j.status), j.position limit 1`,
    [statuses],
  )
  return row
}

export async function statusOf(db: Queryable, id: string): Promise<JobStatus | undefined> {
  const [row] = await db.query<{ status: JobStatus }>(
    'select status from graft.fine_tuning_job where id = $1',
    [id],
  )
  return row?.status
}

const ENDED: readonly JobStatus[] = ['succeeded', 'failed', 'cancelled']

export type Outcome = Partial<
  Pick<FineTuningJob, 'error' | 'fineTunedModel' | 'gate' | 'resultFile'>
>

/** Changes the status where it is one of `from`; says whether it was. */
export async function moveJob(
  db: Queryable,
  id: string,
  move: { from: readonly JobStatus[]; to: JobStatus },
  { error, fineTunedModel, gate, resultFile }: Outcome = {},
): Promise<boolean> {
  const moved = await db.query(
    `update graft.fine_tuning_job set status = $3, error = coalesce($5, error),
       fine_tuned_model = coalesce($6, fine_tuned_model), gate = coalesce($7, gate),
       result_file = coalesce($8, result_file), estimated_finish = null,
       finished_at = case when $4 then now() else finished_at end
     where id = $1 and status = any ($2) returning 1`,
    [
      id,
      move.from,
      move.to,
      ENDED.includes(move.to),
      error ? { ...error, message: storable(error.message) } : null,
      fineTunedModel ?? null,
      gate ?? null,
      resultFile ?? null,
    ],
  )
  return moved.length > 0
}

export type Progress = {
  trainedTokens?: number
  checkpointStep?: number
  secondsLeft?: number
}

export async function saveProgress(
  db: Queryable,
  id: string,
  { trainedTokens, checkpointStep, secondsLeft }: Progress,
): Promise<void> {
  await db.query(
    `update graft.fine_tuning_job set trained_tokens = coalesce($2, trained_tokens),
       checkpoint_step = coalesce($3, checkpoint_step),
       estimated_finish = now() + make_interval(secs => $4)
     where id = $1 and status = 'running'`,
    [id, trainedTokens ?? null, checkpointStep ?? null, secondsLeft ?? null],
  )
}

// --- Events ---

const EVENT_COLUMNS = 'e.id, e.level, e.message, e.step, e.data, e.created_at as "createdAt"'

export type NewEvent = {
  level?: JobEvent['level']
  message: string
  /** Of metrics, which are kept once per step. */
  step?: number
  data?: Record<string, unknown>
}

export async function insertEvents(
  db: Queryable,
  jobId: string,
  events: readonly NewEvent[],
): Promise<void> {
  await db.query(
    `insert into graft.fine_tuning_event (id, job_id, level, message, step, data)
     select id, $1, level, message, step, data::jsonb
     from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::text[])
       with ordinality as new (id, level, message, step, data, nr)
     order by nr on conflict (job_id, step) do nothing`,
    [
      jobId,
      events.map(() => randomId('ftevent').replace('_', '-')),
      events.map(({ level = 'info' }) => level),
      events.map(({ message }) => storable(message)),
      events.map(({ step }) => step ?? null),
      events.map(({ data }) => (data ? JSON.stringify(data) : null)),
    ],
  )
}

export async function selectEvents(
  db: Queryable,
  jobId: string,
  cursor: Cursor,
): Promise<Page<JobEvent>> {
  const source = {
    columns: EVENT_COLUMNS,
    from: 'graft.fine_tuning_event e',
    alias: 'e',
    where: 'e.job_id = $1',
    parameters: [jobId],
  }
  return await selectPage<JobEvent>(db, source, cursor)
}

/** Metrics by step; of one step alone if it is given. */
export async function selectMetrics(
  db: Queryable,
  jobId: string,
  step?: number,
): Promise<JobEvent[]> {
  return await db.query<JobEvent>(
    `select ${EVENT_COLUMNS} from graft.fine_tuning_event e
     where e.job_id = $1 and e.step is not null and ($2::int is null or e.step = $2) order by e.step`,
    [jobId, step ?? null],
  )
}
