/** @file all-MiniLM-L6-v2 in this engine against transformers. Its weights are 91 MB and not in the repository. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Encoder, openEncoder } from '../../src/inference/index.ts'
import { readFixture } from '../fixtures/engine/read-fixture.ts'

const folder = process.env.GRAFT_TEST_MINILM

describe('all-MiniLM-L6-v2', () => {
  let encoder: Encoder
  beforeAll(async () => {
    if (folder) encoder = await openEncoder(folder)
  })
  afterAll(() => encoder?.close())

  it('gives the vectors of transformers', async ({ skip }) => {
    skip(!folder, 'GRAFT_TEST_MINILM names no folder with all-MiniLM-L6-v2')
    const { texts, vectors } = readFixture<{ texts: string[]; vectors: number[][] }>('minilm.json')
    const found = await encoder.embed(texts, { kind: 'document' })
    expect(found).toHaveLength(vectors.length)
    for (const [row, expected] of vectors.entries())
      for (const [i, value] of expected.entries())
        expect(Math.abs(found[row]![i]! - value)).toBeLessThan(1e-4)
  })
})
