/** @file An adapter of the registry in a format of others, reported only once it computes what is served. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type FloatDtype,
  type LoraAdapter,
  openLanguageModel,
  readPeftAdapter,
  type TensorSource,
} from '../../models/index.ts'
import { loadTokenizer } from '../../tokenizers/index.ts'
import { BehaviorError } from '../errors.ts'
import type { AdapterFile, AdapterVersion } from '../registry/adapter-version.ts'
import { assertSameBase } from './base.ts'
import { type ExportJob, formats } from './formats.ts'
import { baseWeights } from './merge.ts'
import { writeAdapterFiles } from './model-files.ts'
import { assertExportOptions, type ExportFormat, type ExportOptions } from './options.ts'
import { largestDifference, type Scores, score } from './scores.ts'
import { MANIFEST, type Staging, withStaging } from './staging.ts'

export type ExportSource = {
  readonly adapter: AdapterVersion
  /** The adapter's files in the registry. */
  readonly files: readonly AdapterFile[]
  /** PEFT folder that the adapter is served from: what exports are compared with. */
  readonly served: string
  /** Model folder of the base. */
  readonly base: string
}

export type Verification = {
  /** The largest difference of a log-probability from that of base and adapter as served. */
  readonly maxDifference: number
  /** The largest that was accepted. */
  readonly tolerance: number
  /** The largest difference that the adapter itself makes. */
  readonly adapterDifference: number
}

export type ExportResult = Verification & {
  readonly folder: string
  readonly format: ExportFormat
  readonly files: readonly string[]
}

/**
 * Rounding of numbers like these moves a log-probability by no more (docs/guides/exports.md has what was
 * seen). What is rounded must also stay below half of what the adapter does: see `toleranceOf`.
 */
const tolerances: Readonly<Record<FloatDtype, number>> = { F32: 1e-3, F16: 0.05, BF16: 0.5 }

/**
 * Writes an adapter into `folder`, which appears when its files have been loaded again and give the same
 * log-probabilities. Nothing is left behind otherwise.
 * @throws BehaviorError `invalid_option` | `folder_not_empty` | `base_missing` | `base_changed` |
 *   `export_mismatch`; ModelFormatError for what the format cannot hold
 */
export async function exportAdapter(
  source: ExportSource,
  folder: string,
  options: ExportOptions = {},
): Promise<ExportResult> {
  assertExportOptions(options)
  const { format = 'peft', force = false } = options
  return await withStaging(folder, force, async (staging) => {
    options.onEvent?.({ type: 'stage', stage: 'reference' })
    await assertSameBase(source.base, source.adapter)
    const verification = await writeVerified(source, staging, options)
    const files = (await readdir(staging.folder)).toSorted()
    await writeFile(
      path.join(staging.folder, MANIFEST),
      manifest(source.adapter, { format, files, ...verification }),
    )
    return { folder, format, files: [...files, MANIFEST], ...verification }
  })
}

async function writeVerified(
  source: ExportSource,
  staging: Staging,
  options: ExportOptions,
): Promise<Verification> {
  const { format = 'peft', signal, onEvent } = options
  const served = await score(
    { model: source.base, adapter: source.served },
    { alone: true, signal },
  )
  const model = await openLanguageModel(source.base)
  try {
    const job: ExportJob = {
      options,
      base: model,
      weights: watched(baseWeights(model.config, model.weights), options),
      tokenizer: await loadTokenizer(source.base),
      adapter: await readRegistered(source.files, path.join(staging.scratch, 'adapter')),
      files: source.files,
    }
    onEvent?.({ type: 'stage', stage: 'write' })
    await formats[format].write(job, staging.folder)
    onEvent?.({ type: 'stage', stage: 'verify' })
    const { scores } = await score(await formats[format].load(job, staging), { signal })
    return verify({ served, exported: scores, precision: formats[format].precision(job), source })
  } finally {
    await model.close()
  }
}

async function readRegistered(files: readonly AdapterFile[], folder: string): Promise<LoraAdapter> {
  await mkdir(folder)
  await writeAdapterFiles(files, folder)
  return await readPeftAdapter(folder)
}

/** Counts what is read, and stops there when asked to. */
function watched(weights: TensorSource, { signal, onEvent }: ExportOptions): TensorSource {
  const of = weights.tensors.size
  let done = 0
  return {
    tensors: weights.tensors,
    async read(name) {
      signal?.throwIfAborted()
      const tensor = await weights.read(name)
      onEvent?.({ type: 'progress', done: ++done, of })
      return tensor
    },
  }
}

type Comparison = {
  served: { scores: Scores; alone?: Scores }
  exported: Scores
  precision: FloatDtype
  source: ExportSource
}

function verify({ served, exported, precision, source }: Comparison): Verification {
  const maxDifference = largestDifference(served.scores, exported)
  const adapterDifference = largestDifference(served.scores, served.alone!)
  const tolerance = toleranceOf(precision, adapterDifference)
  if (maxDifference <= tolerance) return { maxDifference, tolerance, adapterDifference }
  const { name, version } = source.adapter
  const found = `${maxDifference.toPrecision(3)}, tolerated are ${tolerance.toPrecision(3)}`
  throw new BehaviorError(
    'export_mismatch',
    `log-probabilities of the export and of ${name}:${version} as served differ by ${found}`,
    {
      hint:
        maxDifference <= tolerances[precision]
          ? 'Rounding would cost as much as the adapter changes: export in f32.'
          : `Nothing was written. Remove ${source.served} if its files were changed, and export again.`,
    },
  )
}

/** An adapter that was left out or scaled wrongly must show, also where rounding is coarse. */
function toleranceOf(precision: FloatDtype, adapterDifference: number): number {
  return Math.min(tolerances[precision], Math.max(tolerances.F32, adapterDifference / 2))
}

function manifest(
  { name, version, hash, base, baseHash }: AdapterVersion,
  outcome: Omit<ExportResult, 'folder'>,
): string {
  const adapter = { name, version, hash, base, baseHash }
  return `${JSON.stringify({ adapter, ...outcome }, null, 2)}\n`
}
