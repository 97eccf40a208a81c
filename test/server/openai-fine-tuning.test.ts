/** @file /v1/fine_tuning/jobs through the official client, with real training on a small slice of examples. */
import { readFileSync } from 'node:fs'
import type OpenAI from 'openai'
import { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { type ServedClient, serveClient } from './openai-client.ts'
import { expectRefused } from './openai-uploads.ts'

const voice = new URL('../../examples/support-voice/train.jsonl', import.meta.url)
const lines = readFileSync(voice, 'utf8').trim().split('\n')

let test: TestWorkspace
let served: ServedClient
let client: OpenAI

beforeAll(async () => {
  test = await openTestWorkspace()
  await test.workspace.access.set('ana', ['hr'])
  await test.workspace.access.set('bo', ['sales'])
  served = await serveClient(test.workspace)
  client = served.client
})

afterAll(async () => {
  await served.close()
  await test.close()
})

type Job = OpenAI.FineTuning.FineTuningJob
type JobParams = OpenAI.FineTuning.JobCreateParams

async function upload(text: string, by = client): Promise<string> {
  const file = await toFile(Buffer.from(text), 'train.jsonl')
  return (await by.files.create({ file, purpose: 'fine-tune' })).id
}

/** One learning rate instead of a sweep, so that it takes seconds. */
function supervised(epochs: number): NonNullable<JobParams['method']> {
  const hyperparameters = { n_epochs: epochs, learning_rate_multiplier: 1 }
  return { type: 'supervised', supervised: { hyperparameters } }
}

async function reached(
  by: OpenAI,
  id: string,
  statuses: readonly string[],
  timeout = 120_000,
): Promise<Job> {
  const check = async (): Promise<Job> => {
    const job = await by.fineTuning.jobs.retrieve(id)
    expect(statuses, JSON.stringify(job.error)).toContain(job.status)
    return job
  }
  return await vi.waitFor(check, { timeout, interval: 100 })
}

/** Waits for the first steps, so that what follows happens in the middle of the training. */
async function trainedSteps(by: OpenAI, id: string, count: number): Promise<number[]> {
  const check = async (): Promise<number[]> => {
    const steps = await metricSteps(by, id)
    expect(steps.length).toBeGreaterThanOrEqual(count)
    return steps
  }
  return await vi.waitFor(check, { timeout: 60_000, interval: 50 })
}

async function events(by: OpenAI, id: string): Promise<OpenAI.FineTuning.FineTuningJobEvent[]> {
  const newestFirst = await Array.fromAsync(by.fineTuning.jobs.listEvents(id, { limit: 7 }))
  return newestFirst.reverse()
}

/** The messages so far, once one of them is like this. */
async function told(by: OpenAI, id: string, pattern: RegExp): Promise<string[]> {
  const check = async (): Promise<string[]> => {
    const messages = (await events(by, id)).map(({ message }) => message)
    expect(messages).toContainEqual(expect.stringMatching(pattern))
    return messages
  }
  return await vi.waitFor(check, { timeout: 60_000, interval: 100 })
}

async function metricSteps(by: OpenAI, id: string): Promise<number[]> {
  const all = await events(by, id)
  return all.flatMap(({ type, data }) => (type === 'metrics' ? [(data as Metrics).step] : []))
}

type Metrics = { step: number; total_steps: number; train_loss: number; valid_loss?: number }

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}

