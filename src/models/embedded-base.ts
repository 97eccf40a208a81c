/** @file The small decoder that comes with the package: where it is, and that it is what was shipped. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ModelFormatError } from './formats/index.ts'

const folder = fileURLToPath(new URL('../../assets/base', import.meta.url))

/** Hashes of the files, in a file beside them: `<sha256>  <name>`, as sha256sum writes and checks it. */
const LIST = 'SHA256SUMS'

let checked: Promise<string> | undefined

/**
 * The model folder of the embedded base, checked once per process.
 * @throws ModelFormatError `file_missing` | `hash_mismatch`
 */
export function embeddedBase(): Promise<string> {
  checked ??= assertHashes(folder).then(() => folder)
  return checked
}

/**
 * Compares every file that a folder's SHA256SUMS names with its hash.
 * @throws ModelFormatError `file_missing` | `hash_mismatch`
 */
export async function assertHashes(folder: string): Promise<void> {
  const lines = (await read(folder, LIST)).toString('utf8').trim().split('\n')
  for (const line of lines) {
    const [expected, name] = line.split(/\s+/, 2) as [string, string]
    const actual = createHash('sha256')
      .update(await read(folder, name))
      .digest('hex')
    if (actual !== expected)
      throw new ModelFormatError(
        'hash_mismatch',
        `${name} in ${folder} has the SHA-256 ${actual.slice(0, 12)}…, shipped was ${expected.slice(0, 12)}…`,
        { hint: 'Install the package again: the file is damaged or was changed.' },
      )
  }
}

async function read(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name))
  } catch (cause) {
    throw new ModelFormatError('file_missing', `${name} is not in ${folder}`, {
      hint: 'Install the package again: it is incomplete.',
      cause,
    })
  }
}
