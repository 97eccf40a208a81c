/** @file PyTorch with PEFT on the batches that Graft trains, in a Python process of its own. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { GraftError } from '../../src/errors.ts'
import { type ModelConfig, writeModelConfig } from '../../src/models/index.ts'

/** `trained` has 1 where the token is predicted and learned. */
export type TrainingRow = {
  readonly tokens: readonly number[]
  readonly trained: readonly number[]
}

export type PytorchJob = {
  readonly config: ModelConfig
  /** Batches to take in turn for `steps` steps, or examples to go through once, `batchSize` rows at a time. */
  readonly data:
    | { readonly batches: readonly (readonly TrainingRow[])[]; readonly steps: number }
    | { readonly examples: readonly TrainingRow[]; readonly batchSize: number }
  /** LoRA on all linear layers with this rank; absent: all weights are trained. */
  readonly rank?: number
  /** Default 2. */
  readonly threads?: number
  /** Of the frozen weights. Default float32. */
  readonly dtype?: 'float32' | 'bfloat16'
  /** Recomputes activations in the backward pass. */
  readonly checkpointing?: boolean
  /** Computes logits at trained positions only, which transformers by itself does not. */
  readonly trainedOnly?: boolean
}

export type PytorchResult = {
  /** Per step: forward, backward, clipping and AdamW. */
  readonly seconds: readonly number[]
  readonly losses: readonly number[]
  /** Padding counts: these are the positions that were computed. */
  readonly tokensPerSecond: { readonly best: number; readonly median: number }
  readonly examplesPerSecond: number
  /** The part of all positions that is not padding. */
  readonly filledShare: number
  readonly trainedParameters: number
  readonly peakMemoryMb: number
  readonly threads: number
  readonly versions: Readonly<Record<'python' | 'torch' | 'transformers' | 'peft', string>>
}

/** Exit code of the script when a Python package is missing. */
const MISSING = 3

const script = path.join(import.meta.dirname, 'pytorch_lora.py')

/**
 * Trains a model of random weights in PyTorch. `GRAFT_BENCH_PYTHON` names the Python to use, by default `python3`.
 * @throws GraftError peer_missing | peer_failed
 */
export async function trainWithPytorch(job: PytorchJob): Promise<PytorchResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-pytorch-'))
  try {
    await writeModelConfig(folder, job.config)
    return await runScript([
      ...['--config', path.join(folder, 'config.json')],
      ...(await dataOptions(job.data, folder)),
      ...(job.rank === undefined ? ['--full'] : ['--rank', String(job.rank)]),
      ...['--threads', String(job.threads ?? 2), '--dtype', job.dtype ?? 'float32'],
      ...(job.checkpointing ? ['--checkpointing'] : []),
      ...(job.trainedOnly ? ['--trained-only'] : []),
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function dataOptions(data: PytorchJob['data'], folder: string): Promise<string[]> {
  if ('batches' in data) {
    const file = path.join(folder, 'batches.json')
    await writeFile(file, JSON.stringify(data.batches))
    return ['--batches', file, '--steps', String(data.steps)]
  }
  const file = path.join(folder, 'examples.jsonl')
  await writeFile(file, data.examples.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return ['--examples', file, '--batch', String(data.batchSize)]
}

async function runScript(options: string[]): Promise<PytorchResult> {
  const python = process.env.GRAFT_BENCH_PYTHON ?? 'python3'
  const child = spawn(python, [script, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(cannotStart(python, cause)))
    child.on('close', resolve)
  })
  const [output, code] = await Promise.all([text(child.stdout), ended])
  if (code === 0) return JSON.parse(output) as PytorchResult
  if (code === MISSING) throw packageMissing(python, output)
  throw new GraftError('peer_failed', `pytorch_lora.py ended with ${code ?? 'a signal'}`, {
    hint: 'Its own error is printed above. Where memory ran out, use smaller batches.',
  })
}

function cannotStart(python: string, cause: Error): GraftError {
  return new GraftError('peer_missing', `"${python}" cannot be started: ${cause.message}`, {
    hint: 'Set GRAFT_BENCH_PYTHON to a Python 3.10 or later that has torch, transformers and peft.',
    cause,
  })
}

function packageMissing(python: string, output: string): GraftError {
  const { missing } = JSON.parse(output) as { missing: string }
  return new GraftError('peer_missing', `"${python}" has no package ${missing}`, {
    hint: `Install it with \`${python} -m pip install torch transformers peft\`, or set GRAFT_BENCH_PYTHON to a Python that has it.`,
  })
}
