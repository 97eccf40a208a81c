/** @file A model fitted to a corpus: a vector for each stem; a text is their weighted sum. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { createCounter, dampened } from './terms.ts'

export type FittedModel = {
  readonly dimensions: number
  readonly terms: string[]
  /** The vector of term `t` is `codes[t * dimensions ...] * scales[t]`. */
  readonly codes: Int8Array
  readonly scales: Float32Array
}

/** A text's vector of length 1; zero for a text without any word of the corpus. */
export type Encode = (text: string) => Float32Array

export function createEncoder({ dimensions, terms, codes, scales }: FittedModel): Encode {
  const termOf = new Map(terms.map((term, number) => [term, number]))
  const count = createCounter((stemmed) => termOf.get(stemmed))
  return (text) => {
    const vector = new Float32Array(dimensions)
    for (const [term, times] of count(text)) {
      const weight = dampened(times) * scales[term]!
      const at = term * dimensions
      for (let k = 0; k < dimensions; k++) vector[k]! += weight * codes[at + k]!
    }
    return normalised(vector)
  }
}

function normalised(vector: Float32Array): Float32Array {
  let square = 0
  for (let k = 0; k < vector.length; k++) square += vector[k]! * vector[k]!
  const length = Math.sqrt(square) || 1
  for (let k = 0; k < vector.length; k++) vector[k]! /= length
  return vector
}

/** What the store keeps of a model. */
export type PackedModel = { terms: Buffer; codes: Buffer; scales: Buffer }

/** Stems hold letters and digits only, so a line break parts them; numbers are little-endian. */
export function packModel({ terms, codes, scales }: FittedModel): PackedModel {
  const scaleBytes = Buffer.alloc(scales.length * 4)
  for (const [term, scale] of scales.entries()) scaleBytes.writeFloatLE(scale, term * 4)
  return {
    terms: gzipSync(terms.join('\n')),
    codes: Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength),
    scales: scaleBytes,
  }
}

export function unpackModel(packed: PackedModel, dimensions: number): FittedModel {
  const { codes, scales } = packed
  const text = gunzipSync(packed.terms).toString()
  return {
    dimensions,
    terms: text === '' ? [] : text.split('\n'),
    codes: new Int8Array(codes.buffer, codes.byteOffset, codes.byteLength),
    scales: Float32Array.from({ length: scales.length / 4 }, (_, i) => scales.readFloatLE(i * 4)),
  }
}
