/** @file Vectors as pgvector reads them in binary: as text, a row takes ten times as long. */
import type { Queryable } from '../../db/index.ts'

/** A parameter of type `vector`: dimension, an unused half word, floats; all big-endian. */
export function vectorParameter(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vectorBytes(vector.length))
  writeVector(bytes, vector, 0)
  return bytes
}

/** A parameter of type `vector[]`, by Postgres's array_recv. The type's number differs between databases. */
export async function vectorsParameter(db: Queryable, vectors: Float32Array[]): Promise<Buffer> {
  const [type] = await db.query<{ oid: number }>(`select 'vector'::regtype::oid as oid`)
  const size = vectors.reduce((sum, { length }) => sum + 4 + vectorBytes(length), 0)
  // One dimension, no nulls, the type, the length, counted from 1.
  const head = [1, 0, type!.oid, vectors.length, 1]
  const bytes = Buffer.alloc(head.length * 4 + size)
  let at = 0
  for (const value of head) at = bytes.writeInt32BE(value, at)
  for (const vector of vectors) {
    at = bytes.writeInt32BE(vectorBytes(vector.length), at)
    at = writeVector(bytes, vector, at)
  }
  return bytes
}

function vectorBytes(dimensions: number): number {
  return 4 + 4 * dimensions
}

function writeVector(bytes: Buffer, vector: Float32Array, start: number): number {
  let at = bytes.writeInt16BE(vector.length, start)
  at = bytes.writeInt16BE(0, at)
  for (let i = 0; i < vector.length; i++) at = bytes.writeFloatBE(vector[i]!, at)
  return at
}
