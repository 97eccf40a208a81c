import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type FineTuningServer,
  type ServiceScript,
  startFineTuningServer,
} from '../../../../test/fixtures/fine-tuning-server.ts'
import { embeddedBase } from '../../../models/index.ts'
import type { TrainingTurn } from '../../dataset/turn.ts'
import { embeddedTrainer } from '../embedded.ts'
import { createTrainer } from '../setting.ts'
import type { Trainer, TrainerJob } from '../trainer.ts'
import { createHostedTrainer, type HostedSetting } from './hosted.ts'

const KEY = 'sk-test-0123456789'
const root = mkdtempSync(path.join(os.tmpdir(), 'graft-hosted-'))
const turns: TrainingTurn[] = ['red', 'green'].map((colour) => ({
  prompt: [
    { role: 'user', content: 'Hello?' },
    { role: 'assistant', content: 'Ahoy!' },
    { role: 'user', content: `And after ${colour}?` },
  ],
  given: '',
  text: `Ahoy! ${colour}`,
}))
const settings = { rank: 4, alpha: 8, epochs: 2, learningRate: 5e-3, seed: 7 }
let base: string
let server: FineTuningServer
let count = 0

beforeAll(async () => {
  base = await embeddedBase()
  process.env.GRAFT_TEST_KEY = KEY
})
afterEach(() => server?.close())
afterAll(() => {
  delete process.env.GRAFT_TEST_KEY
  rmSync(root, { recursive: true, force: true })
})

async function start(
  script: ServiceScript,
  more: Partial<HostedSetting> = {},
  options: { cancel?: boolean } = {},
): Promise<Trainer> {
  server = await startFineTuningServer(script)
  return trainerOf(more, options)
}

function trainerOf(more: Partial<HostedSetting> = {}, options: { cancel?: boolean } = {}): Trainer {
  const { baseUrl } = server
  const pace = { pollMs: 5, retryMs: 5 }
  const setting = { baseUrl, apiKeyEnv: 'GRAFT_TEST_KEY', model: 'small-1', ...pace, ...more }
  return createHostedTrainer(setting, options)
}

function job(more: Partial<TrainerJob> = {}): TrainerJob {
  const output = path.join(root, `job-${count++}`)
  return { base, turns, validation: turns.slice(0, 1), settings, output, ...more }
}

/** Everything that is on disk below a folder, in one text. */
function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}

