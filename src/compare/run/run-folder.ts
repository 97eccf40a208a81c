/** @file The folder of a run: what was planned, what went in, what happened. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import type { FormatSpec } from '../../behavior/index.ts'
import { syncFolder } from '../../util/sync-folder.ts'
import { CompareError } from '../errors.ts'
import type { Question } from '../questions/question.ts'
import type { Plan, RunManifest } from '../result.ts'
import { type RunRecord, readRecord } from './record.ts'

/** What was given to the run and is needed to sum it up again. */
export type RunInputs = {
  readonly questions: readonly Question[]
  readonly plan: Plan
  /** The house form as it was read from the examples. */
  readonly format: FormatSpec | null
  /** Replies of the house that no model was trained on. */
  readonly house: readonly string[]
}

export type StoredRun = {
  readonly manifest: RunManifest
  readonly inputs: RunInputs
  readonly records: readonly RunRecord[]
  /** The record as it stands in the file. */
  readonly recordText: string
}

const MANIFEST = 'manifest.json'
const INPUTS = 'inputs.json'
const RESULT = 'result.json'

/** The manifest that is there, or the one given, from now on. */
export async function prepareFolder(
  folder: string,
  manifest: RunManifest,
  inputs: RunInputs,
): Promise<RunManifest> {
  await mkdir(folder, { recursive: true })
  const known = await readJson<RunManifest>(folder, MANIFEST)
  if (known) return known
  await writeWhole(path.join(folder, INPUTS), toJson(inputs))
  await writeWhole(path.join(folder, MANIFEST), toJson(manifest))
  return manifest
}

/** @throws CompareError run_not_found, run_damaged */
export async function readRun(folder: string): Promise<StoredRun> {
  const manifest = await readJson<RunManifest>(folder, MANIFEST)
  const inputs = await readJson<RunInputs>(folder, INPUTS)
  if (!manifest || !inputs)
    throw new CompareError('run_not_found', `there is no comparison in "${folder}"`, {
      hint: 'Give the folder of a run, which holds manifest.json and record.jsonl.',
    })
  const { records, text } = await readRecord(folder)
  return { manifest, inputs, records, recordText: text }
}

export async function writeResult(folder: string, text: string): Promise<string> {
  const file = path.join(folder, RESULT)
  await writeWhole(file, text)
  return file
}

/** As all files of a run are written: for people to read, with a line break at the end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`
}

async function readJson<T>(folder: string, name: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, name), 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CompareError('run_damaged', `${name} in "${folder}" cannot be read`, {
      hint: 'Restore the file, or delete the folder of the run and compare again.',
      cause: error,
    })
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.partial`
  const handle = await open(partial, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, file)
  await syncFolder(path.dirname(file))
}
