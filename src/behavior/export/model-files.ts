/** @file Files of adapters and models that are copied as they are, or nearly so. */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { FloatDtype } from '../../models/index.ts'
import type { AdapterFile } from '../registry/adapter-version.ts'

export async function writeAdapterFiles(
  files: readonly AdapterFile[],
  folder: string,
): Promise<void> {
  for (const { path: name, content } of files)
    await writeFile(path.join(folder, path.basename(name)), content)
}

/** Files that say how text becomes tokens, conversations text, and when a turn ends. */
const TOKENIZER_FILES =
  /^(tokenizer.*\.json|tokenizer\.model|special_tokens_map\.json|added_tokens\.json|vocab\.json|merges\.txt|chat_template\..+|generation_config\.json)$/

/** Copies what a model folder has beside its weights and config.json. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  for (const name of await readdir(from))
    if (TOKENIZER_FILES.test(name)) await copyFile(path.join(from, name), path.join(to, name))
}

const dtypeNames: Readonly<Record<FloatDtype, string>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
}

/** Copies config.json with all its keys; only the name of the weights' type is new, where one is given. */
export async function copyConfig(from: string, to: string, dtype?: FloatDtype): Promise<void> {
  const json = JSON.parse(await readFile(path.join(from, 'config.json'), 'utf8')) as object
  const name = dtype && dtypeNames[dtype]
  // transformers 4 reads the one name, transformers 5 the other.
  const config = name === undefined ? json : { ...json, dtype: name, torch_dtype: name }
  await writeFile(path.join(to, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
}
