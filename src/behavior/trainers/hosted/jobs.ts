/** @file The fine-tuning endpoints of the OpenAI wire: files, jobs, events, checkpoints. */
import { z } from 'zod'
import { BehaviorError } from '../../errors.ts'
import type { Wire, WireRequest } from './wire.ts'

const file = z.object({ id: z.string(), filename: z.string().nullish() })

export type HostedJob = {
  id: string
  /** Services add statuses of their own; what is not known goes on. */
  status: string
  fine_tuned_model?: string | null | undefined
  training_file?: string | null | undefined
  error?: { message?: string | null | undefined } | null | undefined
}

const job: z.ZodType<HostedJob> = z.object({
  id: z.string(),
  status: z.string(),
  fine_tuned_model: z.string().nullish(),
  training_file: z.string().nullish(),
  error: z.object({ message: z.string().nullish() }).nullish(),
})

export type HostedEvent = {
  id?: string | null | undefined
  message: string
  created_at?: number | null | undefined
}

const event: z.ZodType<HostedEvent> = z.object({
  id: z.string().nullish(),
  message: z.string(),
  created_at: z.number().nullish(),
})

export type HostedCheckpoint = {
  step_number: number
  result_files?: string[] | null | undefined
  metrics?:
    | { valid_loss?: number | null | undefined; full_valid_loss?: number | null | undefined }
    | null
    | undefined
}

const checkpoint: z.ZodType<HostedCheckpoint> = z.object({
  step_number: z.number(),
  result_files: z.array(z.string()).nullish(),
  metrics: z
    .object({ valid_loss: z.number().nullish(), full_valid_loss: z.number().nullish() })
    .nullish(),
})

const JOBS = '/fine_tuning/jobs'
/** Files wait for the network, not for the service. */
const TRANSFER_TIMEOUT_MS = 600_000
const PAGE = 100

export type JobClient = {
  /** The id of the file. */
  upload(name: string, text: string, signal?: AbortSignal): Promise<string>
  /** Sent once: whether it arrived has to be looked up. @throws UncertainRequest */
  create(body: Record<string, unknown>, signal?: AbortSignal): Promise<HostedJob>
  /** The newest jobs of the account. */
  recent(signal?: AbortSignal): Promise<HostedJob[]>
  get(id: string, signal?: AbortSignal): Promise<HostedJob>
  cancel(id: string, signal?: AbortSignal): Promise<HostedJob>
  /** Of the newest page, which comes newest first: the oldest of them first. */
  events(id: string, signal?: AbortSignal): Promise<HostedEvent[]>
  checkpoints(id: string, signal?: AbortSignal): Promise<HostedCheckpoint[]>
  /** Name and bytes of a file of the service. */
  download(id: string, signal?: AbortSignal): Promise<{ name: string; bytes: Uint8Array }>
}

export function createJobClient(wire: Wire): JobClient {
  const read = async <T>(schema: z.ZodType<T>, path: string, request?: WireRequest): Promise<T> => {
    const parsed = schema.safeParse(await wire.json(path, request))
    if (parsed.success) return parsed.data
    throw unexpected(wire.host, path, parsed.error)
  }
  return {
    async upload(name, text, signal) {
      const form = (): FormData => trainingForm(name, text)
      const request = { method: 'POST', form, timeoutMs: TRANSFER_TIMEOUT_MS, signal } as const
      return (await read(file, '/files', request)).id
    },
    create: (json, signal) =>
      read(job, JOBS, { method: 'POST', json, isRepeatable: false, signal }),
    recent: async (signal) => (await read(list(job), `${JOBS}?limit=${PAGE}`, { signal })).data,
    get: (id, signal) => read(job, pathOf(id), { signal }),
    cancel: (id, signal) => read(job, `${pathOf(id)}/cancel`, { method: 'POST', signal }),
    async events(id, signal) {
      const { data } = await read(list(event), `${pathOf(id)}/events?limit=${PAGE}`, { signal })
      return data.toReversed().toSorted((a, b) => (a.created_at ?? 0) - (b.created_at ?? 0))
    },
    checkpoints: async (id, signal) =>
      (await read(list(checkpoint), `${pathOf(id)}/checkpoints`, { signal })).data,
    async download(id, signal) {
      const path = `/files/${encodeURIComponent(id)}`
      const { filename } = await read(file, path, { signal })
      const request = { timeoutMs: TRANSFER_TIMEOUT_MS, signal }
      return { name: filename ?? id, bytes: await wire.bytes(`${path}/content`, request) }
    },
  }
}

function pathOf(id: string): string {
  return `${JOBS}/${encodeURIComponent(id)}`
}

function list<T>(schema: z.ZodType<T>): z.ZodType<{ data: T[] }> {
  return z.object({ data: z.array(schema) })
}

function trainingForm(name: string, text: string): FormData {
  const data = new FormData()
  data.set('purpose', 'fine-tune')
  data.set('file', new Blob([text], { type: 'application/jsonl' }), name)
  return data
}

function unexpected(host: string, path: string, { issues }: z.ZodError): BehaviorError {
  const { path: where, message } = issues[0]!
  return new BehaviorError(
    'service_answer_invalid',
    `the answer of ${host} to ${path} has "${where.join('.')}": ${message}`,
    {
      hint: 'The service does not speak the OpenAI fine-tuning wire; docs/guides/trainers.md lists those that do.',
    },
  )
}
