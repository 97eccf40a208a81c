/** @file The formats: what each writes into a folder, and how the engine runs what was written. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type FloatDtype,
  type LanguageModel,
  type LoraAdapter,
  type SafetensorToWrite,
  type TensorSource,
  writeGgufAdapter,
  writeGgufModel,
  writeSafetensorsFolder,
} from '../../models/index.ts'
import type { Tokenizer } from '../../tokenizers/index.ts'
import type { AdapterFile } from '../registry/adapter-version.ts'
import { readAdapterBack, readModelBack } from './gguf-read-back.ts'
import { mergedWeights } from './merge.ts'
import { copyConfig, copyTokenizer, writeAdapterFiles } from './model-files.ts'
import { modelfile } from './modelfile.ts'
import type { ExportFormat, ExportOptions, GgufExportType, MergedDtype } from './options.ts'
import type { Runnable } from './scores.ts'
import type { Staging } from './staging.ts'

export type ExportJob = {
  readonly options: Pick<ExportOptions, 'type' | 'dtype' | 'withBase' | 'system' | 'signal'>
  readonly base: Pick<LanguageModel, 'folder' | 'config'>
  /** The base's weights, as they are read. */
  readonly weights: TensorSource
  readonly tokenizer: Tokenizer
  readonly adapter: LoraAdapter
  /** The files of the registry. */
  readonly files: readonly AdapterFile[]
}

type Format = {
  write(job: ExportJob, folder: string): Promise<void>
  /** `scratch` may be written to. */
  load(job: ExportJob, staging: Staging): Promise<Runnable>
  /** The coarsest numbers in the export. */
  precision(job: ExportJob): FloatDtype
}

const ADAPTER = 'adapter.gguf'
const BASE = 'base.gguf'
const MODEL = 'model.gguf'
const MODELFILE = 'Modelfile'

const floats: Readonly<Record<MergedDtype, FloatDtype>> = { f32: 'F32', f16: 'F16', bf16: 'BF16' }

export const formats: Readonly<Record<ExportFormat, Format>> = {
  peft: {
    write: ({ files }, folder) => writeAdapterFiles(files, folder),
    load: async ({ base }, { folder }) => ({ model: base.folder, adapter: folder }),
    precision: () => 'F32',
  },
  gguf: {
    async write(job, folder) {
      if (job.options.withBase) await writeModel(job, path.join(folder, BASE), job.weights)
      await writeAdapter(job, folder, 'f32')
    },
    load: loadPair,
    precision: ({ options: { type, withBase } }) => floats[type ?? (withBase ? 'f16' : 'f32')],
  },
  merged: {
    async write({ options: { dtype }, base, weights, adapter }, folder) {
      const type = dtype && floats[dtype]
      const merged = mergedWeights(weights, adapter)
      const tensors = [...merged.tensors.values()].map(
        ({ name, shape, dtype: stored }): SafetensorToWrite => ({
          name,
          shape,
          // The engine has read the base by now, and knows no other types.
          dtype: type ?? (stored as FloatDtype),
          data: async () => (await merged.read(name)).data,
        }),
      )
      await writeSafetensorsFolder(folder, tensors)
      await copyConfig(base.folder, folder, type)
      await copyTokenizer(base.folder, folder)
    },
    load: async (_, { folder }) => ({ model: folder }),
    precision: ({ options: { dtype }, weights }) =>
      dtype ? floats[dtype] : coarsest([...weights.tensors.values()].map((info) => info.dtype)),
  },
  ollama: {
    async write(job, folder) {
      const { base, tokenizer, weights, adapter, options } = job
      const { withBase = false, system } = options
      const model = withBase ? BASE : MODEL
      await writeModel(
        job,
        path.join(folder, model),
        withBase ? weights : mergedWeights(weights, adapter),
      )
      if (withBase) await writeAdapter(job, folder, 'f16')
      const { config } = base
      const parts = { model, ...(withBase && { adapter: ADAPTER }), config, tokenizer, system }
      await writeFile(path.join(folder, MODELFILE), modelfile(parts))
    },
    load: async (job, staging) =>
      job.options.withBase
        ? await loadPair(job, staging)
        : { model: await loadModel(job, staging, MODEL) },
    precision: ({ options: { type = 'f16' } }) => floats[type],
  },
}

async function writeModel(
  { options: { type = 'f16' }, base, tokenizer }: ExportJob,
  file: string,
  weights: TensorSource,
): Promise<void> {
  const { json, bosTokenId, eosTokenId, padTokenId, unknownTokenId, addsBos, chatTemplates } =
    tokenizer
  await writeGgufModel(file, {
    config: base.config,
    weights,
    precision: type,
    tokenizer: {
      json,
      ...(bosTokenId !== undefined && { bosTokenId }),
      ...(eosTokenId !== undefined && { eosTokenId }),
      ...(padTokenId !== undefined && { padTokenId }),
      ...(unknownTokenId !== undefined && { unknownTokenId }),
      addBos: addsBos,
      ...(chatTemplates.default !== undefined && { chatTemplate: chatTemplates.default }),
    },
  })
}

async function writeAdapter(
  { options, base, adapter }: ExportJob,
  folder: string,
  usual: GgufExportType,
): Promise<void> {
  const { type = usual } = options
  const file = path.join(folder, ADAPTER)
  await writeGgufAdapter(file, { config: base.config, adapter, precision: type })
}

/** The adapter on the base: on its exported file, where there is one. */
async function loadPair(job: ExportJob, staging: Staging): Promise<Runnable> {
  const { options, base } = job
  const model = options.withBase ? await loadModel(job, staging, BASE) : base.folder
  return { model, adapter: await readAdapterBack(path.join(staging.folder, ADAPTER), base.config) }
}

async function loadModel(
  { base: { folder: base, config }, options: { signal } }: ExportJob,
  { folder, scratch }: Staging,
  name: string,
): Promise<string> {
  return await readModelBack(path.join(folder, name), {
    folder: path.join(scratch, 'model'),
    base,
    config,
    signal,
  })
}

function coarsest(dtypes: readonly string[]): FloatDtype {
  return (['BF16', 'F16'] as const).find((dtype) => dtypes.includes(dtype)) ?? 'F32'
}
