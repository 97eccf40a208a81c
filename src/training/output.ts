/** @file Writes what a run has made: a PEFT adapter, or a model folder. */
import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type LanguageModel,
  type LoraAdapter,
  loraA,
  loraB,
  loraSites,
  writeModelConfig,
  writePeftAdapter,
  writeSafetensorsFolder,
} from '../models/index.ts'
import { ignoreMissing, removeLeftovers, replaceFolder } from './files.ts'
import type { LoraSettings, Settings } from './options.ts'
import type { TrainableModel } from './trainable-model.ts'

/** Belong to a model folder and do not change in training. */
const companions = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'generation_config.json',
]

/** Writes `values` below `output`, whole or not at all; returns the folder. */
export async function writeResult(
  output: string,
  source: LanguageModel,
  {
    model,
    values,
    method,
  }: { model: TrainableModel; values: Float32Array; method: Settings['method'] },
): Promise<string> {
  await removeLeftovers(output)
  const target = path.join(output, method.type === 'lora' ? 'adapter' : 'model')
  await replaceFolder(target, (folder) =>
    method.type === 'lora'
      ? writePeftAdapter(folder, toAdapter(model, values, { ...method, baseModel: source.folder }))
      : writeModel(folder, source, { model, values }),
  )
  return target
}

function toAdapter(
  { config, parameters }: TrainableModel,
  values: Float32Array,
  {
    rank,
    alpha,
    dropout,
    rankStabilized,
    targets,
    baseModel,
  }: LoraSettings & { baseModel: string },
): LoraAdapter {
  const matrices = new Map(
    parameters.map(({ name, offset, size }) => [name, values.subarray(offset, offset + size)]),
  )
  const modules = loraSites(config, targets).map((site) => ({
    ...site,
    rank,
    alpha,
    a: matrices.get(loraA(site.module))!,
    b: matrices.get(loraB(site.module))!,
  }))
  return { rank, alpha, dropout, rankStabilized, targetModules: [...targets], baseModel, modules }
}

/** In float32, in which it was trained, with the tokenizer beside it. */
async function writeModel(
  folder: string,
  source: LanguageModel,
  { model, values }: { model: TrainableModel; values: Float32Array },
): Promise<void> {
  const tensors = model.parameters.map(({ name, shape, offset, size }) => ({
    name,
    dtype: 'F32' as const,
    shape: [...shape],
    data: values.subarray(offset, offset + size),
  }))
  await writeSafetensorsFolder(folder, tensors)
  for (const name of companions)
    await copyFile(path.join(source.folder, name), path.join(folder, name)).catch(ignoreMissing)
  await writeModelConfig(folder, { ...source.config, dtype: 'float32' })
}
