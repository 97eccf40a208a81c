/** @file The small models of the fixtures, as files for other engines and as numbers to compare with theirs. */
import { cp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openLocalModel } from '../../src/inference/index.ts'
import { readModelConfig, readPeftAdapter, writeGgufAdapter } from '../../src/models/index.ts'
import type { TokenizerJson } from '../../src/tokenizers/index.ts'
import { fixturePath, readFixture } from '../../test/fixtures/engine/read-fixture.ts'

export type FixtureModelName = 'llama' | 'llama3' | 'qwen2' | 'qwen3'

/** What transformers says of a sequence; `logits` is [tokens, vocabulary]. */
export type FixtureSequence = { readonly tokens: number[]; readonly logits: number[] }

/** Made by test/fixtures/engine/make-model-fixtures.py. */
export const fixtureSequences: Readonly<Record<FixtureModelName, readonly FixtureSequence[]>> =
  readFixture('logits.json')

/** Copies a model of the fixtures, and gives it a tokenizer where it has none: llama.cpp loads no model without. */
export async function copyFixtureModel(name: FixtureModelName, folder: string): Promise<void> {
  const own = fixturePath('models/llama')
  await cp(own, folder, {
    recursive: true,
    filter: (file) => file === own || path.basename(file).startsWith('tokenizer'),
  })
  await cp(fixturePath(`models/${name}`), folder, { recursive: true })
  await fitTokenizer(folder)
}

/** Every prefix of the model's sequences: what comes next is to be the same at all of their positions. */
export function fixturePrefixes(name: FixtureModelName): number[][] {
  return fixtureSequences[name].flatMap(({ tokens }) =>
    tokens.map((_, last) => tokens.slice(0, last + 1)),
  )
}

/** A PEFT folder as a GGUF file for llama.cpp. */
export async function writeAdapterGguf(
  file: string,
  { model, adapter, precision }: { model: string; adapter: string; precision: 'f32' | 'f16' },
): Promise<void> {
  await writeGgufAdapter(file, {
    config: await readModelConfig(model),
    adapter: await readPeftAdapter(adapter),
    precision,
  })
}

/** What Graft expects behind each sequence, with the model alone and with an adapter (a PEFT folder). */
export async function graftProbabilities(
  model: string,
  { adapter, sequences }: { adapter: string; sequences: readonly number[][] },
): Promise<{ base: Float32Array[]; adapted: Float32Array[] }> {
  const opened = await openLocalModel(model, { adapters: { trained: adapter }, threads: 1 })
  const all = (options: { adapter?: string }): Promise<Float32Array[]> =>
    Promise.all(sequences.map((tokens) => opened.nextTokenProbabilities(tokens, options)))
  try {
    return { base: await all({}), adapted: await all({ adapter: 'trained' }) }
  } finally {
    await opened.close()
  }
}

/** The largest distance between two probabilities of one token in one place. */
export function largestDifference(
  left: readonly ArrayLike<number>[],
  right: readonly ArrayLike<number>[],
): number {
  assertSameSize(left.length, right.length)
  let largest = 0
  left.forEach((values, row) => {
    const others = right[row]!
    assertSameSize(values.length, others.length)
    for (let i = 0; i < values.length; i++) {
      const difference = Math.abs(values[i]! - others[i]!)
      // Written so that NaN counts, which is neither smaller nor larger.
      if (!(difference <= largest)) largest = difference
    }
  })
  return largest
}

function assertSameSize(left: number, right: number): void {
  if (left !== right || left === 0)
    throw new Error(`internal: ${left} probabilities are compared with ${right}`)
}

/** Leaves out the tokens that the model has no embedding for, and all merges then: the rest are single bytes. */
async function fitTokenizer(folder: string): Promise<void> {
  const file = path.join(folder, 'tokenizer.json')
  const json = JSON.parse(await readFile(file, 'utf8')) as TokenizerJson
  const { vocabSize } = await readModelConfig(folder)
  const tokens = Object.entries(json.model.vocab)
  const known = tokens.filter(([, id]) => id < vocabSize)
  if (known.length === tokens.length) return
  const model = { ...json.model, vocab: Object.fromEntries(known), merges: [] }
  await writeFile(file, JSON.stringify({ ...json, model }))
}
