/** @file Fine-tuning at a service over the OpenAI wire; a job there outlives the process that started it. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { TrainingTurn } from '../../dataset/turn.ts'
import { BehaviorError } from '../../errors.ts'
import { conversationOf } from '../conversation.ts'
import type { ModelService, Trainer, TrainerJob, TrainerResult } from '../trainer.ts'
import { askModel } from './ask.ts'
import { downloadAdapter, readHostedModel, writeHostedModel } from './collect.ts'
import {
  type Dialect,
  type DialectName,
  dialectNames,
  dialects,
  type HostedResult,
  type Hyperparameters,
} from './dialects.ts'
import { createJobClient, type HostedJob, type JobClient } from './jobs.ts'
import { findJob, forgetJob, readState, startJob } from './start-job.ts'
import { waitForJob } from './wait-for-job.ts'
import { openWire, type Wire } from './wire.ts'
import { toWireMessage } from './wire-message.ts'

export type HostedSetting = {
  /** Such as `https://api.openai.com/v1`. */
  baseUrl: string
  /** Name of the environment variable that holds the key. */
  apiKeyEnv: string
  /** What is tuned, as the service calls it. */
  model: string
  /** How the service differs from others. Default `openai`. */
  api?: DialectName
  /**
   * What comes back: an adapter for the base of `--base`, or a model that the service serves. Default: as
   * the service does it.
   */
  result?: HostedResult
  /** Sent besides, and instead of ours. */
  hyperparameters?: Hyperparameters
  /** The first pause between two looks at the job. Default 5 seconds; it grows. */
  pollMs?: number
  /** The first pause before a request is repeated. Default 1 second; it doubles. */
  retryMs?: number
}

type Hosted = {
  setting: HostedSetting
  dialect: Dialect
  result: HostedResult
  wire: Wire
  client: JobClient
  retryMs: number
}

/** Part of the name that the service gives the model. */
const SUFFIX = 'graft'

/** @throws BehaviorError `invalid_option` | `service_key_missing` */
export function createHostedTrainer(
  setting: HostedSetting,
  { cancel = false }: { cancel?: boolean } = {},
): Trainer {
  const { baseUrl, apiKeyEnv, model, api = 'openai', hyperparameters, retryMs = 1000 } = setting
  const dialect = dialectOf(api)
  const result = setting.result ?? dialect.result
  const wire = openWire({ baseUrl, apiKeyEnv, retryMs })
  const hosted = { setting, dialect, result, wire, client: createJobClient(wire), retryMs }
  return {
    name: ['hosted', wire.host, model, hyperparameters && JSON.stringify(hyperparameters)]
      .filter((part) => part !== undefined)
      .join(' '),
    canSweep: false,
    ...(result === 'model' && { service: serviceOf(hosted) }),
    train: (job) => (cancel ? cancelJob(hosted, job) : train(hosted, job)),
  }
}

async function train(hosted: Hosted, job: TrainerJob): Promise<TrainerResult> {
  const { wire, result } = hosted
  if (result === 'model') assertNothingGiven(job.turns)
  await mkdir(job.output, { recursive: true })
  try {
    const ended = await runJob(hosted, job)
    if (ended.status !== 'succeeded') throw await failed(ended, wire.host, job.output)
    return await collect(hosted, ended, job)
  } catch (error) {
    if (!job.signal?.aborted) throw error
    throw await interrupted(wire.host, job)
  }
}

async function runJob(hosted: Hosted, job: TrainerJob): Promise<HostedJob> {
  const { client, setting, dialect, retryMs, wire } = hosted
  const { signal, settings, onProgress } = job
  const say = (text: string): void => onProgress?.({ type: 'log', text })
  const rows = (turns: readonly TrainingTurn[]): string => toJsonLines(turns, dialect)
  const id = await startJob(client, {
    folder: job.output,
    training: rows(job.turns),
    validation: rows(job.validation),
    body: {
      model: setting.model,
      seed: settings.seed,
      suffix: SUFFIX,
      ...dialect.method(settings, setting.hyperparameters ?? {}),
    },
    retryMs,
    signal,
  })
  say(`job ${id} at ${wire.host}`)
  return await waitForJob(client, id, { pollMs: setting.pollMs ?? 5000, signal, onMessage: say })
}