describe('a job', { timeout: 300_000 }, () => {
  it('goes from the upload to a model that answers, and its events tell how', async () => {
    const training = await upload(lines.slice(0, 24).join('\n'))
    const validation = await upload(lines.slice(30, 34).join('\n'))
    const created = await client.fineTuning.jobs.create({
      model: 'graft/base',
      training_file: training,
      validation_file: validation,
      suffix: 'Support Voice!',
      seed: 7,
      metadata: { team: 'support' },
      method: supervised(1),
    })
    expect(created).toMatchObject({
      object: 'fine_tuning.job',
      status: 'validating_files',
      model: 'graft/base',
      fine_tuned_model: null,
      finished_at: null,
      training_file: training,
      validation_file: validation,
      result_files: [],
      trained_tokens: null,
      error: null,
      seed: 7,
      metadata: { team: 'support' },
      hyperparameters: { n_epochs: 1, learning_rate_multiplier: 1, batch_size: 'auto' },
    })
    expect(created.id).toMatch(/^ftjob-/)
    const job = await reached(client, created.id, ['succeeded', 'failed'], 240_000)
    expect(job).toMatchObject({
      status: 'succeeded',
      error: null,
      fine_tuned_model: 'graft:support-voice:1',
      trained_tokens: expect.any(Number),
      graft: {
        adapter: 'support-voice',
        gate: { verdict: expect.stringMatching(/passed|refused/) },
      },
    })
    expect(job.trained_tokens).toBeGreaterThan(100)

    const story = await events(client, job.id)
    expect(story[0]!.message).toBe(`Created fine-tuning job: ${job.id}`)
    expect(story.at(-1)!.message).toBe('The job has successfully completed')
    const messages = story.map(({ message }) => message)
    for (const message of [
      'Fine-tuning job started',
      'New fine-tuned model created: graft:support-voice:1',
    ])
      expect(messages).toContain(message)
    // 4 held out as they were given, not a fifth of the others.
    expect(messages).toContainEqual(expect.stringMatching(/to validate, 4 held out$/))
    const metrics = story
      .filter(({ type }) => type === 'metrics')
      .map(({ data }) => data as Metrics)
    const [{ total_steps: steps } = { total_steps: 0 }] = metrics
    expect(metrics.map(({ step }) => step)).toEqual(upTo(steps))
    const losses = metrics.flatMap(({ valid_loss }) => valid_loss ?? [])
    expect(losses.at(-1)).toBeLessThan(losses[0]!)

    const [result] = job.result_files
    const csv = await (await client.files.content(result!)).text()
    const rows = csv
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    expect(rows[0]).toEqual(['step', 'train_loss', 'valid_loss'])
    expect(rows.slice(1).map(([step, loss]) => [Number(step), Number(loss)])).toEqual(
      metrics.map(({ step, train_loss }) => [step, train_loss]),
    )
    expect((await client.files.retrieve(result!)).purpose).toBe('fine-tune-results')

    const checkpoints = (await client.fineTuning.jobs.checkpoints.list(job.id)).data
    expect(checkpoints).toMatchObject([
      { fine_tuned_model_checkpoint: 'graft:support-voice:1', fine_tuning_job_id: job.id },
    ])
    const { step_number, metrics: measured } = checkpoints[0]!
    expect(measured.valid_loss).toBe(metrics[step_number - 1]!.valid_loss)
    const { registry } = test.workspace.behavior
    expect(await registry.get('support-voice:1')).toMatchObject({ version: 1 })

    const chat = await client.chat.completions.create({
      model: job.fine_tuned_model!,
      messages: [{ role: 'user', content: 'When are refunds paid?' }],
    })
    expect(chat.choices[0]!.message.content).toEqual(expect.any(String))

    for (const end of ['cancel', 'pause', 'resume'] as const)
      await expect(client.fineTuning.jobs[end](job.id)).rejects.toMatchObject({ status: 400 })
  })

  it('is listed by its owner, by pages and by metadata', async () => {
    const listed = async (
      query: OpenAI.FineTuning.JobListParams,
      by = client,
    ): Promise<(string | null)[]> => {
      const jobs = await Array.fromAsync(by.fineTuning.jobs.list({ limit: 1, ...query }))
      return jobs.map(({ fine_tuned_model }) => fine_tuned_model)
    }
    expect(await listed({})).toEqual(['graft:support-voice:1'])
    expect(await listed({ metadata: { team: 'support' } })).toEqual(['graft:support-voice:1'])
    expect(await listed({ metadata: { team: 'sales' } })).toEqual([])
    expect(await listed({}, client.withOptions({ defaultQuery: { as: 'bo' } }))).toEqual([])
  })
})

