/** @file The routes of /v1/fine_tuning/jobs. */
import { type Context, Hono } from 'hono'
import type { FineTuningJob, JobRequest } from '../../../behavior/index.ts'
import type { Reader } from '../../../knowledge/index.ts'
import type { Workspace } from '../../../workspace.ts'
import { pageOf, parseCursor } from '../fields.ts'
import { listPage, openaiError, parseBody, readerOf } from '../shared.ts'
import { metadataQuery } from './metadata-query.ts'
import { createJobBody, toJobRequest } from './request.ts'
import { toCheckpoint, toEvent, toJob } from './to-objects.ts'

/** Serving them also runs the jobs that wait, in the background. */
export function fineTuningRoutes(workspace: Workspace): Hono {
  const { jobs } = workspace.behavior
  jobs.startWorker()
  const app = new Hono()
  app.post('/fine_tuning/jobs', async (context) => {
    const reader = await readerOf(context, workspace)
    const request = toJobRequest(await parseBody(createJobBody, context))
    await assertFiles(workspace, request, reader)
    return context.json(toJob(await jobs.create(request, reader)))
  })
  app.get('/fine_tuning/jobs', async (context) => {
    const reader = await readerOf(context, workspace)
    const options = { ...parseCursor(context), ...metadataQuery(context) }
    return context.json(pageOf(await jobs.list(options, reader), toJob))
  })
  app.get('/fine_tuning/jobs/:id', (context) => answer(context, workspace, jobs.get))
  app.post('/fine_tuning/jobs/:id/cancel', (context) => answer(context, workspace, jobs.cancel))
  app.post('/fine_tuning/jobs/:id/pause', (context) => answer(context, workspace, jobs.pause))
  app.post('/fine_tuning/jobs/:id/resume', (context) => answer(context, workspace, jobs.resume))
  app.get('/fine_tuning/jobs/:id/events', async (context) => {
    const reader = await readerOf(context, workspace)
    const page = await jobs.events(context.req.param('id'), parseCursor(context), reader)
    return context.json(pageOf(page, toEvent))
  })
  app.get('/fine_tuning/jobs/:id/checkpoints', async (context) => {
    const reader = await readerOf(context, workspace)
    const job = await jobs.get(context.req.param('id'), reader)
    const measured = await jobs.metrics(job.id, job.checkpointStep ?? 0, reader)
    const checkpoint = toCheckpoint(job, measured)
    return context.json(listPage({ data: checkpoint ? [checkpoint] : [], has_more: false }))
  })
  return app
}

async function answer(
  context: Context,
  workspace: Workspace,
  act: (id: string, reader: Reader) => Promise<FineTuningJob>,
): Promise<Response> {
  const reader = await readerOf(context, workspace)
  return context.json(toJob(await act(context.req.param('id') ?? '', reader)))
}

/** @throws RequestError 400 for a file that was not uploaded to train on */
async function assertFiles(
  { knowledge }: Workspace,
  { trainingFile, validationFile }: JobRequest,
  reader: Reader,
): Promise<void> {
  const named = { training_file: trainingFile, validation_file: validationFile }
  for (const [param, id] of Object.entries(named)) {
    if (id === undefined) continue
    const { purpose } = await knowledge.uploads.files.get(id, reader)
    if (purpose === 'fine-tune') continue
    throw openaiError(400, {
      message: `${param}: the file ${id} has the purpose "${purpose}"`,
      param,
      hint: 'Upload it with the purpose "fine-tune".',
    })
  }
}
