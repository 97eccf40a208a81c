/** @file What a finished job left: an adapter to download, or the name of a model that the service serves. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { BehaviorError } from '../../errors.ts'
import { acceptAdapter } from '../accept-adapter.ts'
import type { HostedCheckpoint, HostedJob, JobClient } from './jobs.ts'

/** Names a model at a service; the key stays in the environment. */
type HostedModel = {
  version: 1
  model: string
  baseModel: string
  baseUrl: string
  apiKeyEnv: string
  job: string
}

const hostedModel: z.ZodType<HostedModel> = z.object({
  version: z.literal(1),
  model: z.string(),
  baseModel: z.string(),
  baseUrl: z.string(),
  apiKeyEnv: z.string(),
  job: z.string(),
})

/** In place of weights, in the folder of an adapter that a service serves. */
const hostedModelFile = 'hosted_model.json'

/** @throws BehaviorError `trainer_failed` */
export async function writeHostedModel(
  job: HostedJob,
  { folder, ...service }: { folder: string; baseModel: string; baseUrl: string; apiKeyEnv: string },
): Promise<string> {
  if (!job.fine_tuned_model)
    throw new BehaviorError('trainer_failed', `job ${job.id} succeeded, but names no model`, {
      hint: 'Where the service gives files instead, set result: "adapter" and --base to a folder with the same base; that is a new job.',
    })
  const model: HostedModel = { version: 1, model: job.fine_tuned_model, ...service, job: job.id }
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, hostedModelFile), `${JSON.stringify(model, null, 2)}\n`)
  return folder
}

/**
 * A version whose model a service has cannot be put on a base here.
 * @throws BehaviorError `served_elsewhere`
 */
export async function assertServedHere(folder: string): Promise<void> {
  if (!existsSync(path.join(folder, hostedModelFile))) return
  const { model, baseUrl, apiKeyEnv } = await readHostedModel(folder)
  throw new BehaviorError(
    'served_elsewhere',
    `this version is the model "${model}" at ${baseUrl}`,
    {
      hint: `Let it answer with model: { baseURL: '${baseUrl}', model: '${model}', apiKey: process.env.${apiKeyEnv} } in graft.config.ts.`,
    },
  )
}

export async function readHostedModel(folder: string): Promise<HostedModel> {
  return hostedModel.parse(JSON.parse(await readFile(path.join(folder, hostedModelFile), 'utf8')))
}

/**
 * Downloads the checkpoint that validated best, or the last one, and checks it against the base.
 * @throws BehaviorError `trainer_failed` | `trained_adapter_invalid`
 */
export async function downloadAdapter(
  client: JobClient,
  job: string,
  {
    folder,
    base,
    rank,
    signal,
  }: { folder: string; base: string; rank: number; signal?: AbortSignal | undefined },
): Promise<{ adapter: string; validationLoss?: number }> {
  const checkpoints = await client.checkpoints(job, signal)
  const best = checkpoints.filter((one) => (one.result_files ?? []).length > 0).reduce(better, null)
  if (!best)
    throw new BehaviorError(
      'trainer_failed',
      `job ${job} succeeded, but has no files to download`,
      {
        hint: 'Where the service serves the model itself, set result: "model"; that is a new job.',
      },
    )
  const raw = path.join(folder, 'downloaded')
  await rm(raw, { recursive: true, force: true })
  await mkdir(raw, { recursive: true })
  for (const id of best.result_files ?? []) {
    const { name, bytes } = await client.download(id, signal)
    // A name of the service is no path of ours.
    await writeFile(path.join(raw, path.basename(name)), bytes)
  }
  const adapter = await acceptAdapter(raw, { base, rank, target: path.join(folder, 'adapter') })
  const loss = lossOf(best)
  return { adapter, ...(loss !== undefined && { validationLoss: loss }) }
}

function better(best: HostedCheckpoint | null, next: HostedCheckpoint): HostedCheckpoint {
  if (!best) return next
  const [a, b] = [lossOf(best), lossOf(next)]
  if (a !== undefined && b !== undefined && a !== b) return b < a ? next : best
  return next.step_number > best.step_number ? next : best
}

function lossOf({ metrics }: HostedCheckpoint): number | undefined {
  return metrics?.full_valid_loss ?? metrics?.valid_loss ?? undefined
}