describe('a job that is ended', { timeout: 300_000 }, () => {
  it('waits while paused and goes on where it was when resumed', async () => {
    const training_file = await upload(lines.slice(0, 60).join('\n'))
    const { id } = await client.fineTuning.jobs.create({
      model: 'graft/base',
      training_file,
      method: supervised(20),
    })
    await trainedSteps(client, id, 2)
    expect((await client.fineTuning.jobs.pause(id)).status).toBe('paused')
    const other = await client.fineTuning.jobs.create({
      model: 'graft/base',
      training_file,
      method: supervised(40),
    })
    // The next job runs, so this one does not.
    await trainedSteps(client, other.id, 1)
    expect((await client.fineTuning.jobs.retrieve(id)).status).toBe('paused')
    const before = await metricSteps(client, id)
    expect(before).toEqual(upTo(before.length))

    expect((await client.fineTuning.jobs.resume(id)).status).toBe('queued')
    expect((await client.fineTuning.jobs.cancel(other.id)).status).toBe('cancelled')
    const after = await trainedSteps(client, id, before.length + 2)
    // Each step once and none left out.
    expect(after).toEqual(upTo(after.length))
    await told(client, id, /going on behind step \d+$/)
    const cancelled = await client.fineTuning.jobs.cancel(id)
    expect(cancelled).toMatchObject({ status: 'cancelled', fine_tuned_model: null })
    expect(cancelled.finished_at).toEqual(expect.any(Number))
    await expect(client.fineTuning.jobs.resume(id)).rejects.toMatchObject({
      status: 400,
      code: 'job_not_paused',
    })
  })

  it('is taken up again by the next process when its server has ended', async () => {
    const own = await openTestWorkspace()
    const first = await serveClient(own.workspace)
    const { id } = await first.client.fineTuning.jobs.create({
      model: 'graft/base',
      training_file: await upload(lines.slice(0, 60).join('\n'), first.client),
      method: supervised(20),
    })
    await trainedSteps(first.client, id, 2)
    await first.close()
    await own.workspace.close()

    const second = await serveClient(await own.reopen())
    expect((await second.client.fineTuning.jobs.retrieve(id)).status).toBe('running')
    const messages = await told(second.client, id, /going on behind step \d+$/)
    expect(messages).toContain('Fine-tuning job taken up again')
    const stored = (await metricSteps(second.client, id)).length
    const after = await trainedSteps(second.client, id, stored + 2)
    expect(after).toEqual(upTo(after.length))
    await second.client.fineTuning.jobs.cancel(id)
    await second.close()
    await own.close()
  })
})

describe('a job that fails', { timeout: 120_000 }, () => {
  it.each([
    [
      'too few examples',
      lines.slice(0, 7).join('\n'),
      'invalid_n_examples',
      'Training file has 7 ',
    ],
    [
      'rows that are no examples',
      [...lines.slice(0, 12), '{"messages": [{"role": "user"}]}', 'no JSON'].join('\n'),
      'invalid_training_file',
      'line 14',
    ],
    [
      'names that no store takes',
      [...lines.slice(0, 12), '{"messages": "\\u0000\\ud800", "\\u0000": {"\\udfff": 1}}'].join(
        '\n',
      ),
      'invalid_training_file',
      'line 13',
    ],
    ['an empty file', '', 'invalid_training_file', 'holds no rows'],
  ])('names the file, the line and the fault: %s', async (_, text, code, fact) => {
    const { id } = await client.fineTuning.jobs.create({
      model: 'graft/base',
      training_file: await upload(text),
    })
    const job = await reached(client, id, ['failed', 'succeeded'])
    expect(job).toMatchObject({
      status: 'failed',
      fine_tuned_model: null,
      finished_at: expect.any(Number),
      error: { code, param: 'training_file', message: expect.stringContaining(fact) },
    })
    expect((await events(client, id)).at(-1)).toMatchObject({
      level: 'error',
      message: job.error!.message,
    })
    expect((await client.fineTuning.jobs.checkpoints.list(id)).data).toEqual([])
  })

  it('says so when the fault is in the validation file', async () => {
    const { id } = await client.fineTuning.jobs.create({
      model: 'graft/base',
      training_file: await upload(lines.slice(0, 12).join('\n')),
      validation_file: await upload(`${lines[40]}\n{`),
    })
    const { error } = await reached(client, id, ['failed', 'succeeded'])
    expect(error).toMatchObject({ code: 'invalid_validation_file', param: 'validation_file' })
    expect(error!.message).toContain('line 2')
  })
})