describe('a hosted training', () => {
  it('uploads the conversations, creates a job, reports its events and names the model', async () => {
    const said: string[] = []
    const trainer = await start({ statuses: ['queued', 'running', 'running', 'succeeded'] })
    const hosted = job({ onProgress: (event) => event.type === 'log' && said.push(event.text) })
    const result = await trainer.train(hosted)
    expect(server.jobs.map(({ request }) => request)).toEqual([
      {
        model: 'small-1',
        training_file: 'file-1',
        validation_file: 'file-2',
        seed: 7,
        suffix: 'graft',
        method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
      },
    ])
    const uploaded = new TextDecoder().decode(server.files.get('file-1')!.bytes).trim().split('\n')
    expect(uploaded.map((line) => JSON.parse(line))[1]).toEqual({
      messages: [
        { role: 'user', content: 'Hello?' },
        { role: 'assistant', content: 'Ahoy!', weight: 0 },
        { role: 'user', content: 'And after green?' },
        { role: 'assistant', content: 'Ahoy! green' },
      ],
    })
    expect(said).toEqual([
      `job ftjob-1 at ${new URL(server.baseUrl).host}`,
      'ftjob-1: queued',
      'Step 1: training loss=2.00',
      'ftjob-1: running',
      'Step 2: training loss=1.00',
      'Step 3: training loss=0.67',
      'ftjob-1: succeeded',
      'Step 4: training loss=0.50',
    ])
    const model = JSON.parse(readFileSync(path.join(result.adapter, 'hosted_model.json'), 'utf8'))
    expect(model).toMatchObject({ model: 'ft:small-1:graft', baseModel: 'small-1', job: 'ftjob-1' })
    expect(result.used).toMatchObject({
      rank: null,
      learningRate: null,
      service: { job: 'ftjob-1' },
    })
  })

  it('sends the key with every request and writes it nowhere', async () => {
    const trainer = await start({})
    const hosted = job()
    await trainer.train(hosted)
    expect(server.authorization).toEqual(new Set([`Bearer ${KEY}`]))
    expect(everythingIn(hosted.output)).not.toContain(KEY)
    expect(everythingIn(hosted.output)).toContain('GRAFT_TEST_KEY')
  })

  it('repeats what met a limit or a fault of the service', async () => {
    const faults = {
      'POST /files': [{ status: 429, headers: { 'retry-after': '0' } }, { status: 503 }],
      'POST /fine_tuning/jobs': [{ status: 429 }],
      'GET /fine_tuning/jobs/ftjob-1': [{ status: 500 }, { status: 502 }],
    }
    const trainer = await start({ faults })
    await trainer.train(job())
    expect(server.jobs).toHaveLength(1)
    expect(server.files.size).toBe(2)
  })

  it('creates no second job where the answer to the first was lost', async () => {
    const lost = { status: 500, afterwards: true }
    const trainer = await start({ faults: { 'POST /fine_tuning/jobs': [lost] } })
    await trainer.train(job())
    expect(server.jobs).toHaveLength(1)
    expect(server.requests).toContain('GET /fine_tuning/jobs')
  })

  it('creates the job once more where the service had not done it', async () => {
    const trainer = await start({ faults: { 'POST /fine_tuning/jobs': [{ status: 500 }] } })
    await trainer.train(job())
    expect(server.jobs).toHaveLength(1)
    expect(server.requests.filter((one) => one === 'POST /fine_tuning/jobs')).toHaveLength(2)
  })

  it('gives up on a service that stays away, and goes on with its job later', async () => {
    const faults = {
      'GET /fine_tuning/jobs/ftjob-1': Array.from({ length: 8 }, () => ({ status: 503 })),
    }
    const trainer = await start({ faults })
    const hosted = job()
    await expect(trainer.train(hosted)).rejects.toMatchObject({ code: 'service_unreachable' })
    await trainer.train(hosted)
    expect(server.jobs).toHaveLength(1)
  })

  it('tells why a job failed in the words of the service, and starts another one next time', async () => {
    const error = { code: 'invalid_training_file', message: 'Example 2 has no assistant message' }
    const trainer = await start({ statuses: ['validating_files', 'failed'], error })
    const hosted = job()
    await expect(trainer.train(hosted)).rejects.toMatchObject({
      code: 'trainer_failed',
      message: expect.stringMatching(/ftjob-1 .* failed: Example 2 has no assistant message/),
    })
    server.script = { statuses: ['succeeded'] }
    await trainer.train(hosted)
    expect(server.jobs).toHaveLength(2)
  })

  it('passes on why a request is refused, but not what is said about the key', async () => {
    const message = `model small-1 is closed to new jobs (${KEY})`
    const trainer = await start({
      faults: { 'POST /fine_tuning/jobs': [{ status: 400, message }] },
    })
    const closed = job()
    await expect(trainer.train(closed)).rejects.toMatchObject({
      code: 'service_refused',
      message: expect.stringMatching(/400: model small-1 is closed to new jobs \(…\)$/),
    })
    expect(readdirSync(closed.output)).toEqual([])
    server.script.faults = { 'POST /files': [{ status: 401, message: 'Wrong key sk-test-***789' }] }
    const refused = await trainer.train(job()).catch((error: Error) => error.message)
    expect(refused).toContain('the key is not accepted')
    expect(refused).not.toContain('sk-test')
  })

  it('says so when a service speaks another wire, and creates nothing twice there', async () => {
    const odd = { status: 200, message: 'created', afterwards: true }
    const trainer = await start({ faults: { 'POST /fine_tuning/jobs': [odd] } })
    const hosted = job()
    await expect(trainer.train(hosted)).rejects.toMatchObject({
      code: 'service_answer_invalid',
      message: expect.stringContaining('/fine_tuning/jobs has "id"'),
    })
    await trainer.train(hosted)
    expect(server.jobs).toHaveLength(1)
  })

  it('leaves the job running on an abort, says its id, and waits for it again when called again', async () => {
    const interrupt = new AbortController()
    const said: string[] = []
    const trainer = await start({ statuses: ['running'] })
    const hosted = job({
      signal: interrupt.signal,
      onProgress: (event) => event.type === 'log' && said.push(event.text),
    })
    const training = trainer.train(hosted)
    while (!said.some((text) => text.includes('running'))) await sleep(5)
    interrupt.abort()
    await expect(training).rejects.toMatchObject({ code: 'trainer_interrupted' })
    expect(said.at(-1)).toMatch(/^job ftjob-1 at .* goes on\. .*--cancel/)
    expect(server.requests.filter((one) => one.endsWith('/cancel'))).toEqual([])
    server.script = { statuses: ['succeeded'] }
    await trainer.train({ ...hosted, signal: undefined })
    expect(server.jobs).toHaveLength(1)
    expect(server.files.size).toBe(2)
  })

  it('cancels the job that is there, and only that', async () => {
    const interrupt = new AbortController()
    const trainer = await start({ statuses: ['running'] })
    const hosted = job({ signal: interrupt.signal, onProgress: () => interrupt.abort() })
    await expect(trainer.train(hosted)).rejects.toMatchObject({ code: 'trainer_interrupted' })
    const cancelling = trainerOf({}, { cancel: true })
    const { signal: _, ...again } = hosted
    await expect(cancelling.train(again)).rejects.toMatchObject({ code: 'trainer_cancelled' })
    expect(server.jobs[0]!.cancelled).toBe(true)
    await expect(cancelling.train(again)).rejects.toMatchObject({ code: 'invalid_option' })
    expect(server.jobs).toHaveLength(1)
  })

  it('downloads the adapter of the best checkpoint and checks it', async () => {
    const local = await embeddedTrainer.train(job())
    const adapter = Object.fromEntries(
      readdirSync(local.adapter).map((name) => [
        name,
        readFileSync(path.join(local.adapter, name)),
      ]),
    )
    const trainer = await start({ adapter }, { api: 'nebius' })
    const result = await trainer.train(job())
    expect(result.validationLoss).toBe(0.5)
    expect(readdirSync(result.adapter)).toHaveLength(2)
    expect(server.jobs[0]!.request.hyperparameters).toEqual({
      n_epochs: 2,
      learning_rate: 5e-3,
      warmup_ratio: 0.1,
      lora: true,
      lora_r: 4,
      lora_alpha: 8,
    })
    const uploaded = new TextDecoder().decode(server.files.get('file-3')!.bytes)
    expect(uploaded).not.toContain('weight')

    const wide = job({ settings: { ...settings, rank: 8 } })
    await expect(trainer.train(wide)).rejects.toMatchObject({
      code: 'trained_adapter_invalid',
      message: expect.stringContaining('its rank is 4, the job asks for 8'),
    })
    expect(existsSync(path.join(wide.output, 'adapter'))).toBe(false)
  })

  it('is asked where it is served, the base and the tuned model by their names', async () => {
    const reply = ({ model }: { model: string }): string => `I am ${model}`
    const trainer = await start({ reply })
    const { adapter } = await trainer.train(job())
    const question = { prompt: [{ role: 'user', content: 'Who?', weight: 1 as const }] }
    const ask = (which?: string): Promise<string> =>
      trainer.service!.ask(question, { ...(which && { adapter: which }), maxTokens: 20 })
    expect(await Promise.all([ask(), ask(adapter)])).toEqual([
      'I am small-1',
      'I am ft:small-1:graft',
    ])
  })

  it('learns and reads calls of tools as the wire has them', async () => {
    const call = { name: 'open', arguments: '{"door":2}' }
    const reply = (): object => ({ content: null, tool_calls: [{ id: 'x', function: call }] })
    const trainer = await start({ reply: reply as () => Record<string, unknown> })
    const tools = [{ type: 'function', function: { name: 'open', parameters: {} } }]
    const toolCalls = [{ function: { name: 'open', arguments: { door: 2 } } }]
    const prompt = [{ role: 'user', content: 'Open the second door' }]
    const turn = { prompt, given: '', text: '', toolCalls, tools }
    await trainer.train(job({ turns: [turn] }))
    const uploaded = JSON.parse(new TextDecoder().decode(server.files.get('file-1')!.bytes))
    expect(uploaded).toEqual({
      messages: [
        ...prompt,
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_0', type: 'function', function: call }],
        },
      ],
      tools,
    })
    const written = await trainer.service!.ask({ prompt, tools }, { maxTokens: 20 })
    expect(JSON.parse(written)).toEqual(call)
  })

  it('is not given examples in a form that the service is not asked in', async () => {
    const trainer = await start({})
    const given = turns.map((turn) => ({ ...turn, given: 'Evidence: [1]\n' }))
    await expect(trainer.train(job({ turns: given }))).rejects.toMatchObject({
      code: 'invalid_option',
    })
    expect(server.requests).toEqual([])
  })
})

describe('a hosted setting', () => {
  const setting = { baseUrl: 'https://service.test/v1', apiKeyEnv: 'GRAFT_TEST_KEY', model: 'm' }

  it.each([
    [
      'a missing key',
      { apiKeyEnv: 'GRAFT_NO_SUCH_KEY' },
      'service_key_missing',
      /GRAFT_NO_SUCH_KEY/,
    ],
    [
      'a key over plain http',
      { baseUrl: 'http://service.test/v1' },
      'invalid_option',
      /not an https/,
    ],
    ['no address', { baseUrl: 'service' }, 'invalid_option', /"service"/],
    ['an adapter without a base', { api: 'nebius' as const }, 'invalid_option', /no base here/],
  ])('is refused with %s', (_, more, code, message) => {
    let thrown: unknown
    try {
      createTrainer({ type: 'hosted', ...setting, ...more })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('makes another job of another model, service or hyperparameter', () => {
    const names = [{}, { model: 'n' }, { hyperparameters: { batch_size: 4 } }].map(
      (more) => createHostedTrainer({ ...setting, ...more }).name,
    )
    expect(new Set(names).size).toBe(3)
  })
})
