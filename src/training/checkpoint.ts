/** @file Checkpoints: folders that hold all a run needs to go on exactly as it would have. */
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { openSafetensors, type Parameter, writeSafetensors } from '../models/index.ts'
import type { AdamWState } from './adamw.ts'
import { TrainingError } from './errors.ts'
import { listFolder, removeLeftovers, replaceFolder, writeSynced } from './files.ts'

/** What decides the numbers of a run. A checkpoint belongs to the run that has the same. */
export type Fingerprint = {
  /** Hashes of the model's weights, the examples and the adapter to go on from. */
  readonly model: string
  readonly examples: string
  readonly validation: string | null
  readonly initial: string | null
  /** By the names of the options. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** How far a run is, besides its values. */
export type Progress = {
  /** Steps taken. */
  step: number
  /** Of the last step. */
  loss: number
  /** Of the last validation. */
  validationLoss: number | null
  best: { step: number; loss: number } | null
  /** Validations in a row that were not better than the best. */
  stale: number
  seconds: number
}

export type Checkpoint = {
  readonly progress: Progress
  readonly fingerprint: Fingerprint
  /** Other threads add in another order; recomputing may round differently. */
  readonly threads: number
  readonly recompute: boolean
  readonly state: AdamWState
  /** The values that validated best, where they are not the current ones. */
  readonly bestValues: Float32Array | null
}

/** What `state.json` says; random numbers and the place in the data follow from seed and step. */
export type CheckpointHeader = Omit<Checkpoint, 'state' | 'bestValues'> & {
  readonly folder: string
  readonly hasBestValues: boolean
}

/** A checkpoint is removed when so many newer ones are complete. */
const kept = 2

const format = 1
const stateFile = 'state.json'
const tensorsFile = 'tensors.safetensors'
const folderName = /^step-(\d+)$/

const stateSchema = z.object({
  format: z.literal(format),
  threads: z.int().min(1),
  recompute: z.boolean(),
  hasBestValues: z.boolean(),
  progress: z.object({
    step: z.int().min(0),
    loss: z.number(),
    validationLoss: z.number().nullable(),
    best: z.object({ step: z.int(), loss: z.number() }).nullable(),
    stale: z.int(),
    seconds: z.number(),
  }),
  fingerprint: z.object({
    model: z.string(),
    examples: z.string(),
    validation: z.string().nullable(),
    initial: z.string().nullable(),
    settings: z.record(z.string(), z.unknown()),
  }),
})

/** Writes a checkpoint, then removes old ones. Returns its folder. */
export async function writeCheckpoint(
  folder: string,
  parameters: readonly Parameter[],
  checkpoint: Checkpoint,
): Promise<string> {
  const { progress, bestValues, fingerprint, threads, recompute } = checkpoint
  const target = path.join(folder, `step-${String(progress.step).padStart(6, '0')}`)
  const hasBestValues = bestValues !== null
  const state = { format, progress, hasBestValues, threads, recompute, fingerprint }
  await replaceFolder(target, async (next) => {
    const tensors = arraysOf(checkpoint).flatMap(([kind, array]) =>
      parameters.map(({ name, shape, offset, size }) => ({
        name: `${kind}/${name}`,
        dtype: 'F32' as const,
        shape: [...shape],
        data: array.subarray(offset, offset + size),
      })),
    )
    await writeSafetensors(path.join(next, tensorsFile), tensors)
    await writeSynced(path.join(next, stateFile), `${JSON.stringify(state, null, 2)}\n`)
  })
  for (const old of (await checkpointFolders(folder)).slice(kept))
    await rm(old, { recursive: true, force: true })
  return target
}

/** The newest whole checkpoint in a folder. */
export async function latestCheckpoint(folder: string): Promise<CheckpointHeader | undefined> {
  await removeLeftovers(folder)
  for (const candidate of await checkpointFolders(folder)) {
    const text = await readFile(path.join(candidate, stateFile), 'utf8').catch(() => '')
    const parsed = stateSchema.safeParse(parse(text))
    if (parsed.success) return { ...parsed.data, folder: candidate }
  }
  return undefined
}

/**
 * Reads a checkpoint's values into the arrays of `state`; returns the best ones where it has them.
 * @throws ModelFormatError when the file is damaged.
 */
export async function readValues(
  { folder, hasBestValues }: CheckpointHeader,
  parameters: readonly Parameter[],
  state: AdamWState,
): Promise<Float32Array | null> {
  const bestValues = hasBestValues ? new Float32Array(state.values.length) : null
  const file = await openSafetensors(path.join(folder, tensorsFile))
  try {
    for (const [kind, array] of arraysOf({ state, bestValues }))
      for (const { name, offset } of parameters)
        array.set((await file.read(`${kind}/${name}`)).data, offset)
  } finally {
    await file.close()
  }
  return bestValues
}

/** Removes the checkpoints of earlier runs. */
export async function removeCheckpoints(folder: string): Promise<void> {
  await removeLeftovers(folder)
  for (const old of await checkpointFolders(folder)) await rm(old, { recursive: true, force: true })
}

/** @throws TrainingError `checkpoint_mismatch` when the checkpoint is one of another run. */
export function assertSameRun({ folder, fingerprint }: CheckpointHeader, now: Fingerprint): void {
  const before = flatten(fingerprint)
  const differences = Object.entries(flatten(now))
    .filter(
      ([name, value]) => JSON.stringify(before[name] ?? null) !== JSON.stringify(value ?? null),
    )
    .map(([name, value]) =>
      name in now.settings
        ? `${name} was ${JSON.stringify(before[name] ?? null)}, is ${JSON.stringify(value)}`
        : `${name} changed`,
    )
  if (differences.length === 0) return
  throw new TrainingError(
    'checkpoint_mismatch',
    `${folder} is of another run: ${differences.join('; ')}`,
    { hint: 'Use another output folder, or start over with resume: false.' },
  )
}

function flatten({ settings, ...hashes }: Fingerprint): Record<string, unknown> {
  return { ...hashes, ...settings }
}

/** Newest first. */
async function checkpointFolders(folder: string): Promise<string[]> {
  return (await listFolder(folder))
    .filter((name) => folderName.test(name))
    .sort((a, b) => stepOf(b) - stepOf(a))
    .map((name) => path.join(folder, name))
}

function stepOf(name: string): number {
  return Number(folderName.exec(name)![1])
}

function arraysOf({
  state,
  bestValues,
}: Pick<Checkpoint, 'state' | 'bestValues'>): [kind: string, array: Float32Array][] {
  const { values, first, second } = state
  const arrays: [string, Float32Array][] = [
    ['values', values],
    ['first', first],
    ['second', second],
  ]
  return bestValues ? [...arrays, ['best', bestValues]] : arrays
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
