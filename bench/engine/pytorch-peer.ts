/** @file PyTorch with PEFT on the batches that Graft trains, in a Python process of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type ModelConfig, writeModelConfig } from '../../src/models/index.ts'
import { runPython } from './python.ts'

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

/**
 * Trains a model of random weights in PyTorch. `GRAFT_BENCH_PYTHON` names the Python to use, by default `python3`.
 * @throws GraftError peer_missing | peer_failed
 */
export async function trainWithPytorch(job: PytorchJob): Promise<PytorchResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-pytorch-'))
  try {
    await writeModelConfig(folder, job.config)
    return await runPython('pytorch_lora.py', [
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
