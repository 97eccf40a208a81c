/** @file Zip containers unpacked within limits that their own directory is held to. */
import { unzipSync, zipSync } from 'fflate'
import { KnowledgeError } from '../errors.ts'

const maxEntries = 10_000
const maxUnpackedBytes = 200 * 1024 * 1024

// XML compresses 10 to 40 times; small containers may do better by accident.
const maxRatio = 100
const freeBytes = 10 * 1024 * 1024

/**
 * Unpacks the entries that `wanted` accepts. All declared sizes are summed up before anything is
 * inflated, and an entry is inflated into a buffer of its declared size, which it cannot outgrow.
 * @throws KnowledgeError `decompression_limit`.
 */
export function unpackSafely(
  bytes: Uint8Array,
  name: string,
  wanted: (path: string) => boolean,
): Record<string, Uint8Array> {
  let entries = 0
  let unpacked = 0
  unzipSync(bytes, {
    filter: ({ originalSize }) => {
      entries++
      unpacked += originalSize
      assertWithinLimits(name, bytes.length, entries, unpacked)
      return false
    },
  })
  return unzipSync(bytes, { filter: (file) => wanted(file.name) })
}

/** Packs files without compression, for a reader that wants a container. */
export function repack(files: Record<string, Uint8Array>): Uint8Array {
  return zipSync(files, { level: 0 })
}

function assertWithinLimits(name: string, packed: number, entries: number, unpacked: number): void {
  const bomb = unpacked > freeBytes && unpacked / packed > maxRatio
  if (entries <= maxEntries && unpacked <= maxUnpackedBytes && !bomb) return
  throw new KnowledgeError(
    'decompression_limit',
    `"${name}" (${packed} bytes) unpacks to more than ${unpacked} bytes in ${entries} entries`,
    {
      hint: `At most ${maxUnpackedBytes / 1024 / 1024} MB, ${maxEntries} entries and ${maxRatio} times the packed size are unpacked; save the document anew without embedded files.`,
    },
  )
}
