/**
 * @file An embedder that costs nearly nothing and needs no model: word hashing. It is here so that benches
 * measure the store and the search, not a neural network; its vectors say which words a text has.
 */
import type { Embedder } from '../src/knowledge/index.ts'

export const DIMENSIONS = 384

export const hashingEmbedder: Embedder = {
  name: `bench/hashing-${DIMENSIONS}`,
  embed: async (texts) => texts.map(hashingVector),
}

/** Signed feature hashing with dampened counts, of length 1 (Weinberger et al. 2009, arXiv 0902.2206). */
export function hashingVector(text: string): Float32Array {
  const counts = new Map<string, number>()
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const vector = new Float32Array(DIMENSIONS)
  for (const [word, count] of counts) {
    const hash = fnv1a(word)
    const sign = hash & 0x8000_0000 ? -1 : 1
    vector[(hash & 0x7fff_ffff) % DIMENSIONS]! += sign * (1 + Math.log(count))
  }
  return normalised(vector)
}

function fnv1a(word: string): number {
  let hash = 2_166_136_261
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 16_777_619)
  return hash >>> 0
}

/** A text without words gets a unit vector as well: cosine is not defined for zero. */
function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  if (length === 0) vector[0] = 1
  else for (let i = 0; i < vector.length; i++) vector[i]! /= length
  return vector
}
