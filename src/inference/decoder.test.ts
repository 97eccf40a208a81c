import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixturePath, readFixture } from '../../test/fixtures/engine/read-fixture.ts'
import { type LanguageModel, openLanguageModel } from '../models/index.ts'
import { type Decoder, openDecoder } from './decoder.ts'

/** Logits of transformers, [tokens, vocabulary], made by test/fixtures/engine/make-model-fixtures.py. */
type Reference = { tokens: number[]; logits: number[] }

const references = readFixture<Record<string, Reference[]>>('logits.json')

describe.each(Object.entries(references))('the decoder of %s', (name, sequences) => {
  let model: LanguageModel
  let decoder: Decoder
  beforeAll(async () => {
    model = await openLanguageModel(fixturePath(`models/${name}`))
    decoder = await openDecoder(model, { contextTokens: 128 })
    decoder.cache.resize(sequences.length, 64)
  })
  afterAll(async () => {
    await decoder.close()
    await model.close()
  })

  /** Runs rows of one sequence in a slot and returns the logits of all of them. */
  const run = (slot: number, start: number, tokens: readonly number[]): Promise<Float32Array> =>
    decoder.run({
      firstSlot: slot,
      tokens: [tokens],
      starts: [start],
      adapters: [undefined],
      wanted: [...tokens.keys()],
    })

  it('gives the logits of transformers when a prompt is one run', async () => {
    for (const { tokens, logits } of sequences)
      expect(largestDifference(await run(0, 0, tokens), logits)).toBeLessThan(1e-4)
  })

  it('gives the same token by token', async () => {
    const { tokens, logits } = sequences[0]!
    const rows: number[] = []
    for (const [start, token] of tokens.entries()) rows.push(...(await run(0, start, [token])))
    expect(largestDifference(rows, logits)).toBeLessThan(1e-4)
  })

  it('gives the same in pieces, while the cache grows', async () => {
    const { tokens, logits } = sequences[0]!
    const first = await run(0, 0, tokens.slice(0, 3))
    decoder.cache.resize(sequences.length, 100)
    const second = await run(0, 3, tokens.slice(3))
    decoder.cache.resize(sequences.length, 64)
    expect(largestDifference([...first, ...second], logits)).toBeLessThan(1e-4)
  })

  it('gives each sequence of a batch of mixed lengths the logits that it has alone', async () => {
    for (const [slot, { tokens }] of sequences.entries()) await run(slot, 0, tokens.slice(0, -1))
    const together = await decoder.run({
      firstSlot: 0,
      tokens: sequences.map(({ tokens }) => tokens.slice(-1)),
      starts: sequences.map(({ tokens }) => tokens.length - 1),
      adapters: sequences.map(() => undefined),
      wanted: [...sequences.keys()],
    })
    const expected = sequences.flatMap(({ logits }) => logits.slice(-model.config.vocabSize))
    expect(new Set(sequences.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(1)
    expect(largestDifference(together, expected)).toBeLessThan(1e-4)
  })

  it('stays within a few percent in 8 bits', async () => {
    const small = await openDecoder(model, { contextTokens: 128, precision: 'q8' })
    small.cache.resize(1, 64)
    const { tokens, logits } = sequences[0]!
    const result = await small.run({
      firstSlot: 0,
      tokens: [tokens],
      starts: [0],
      adapters: [undefined],
      wanted: [...tokens.keys()],
    })
    await small.close()
    const spread = Math.max(...logits) - Math.min(...logits)
    const difference = largestDifference(result, logits)
    expect(difference).toBeGreaterThan(0)
    expect(difference / spread).toBeLessThan(0.05)
  })
})

describe('the decoder', () => {
  it('finds weights behind links, as in the cache of Hugging Face', async () => {
    const cache = await mkdtemp(path.join(os.tmpdir(), 'graft-links-'))
    const [files, snapshot] = [path.join(cache, 'blobs'), path.join(cache, 'snapshots', 'main')]
    await cp(fixturePath('models/qwen2'), files, { recursive: true })
    await mkdir(snapshot, { recursive: true })
    for (const name of await readdir(files))
      await symlink(path.join(files, name), path.join(snapshot, name))
    const model = await openLanguageModel(snapshot)
    const decoder = await openDecoder(model, { contextTokens: 16 })
    decoder.cache.resize(1, 16)
    const { tokens, logits } = references.qwen2![0]!
    const batch = { firstSlot: 0, starts: [0], adapters: [undefined] }
    const result = await decoder.run({
      ...batch,
      tokens: [tokens],
      wanted: [...tokens.keys()],
    })
    await decoder.close()
    await model.close()
    await rm(cache, { recursive: true })
    expect(largestDifference(result, logits)).toBeLessThan(1e-4)
  })
})

function largestDifference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length)
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0)
}