async function collect(
  { client, setting, dialect, result }: Hosted,
  ended: HostedJob,
  { output, base, settings, signal }: TrainerJob,
): Promise<TrainerResult> {
  const { baseUrl, apiKeyEnv, model, hyperparameters } = setting
  const used = {
    ...Object.fromEntries(dialect.ignores.map((name) => [name, null])),
    service: { baseUrl, model, job: ended.id, ...(hyperparameters && { hyperparameters }) },
  }
  if (result === 'adapter') {
    const { rank } = settings
    const files = await downloadAdapter(client, ended.id, { folder: output, base, rank, signal })
    return { ...files, used }
  }
  const folder = path.join(output, 'model')
  const adapter = await writeHostedModel(ended, { folder, baseModel: model, baseUrl, apiKeyEnv })
  return { adapter, used }
}

function serviceOf({ setting, wire }: Hosted): ModelService {
  return {
    base: `${setting.model} at ${wire.host}`,
    async ask(question, { adapter, maxTokens, signal }) {
      const model = adapter === undefined ? setting.model : (await readHostedModel(adapter)).model
      return await askModel(wire, question, { model, maxTokens, signal })
    },
  }
}

async function cancelJob({ client, wire }: Hosted, { output }: TrainerJob): Promise<never> {
  const state = await readState(output)
  const id = state && (state.job ?? (await findJob(client, state))?.id)
  if (id === undefined)
    throw new BehaviorError('invalid_option', `there is no job at ${wire.host} to cancel`, {
      hint: 'Use --cancel with the same file and options that started the job.',
    })
  await client.cancel(id)
  await forgetJob(output)
  throw new BehaviorError('trainer_cancelled', `job ${id} at ${wire.host} is cancelled`, {
    hint: 'Without --cancel the same command starts a new job.',
  })
}

function toJsonLines(turns: readonly TrainingTurn[], { takesWeights }: Dialect): string {
  return turns
    .map(conversationOf)
    .map(({ messages, ...rest }) => ({
      messages: messages.map((message) => toWireMessage(message, { takesWeights })),
      ...rest,
    }))
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('')
}

/** A service begins answers by itself: what is decided for the model here cannot be decided there. */
function assertNothingGiven(turns: readonly TrainingTurn[]): void {
  if (turns.every(({ given }) => given === '')) return
  throw new BehaviorError(
    'invalid_option',
    'the examples were put behind evidence in the form of the embedded base, which the service would be asked without',
    { hint: 'Add --no-context, or download the adapter (result: "adapter") and serve it here.' },
  )
}

/** The service's own words; the job is over, so the next call starts another. */
async function failed(
  { id, status, error }: HostedJob,
  host: string,
  folder: string,
): Promise<BehaviorError> {
  await forgetJob(folder)
  const reason = error?.message ? `: ${error.message}` : ''
  return new BehaviorError('trainer_failed', `job ${id} at ${host} ${status}${reason}`, {
    hint: 'Mend the cause and run the same command again: it starts a new job.',
  })
}

async function interrupted(host: string, { output, onProgress }: TrainerJob): Promise<Error> {
  const id = (await readState(output))?.job
  const text = id === undefined ? `no job runs at ${host} yet` : `job ${id} at ${host} goes on`
  const hint =
    'The same command waits for it again; with --cancel it ends the job instead of waiting.'
  onProgress?.({ type: 'log', text: `${text}. ${hint}` })
  return new BehaviorError('trainer_interrupted', text, { hint })
}

function dialectOf(name: DialectName): Dialect {
  if (dialectNames.includes(name)) return dialects[name]
  throw new BehaviorError('invalid_option', `there is no api "${name}"`, {
    hint: `Choose one of ${dialectNames.join(', ')}; docs/guides/trainers.md says which service is which.`,
  })
}
