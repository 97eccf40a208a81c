/** @file A training job as a folder that needs nothing else: tokens, masks, settings, base, script, hashes. */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { loraTargets } from '../../../models/index.ts'
import { loadTokenizer, type Tokenizer } from '../../../tokenizers/index.ts'
import { hashFile, sha256 } from '../../../util/hash.ts'
import { writeWhole } from '../../../util/write-whole.ts'
import { type TrainingTurn, trainingTokens } from '../../dataset/turn.ts'
import { conversationOf } from '../conversation.ts'
import type { TrainerJob } from '../trainer.ts'

export type JobOptions = {
  /** Folder or hub name that the base has on the machine. Default: its files are part of the job. */
  base?: string
  /** Of the base's weights. Default: bfloat16 on CUDA where it can, else float32. */
  dtype?: 'auto' | 'float32' | 'bfloat16' | 'float16'
  /** Tokens of examples in a step. Default: what makes 100 steps, within 256 and 4,096. */
  batchTokens?: number
}

export type Manifest = {
  readonly version: 1
  /** Hash of what decides the result. */
  readonly id: string
  /** SHA-256 of the files of this folder that decide the result. */
  readonly files: Readonly<Record<string, string>>
  /** SHA-256 of the base's weights. */
  readonly base: Readonly<Record<string, string>>
  /** Where the base is, for the machine; decides nothing. */
  readonly baseName: string
}

const MANIFEST = 'manifest.json'
/** Folder of the base in the job. */
const BASE = 'base'
const scripts = fileURLToPath(new URL('../../../../assets/trainer', import.meta.url))

/** Few large steps teach an adapter less than many small ones ("LoRA Without Regret"). */
const WANTED_STEPS = 100
/** A step of fewer tokens is noise; one of more leaves a GPU nothing to gain. */
const BATCH_TOKENS = { least: 256, most: 4096 }

/** As the embedded trainer has them, for the same results. */
const RECIPE = { warmup: 0.1, weightDecay: 0.01, clipNorm: 1 } as const

/** Writes the folder unless it is there from an earlier call; what was trained in it stays. */
export async function writeJobFolder(job: TrainerJob, options: JobOptions): Promise<Manifest> {
  const { base, output } = job
  const tokenizer = await loadTokenizer(base)
  const train = encode(tokenizer, job.turns)
  const files = {
    'config.json': `${JSON.stringify(configOf(job, options, train.tokens), null, 2)}\n`,
    'train.jsonl': train.text,
    'validation.jsonl': encode(tokenizer, job.validation).text,
  }
  const manifest = { ...(await describe(files, base)), baseName: options.base ?? BASE }
  const earlier = await readManifest(output)
  if (isDeepStrictEqual(earlier, manifest)) return manifest
  // Made of other tokens: nobody's hours of training are deleted.
  if (earlier && earlier.id !== manifest.id) await rename(output, `${output}-${earlier.id}`)
  await mkdir(output, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(output, name), text)
  for (const name of await readdir(scripts))
    await copyFile(path.join(scripts, name), path.join(output, name))
  if (options.base === undefined) await copyBase(base, path.join(output, BASE))
  // Last: a folder without it is written again.
  await writeWhole(path.join(output, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}

/** Exactly what is served, and the messages it was made of for whoever reads the file. */
function encode(
  tokenizer: Tokenizer,
  turns: readonly TrainingTurn[],
): { text: string; tokens: number } {
  const rows = turns.map((turn) => {
    const { tokens, mask } = trainingTokens(tokenizer, turn)
    return { tokens, mask: [...mask], ...conversationOf(turn) }
  })
  return {
    text: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    tokens: rows.reduce((sum, { tokens }) => sum + tokens.length, 0),
  }
}

function configOf(
  { settings }: TrainerJob,
  { dtype = 'auto', batchTokens }: JobOptions,
  tokens: number,
): Record<string, unknown> {
  const { least, most } = BATCH_TOKENS
  const natural = Math.round((tokens * settings.epochs) / WANTED_STEPS)
  return {
    dtype,
    ...settings,
    targetModules: loraTargets,
    batchTokens: batchTokens ?? Math.min(most, Math.max(least, natural)),
    schedule: 'cosine',
    ...RECIPE,
  }
}

async function describe(
  contents: Readonly<Record<string, string>>,
  base: string,
): Promise<Omit<Manifest, 'baseName'>> {
  const files = Object.fromEntries(
    Object.entries(contents).map(([name, text]) => [name, sha256(text)]),
  )
  const weights = (await baseFiles(base)).filter((name) => name.endsWith('.safetensors'))
  const hashes: Record<string, string> = {}
  for (const name of weights) hashes[name] = await hashFile(path.join(base, name))
  const id = sha256(JSON.stringify([files, hashes])).slice(0, 16)
  return { version: 1, id, files, base: hashes }
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(path.join(folder, MANIFEST), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Manifest)
}

async function copyBase(base: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  // Where the file system can, the copy shares its blocks with the original.
  for (const name of await baseFiles(base))
    await copyFile(path.join(base, name), path.join(target, name), constants.COPYFILE_FICLONE)
}

/** Weights, configuration and tokenizer: what transformers reads. */
async function baseFiles(base: string): Promise<string[]> {
  const entries = await readdir(base, { withFileTypes: true })
  return entries
    .filter(
      (entry) => !entry.isDirectory() && /\.(safetensors|json|jinja|model|txt)$/.test(entry.name),
    )
    .map(({ name }) => name)
    .toSorted()
}
