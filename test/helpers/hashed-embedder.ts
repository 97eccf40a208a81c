/** @file A real, deterministic embedder for tests: a hashed bag of words, optionally with synonyms. */
import { createHash } from 'node:crypto'
import type { Embedder } from '../../src/knowledge/index.ts'

export type HashedEmbedderOptions = {
  dimensions?: number
  /** Word -> the word it means: what a neural encoder learns, in small. */
  synonyms?: Record<string, string>
}

export function hashedEmbedder(name: string, options: HashedEmbedderOptions = {}): Embedder {
  const { dimensions = 64, synonyms = {} } = options
  const place = (word: string): number =>
    createHash('sha256').update(`${name}:${word}`).digest().readUInt32BE() % dimensions
  return {
    name,
    embed: async (texts) =>
      texts.map((text) => {
        const vector = new Float32Array(dimensions)
        for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
          vector[place(synonyms[word] ?? word)]! += 1
        }
        return vector
      }),
  }
}
