/** @file Keeps uploaded files in the store, in parts. */
import type { Database } from '../../db/index.ts'
import { randomId } from '../../util/hash.ts'
import { owner, type Reader } from '../access.ts'
import { KnowledgeError } from '../errors.ts'
import {
  completeFile,
  deleteFile,
  findFile,
  insertFile,
  insertPart,
  readPart,
  selectFiles,
} from './file-queries.ts'
import { assertOwn, ownedBy } from './ownership.ts'
import type { Upload, UploadedFile, UploadedFiles } from './uploaded-file.ts'

/** The same for one part in memory and for one row that Postgres sends. */
const PART_BYTES = 1024 * 1024
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024

export function createUploadedFiles(db: Database): UploadedFiles {
  const get = async (id: string, reader: Reader = owner): Promise<UploadedFile> => {
    const file = await findFile(db, id, reader)
    if (file) return file
    throw unknownFile(id)
  }

  async function* stream(id: string, reader: Reader = owner): AsyncGenerator<Uint8Array> {
    await get(id, reader)
    for (let number = 0; ; number++) {
      const part = await readPart(db, id, number)
      if (!part) return
      yield part
    }
  }

  return {
    begin: (reader = owner, { maxBytes = DEFAULT_MAX_BYTES } = {}) =>
      beginUpload(db, reader, maxBytes),
    list: (reader = owner, options = {}) => selectFiles(db, reader, options),
    get,
    stream,
    read: async (id, reader) => join(await Array.fromAsync(stream(id, reader))),
    async remove(id, reader = owner) {
      assertOwn(`the file ${id}`, await get(id, reader), reader)
      await deleteFile(db, id)
    },
  }
}

async function beginUpload(db: Database, reader: Reader, maxBytes: number): Promise<Upload> {
  // A reader who can own nothing is told before they have sent anything.
  ownedBy(reader)
  const id = randomId('file').replace('_', '-')
  await insertFile(db, id)
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let written = 0
  let parts = 0

  async function flush(): Promise<void> {
    const content = join(waiting)
    waiting = []
    waitingBytes = 0
    if (content.length > 0) await insertPart(db, id, parts++, content)
  }

  return {
    async write(bytes) {
      written += bytes.length
      if (written > maxBytes) throw tooLarge(maxBytes)
      waiting.push(bytes)
      waitingBytes += bytes.length
      if (waitingBytes >= PART_BYTES) await flush()
    },
    async complete({ groups, ...fields }) {
      const ownership = ownedBy(reader, groups)
      await flush()
      return await completeFile(db, id, { ...fields, ...ownership, bytes: written })
    },
    discard: () => deleteFile(db, id),
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function unknownFile(id: string): KnowledgeError {
  return new KnowledgeError('unknown_file', `there is no file "${id}" that you may read`, {
    hint: 'Upload it again, or list the files to see their ids.',
  })
}

function tooLarge(maxBytes: number): KnowledgeError {
  const megabytes = Math.round(maxBytes / 1024 / 1024)
  return new KnowledgeError(
    'upload_too_large',
    `the file has more than the ${megabytes} MB that one upload may have`,
    { hint: 'Split the file into smaller ones.' },
  )
}
