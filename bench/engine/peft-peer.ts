/** @file transformers with PEFT on the folders that Graft reads and writes: probabilities. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { runPython } from './python.ts'
import type { PytorchResult } from './pytorch-peer.ts'

export type PeftJob = {
  /** A Hugging Face folder. */
  readonly model: string
  /** A PEFT folder. */
  readonly adapter: string
  readonly sequences: readonly (readonly number[])[]
}

export type PeftResult = {
  /** Of all tokens to come next, for each of the sequences. */
  readonly probabilities: readonly number[][]
  readonly versions: PytorchResult['versions']
}

/** @throws GraftError peer_missing | peer_failed */
export async function peftProbabilities(job: PeftJob): Promise<PeftResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-peft-'))
  try {
    const file = path.join(folder, 'job.json')
    await writeFile(file, JSON.stringify(job))
    return await runPython('peft_probabilities.py', [file])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
