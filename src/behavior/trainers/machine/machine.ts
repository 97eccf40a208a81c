/** @file The trainer of another machine: a job folder goes there, by a command or by hand, an adapter comes back. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { BehaviorError } from '../../errors.ts'
import { acceptAdapter } from '../accept-adapter.ts'
import type { Trainer, TrainerJob } from '../trainer.ts'
import { type JobOptions, type Manifest, writeJobFolder } from './job-folder.ts'
import { parseMetricsLine } from './metrics.ts'
import { runCommand } from './run-command.ts'

export type MachineOptions = JobOptions & {
  /** A shell command; without one the job is trained by hand. */
  command?: string
}

/** Of result.json, which our script writes last; other scripts need not. */
const resultSchema = z.object({
  job: z.string(),
  validationLoss: z.number().nullish(),
  steps: z.number().optional(),
  bestStep: z.number().optional(),
  device: z.string().optional(),
})
type Result = z.infer<typeof resultSchema>

export function createMachineTrainer({ command, ...options }: MachineOptions): Trainer {
  const dtype = options.dtype ?? 'auto'
  return {
    // One job whether it is run by a command or by hand; what else decides the result is in the name.
    name: ['machine', dtype, options.batchTokens].filter((part) => part !== undefined).join(' '),
    canSweep: false,
    async train(job) {
      const folder = path.resolve(job.output)
      const manifest = await writeJobFolder({ ...job, output: folder }, options)
      if (command !== undefined && !isFinished(folder))
        await runJob(command, { folder, manifest, job })
      if (!hasAdapter(folder)) throw command === undefined ? awaited(folder) : missing(folder)
      const { validationLoss, ...used } = await readResult(folder, manifest)
      const adapter = await acceptAdapter(path.join(folder, 'adapter'), {
        base: job.base,
        rank: job.settings.rank,
        target: path.join(folder, 'accepted'),
      })
      return { adapter, used, ...(validationLoss != null && { validationLoss }) }
    },
  }
}

async function runJob(
  command: string,
  { folder, manifest, job }: { folder: string; manifest: Manifest; job: TrainerJob },
): Promise<void> {
  await runCommand({
    command,
    folder,
    id: manifest.id,
    signal: job.signal,
    onLine(line) {
      const event = parseMetricsLine(line)
      if (event) job.onProgress?.(event)
    },
  })
}

/** Other scripts than ours may leave the adapter of every epoch: only a result says that it is the last. */
function isFinished(folder: string): boolean {
  return hasAdapter(folder) && existsSync(path.join(folder, 'result.json'))
}

/** Whoever copies an adapter by hand may still be at it: both files have to be there. */
function hasAdapter(folder: string): boolean {
  return ['adapter_config.json', 'adapter_model.safetensors'].every((name) =>
    existsSync(path.join(folder, 'adapter', name)),
  )
}

async function readResult(folder: string, { id }: Manifest): Promise<Partial<Result>> {
  const file = path.join(folder, 'result.json')
  if (!existsSync(file)) return {}
  const parsed = resultSchema.safeParse(parseJson(await readFile(file, 'utf8')))
  if (!parsed.success)
    throw new BehaviorError('trained_adapter_invalid', `${file} is not what train.py writes`, {
      hint: 'Copy it again from the machine, or remove it.',
    })
  const { job, ...result } = parsed.data
  if (job === id) return result
  throw new BehaviorError(
    'trained_adapter_invalid',
    `${file} is of the job ${job}, this one is ${id}`,
    { hint: 'Remove adapter and result.json from the folder, and train this job.' },
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function awaited(folder: string): BehaviorError {
  return new BehaviorError('adapter_awaited', `the job in ${folder} has no adapter yet`, {
    hint: `Train it on a GPU machine as ${path.join(folder, 'README.md')} says, put the adapter to ${path.join(folder, 'adapter')}, and run the same command again.`,
  })
}

function missing(folder: string): BehaviorError {
  return new BehaviorError(
    'trainer_failed',
    `the trainer's command ended well, but left no adapter in ${path.join(folder, 'adapter')}`,
    {
      hint: 'Let the command bring adapter_config.json and adapter_model.safetensors back to there; docs/guides/trainers.md has an example.',
    },
  )
}