describe('rights', () => {
  it('keep jobs to whoever created them, and training files too', async () => {
    const ana = client.withOptions({ defaultQuery: { as: 'ana' } })
    const bo = client.withOptions({ defaultQuery: { as: 'bo' } })
    const training_file = await upload('{}', ana)
    const body = { model: 'graft/base', training_file }
    const { id } = await ana.fineTuning.jobs.create(body)
    const foreign = [
      () => bo.fineTuning.jobs.create(body),
      () => bo.fineTuning.jobs.retrieve(id),
      () => bo.fineTuning.jobs.cancel(id),
      () => bo.fineTuning.jobs.pause(id),
      () => bo.fineTuning.jobs.resume(id),
      () => bo.fineTuning.jobs.listEvents(id),
      () => bo.fineTuning.jobs.checkpoints.list(id),
    ]
    await expectRefused(foreign, { status: 404 })
    expect((await bo.fineTuning.jobs.list()).data).toEqual([])
    expect((await ana.fineTuning.jobs.list()).data.map((job) => job.id)).toEqual([id])
    await reached(client, id, ['failed'])
  })
})

describe('bad input', () => {
  it.each([
    ['no model', { training_file: 'FILE' }, 400, 'model'],
    ['an unknown model', { model: 'gpt-4o-mini', training_file: 'FILE' }, 404, 'model'],
    ['no file', { model: 'graft/base' }, 400, 'training_file'],
    ['an unknown file', { model: 'graft/base', training_file: 'file-none' }, 404, null],
    [
      'a file for another purpose',
      { model: 'graft/base', training_file: 'OTHER' },
      400,
      'training_file',
    ],
    ['epochs without end', { hyperparameters: { n_epochs: 1_000 } }, 400, null],
    ['a batch size', { hyperparameters: { batch_size: 4 } }, 400, 'batch_size'],
    ['another method', { method: { type: 'dpo' } }, 400, 'method'],
    ['integrations', { integrations: [{ type: 'wandb' }] }, 400, 'integrations'],
    ['a long suffix', { suffix: 'x'.repeat(65) }, 400, 'suffix'],
    ['an unknown field of ours', { graft: { folder: '/etc' } }, 400, 'graft'],
    ['too many metadata', { metadata: { a: 'x'.repeat(600) } }, 400, 'metadata.a'],
  ])('is refused in the shape of the API: %s', async (_, fields, status, param) => {
    const file = await upload('{}')
    const other = await toFile(Buffer.from('x'), 'x.md')
    const { id: page } = await client.files.create({ file: other, purpose: 'assistants' })
    const names = ['model' in fields, 'training_file' in fields].some(Boolean)
    const base = names ? {} : { model: 'graft/base', training_file: file }
    const body = JSON.stringify({ ...base, ...fields })
      .replace('FILE', file)
      .replace('OTHER', page)
    const response = await fetch(`${served.url}/v1/fine_tuning/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(error).toMatchObject({ type: 'invalid_request_error', code: expect.any(String) })
    expect(error.message).toEqual(expect.any(String))
    if (param !== null) expect(error.param).toBe(param)
    await client.files.delete(file)
    await client.files.delete(page)
  })

  it('is refused: a list with metadata that nothing can have', async () => {
    const response = await fetch(`${served.url}/v1/fine_tuning/jobs?metadata[${'k'.repeat(65)}]=v`)
    expect(response.status).toBe(400)
  })
})
