/** @file Hashes and random ids. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** SHA-256 of the parts in a row, in lower-case hex. */
export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** SHA-256 of a file, read piece by piece. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** A random id such as `doc_3f9c…` with 80 bits: no collision below a trillion documents. */
export function randomId(prefix: string): string {
  return `${prefix}_${randomBytes(10).toString('hex')}`
}
