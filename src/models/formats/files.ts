/** @file Files of the model formats: exact reads, JSON, and writes that are either whole or absent. */
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../util/sync-folder.ts'
import { ModelFormatError } from './errors.ts'

/** Appends to the file being written. */
export type Append = (bytes: Uint8Array) => Promise<void>

/** @throws ModelFormatError `file_missing` | `file_unreadable` */
export async function openFile(path: string): Promise<FileHandle> {
  return await open(path, 'r').catch((cause: unknown) => fail(path, cause))
}

/** @throws ModelFormatError `file_missing` | `file_unreadable` | `invalid_json` */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => fail(path, cause))
  return parseJson(text, path)
}

/** @throws ModelFormatError `invalid_json` */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ModelFormatError('invalid_json', `${what} is not JSON: ${(cause as Error).message}`, {
      hint: 'Copy or download the file again; it may have been cut short.',
      cause,
    })
  }
}

/**
 * Reads exactly `length` bytes into a buffer of their own.
 * @throws ModelFormatError `file_truncated` when the file ends before.
 */
export async function readExactly(
  file: FileHandle,
  { path, position, length }: { path: string; position: number; length: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    // Node refuses single reads of 2 GiB and more.
    const size = Math.min(length - filled, 2 ** 30)
    const { bytesRead } = await file.read(bytes, filled, size, position + filled)
    if (bytesRead === 0) throw truncated(path, position + length, position + filled)
    filled += bytesRead
  }
  return bytes
}

export function truncated(path: string, needed: number, found: number): ModelFormatError {
  return new ModelFormatError(
    'file_truncated',
    `${path} ends at byte ${found}, its contents need ${needed}`,
    { hint: 'Copy or download the file again; it was cut short.' },
  )
}

/**
 * Writes a file so that a reader, also after a crash, finds the old bytes or all the new ones: into a
 * neighbour, synced to disk, then renamed. Nothing is left behind when `write` fails.
 */
export async function writeAtomically(
  path: string,
  write: (append: Append) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      await write((bytes) => appendAll(file, bytes))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** JSON as Hugging Face writes it: two spaces, a final newline. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const text = `${JSON.stringify(value, null, 2)}\n`
  await writeAtomically(path, (append) => append(Buffer.from(text)))
}

async function appendAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 2 ** 30))
    done += bytesWritten
  }
}

function fail(path: string, cause: unknown): never {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
    throw new ModelFormatError('file_missing', `${path} does not exist`, {
      hint: 'Check the path, and that the folder holds the whole model.',
      cause,
    })
  throw new ModelFormatError('file_unreadable', `${path}: ${(cause as Error).message}`, {
    hint: 'Check that the path is a file and that you may read it.',
    cause,
  })
}
