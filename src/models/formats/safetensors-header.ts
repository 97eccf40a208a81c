/** @file The safetensors header, checked before a byte of it is believed. https://github.com/huggingface/safetensors#format */
import { z } from 'zod'
import { bytesPerElement, dtypes, isDtype } from './dtype.ts'
import { ModelFormatError } from './errors.ts'
import { parseJson } from './files.ts'
import { elementCount, type TensorInfo } from './tensor.ts'

/** The reference implementation's limit. */
export const MAX_HEADER_BYTES = 100_000_000
/** The header's length is a 64-bit integer in front of it. */
export const LENGTH_BYTES = 8
const OPENING_BRACE = 0x7b

/** A tensor and its bytes in the file, counted from the file's start. */
export type StoredTensor = TensorInfo & { path: string; start: number; end: number }
export type Header = { tensors: StoredTensor[]; metadata: Record<string, string> }

const size = z.int().min(0)
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
})
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(entrySchema)

/**
 * The header's length, from the file's first eight bytes.
 * @throws ModelFormatError `header_too_large` | `file_truncated` | `invalid_header`
 */
export function readHeaderLength(bytes: Uint8Array, path: string, fileBytes: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES)
    throw new ModelFormatError(
      'header_too_large',
      `${path} announces a header of ${length} bytes, the limit is ${MAX_HEADER_BYTES}`,
      { hint: 'Check that this is a safetensors file; a Git LFS pointer or a web page is not.' },
    )
  if (length < 2n) throw invalidHeader(path, `its header has ${length} bytes`)
  if (LENGTH_BYTES + Number(length) > fileBytes)
    throw new ModelFormatError(
      'file_truncated',
      `${path} has ${fileBytes} bytes, its header alone needs ${LENGTH_BYTES + Number(length)}`,
      { hint: 'Copy or download the file again; it was cut short.' },
    )
  return Number(length)
}

/**
 * Reads a header: known element types, sizes that fit the shapes, and tensors that fill the file without
 * gap or overlap.
 * @throws ModelFormatError `invalid_header` | `invalid_json` | `unknown_dtype` | `size_mismatch` |
 *   `invalid_offsets` | `file_truncated`
 */
export function parseHeader(bytes: Uint8Array, path: string, fileBytes: number): Header {
  if (bytes[0] !== OPENING_BRACE) throw invalidHeader(path, 'its header does not start with "{"')
  const parsed = headerSchema.safeParse(parseJson(decodeUtf8(bytes, path), `the header of ${path}`))
  if (!parsed.success) {
    const { path: where, message } = parsed.error.issues[0]!
    throw invalidHeader(path, `its header has at "${where.join('.')}": ${message}`)
  }
  const { __metadata__: metadata = {}, ...entries } = parsed.data
  const dataStart = LENGTH_BYTES + bytes.length
  const tensors = Object.entries(entries).map(([name, entry]) =>
    toTensor({ name, entry: entry as Entry, path, dataStart }),
  )
  assertContiguous(tensors, { path, dataStart, fileBytes })
  return { tensors, metadata }
}

type Entry = z.infer<typeof entrySchema>

function toTensor({
  name,
  entry: { dtype, shape, data_offsets: offsets },
  path,
  dataStart,
}: {
  name: string
  entry: Entry
  path: string
  dataStart: number
}): StoredTensor {
  if (!isDtype(dtype))
    throw new ModelFormatError(
      'unknown_dtype',
      `tensor "${name}" of ${path} has the element type ${dtype}`,
      { hint: `Convert the model to one of ${dtypes.join(', ')}; F32, F16 and BF16 are usual.` },
    )
  const [begin, end] = offsets
  const needed = elementCount(shape) * bytesPerElement(dtype)
  if (end - begin !== needed)
    throw new ModelFormatError(
      'size_mismatch',
      `tensor "${name}" of ${path} occupies ${end - begin} bytes, ${dtype} [${shape.join(', ')}] needs ${needed}`,
      { hint: 'Write the file again with the tool that made it; its header is wrong.' },
    )
  return { name, dtype, shape, path, start: dataStart + begin, end: dataStart + end }
}

function assertContiguous(
  tensors: StoredTensor[],
  { path, dataStart, fileBytes }: { path: string; dataStart: number; fileBytes: number },
): void {
  const hint = 'Write the file again with the tool that made it; its header is wrong.'
  let expected = dataStart
  for (const { name, start, end } of tensors.toSorted(
    (a, b) => a.start - b.start || a.end - b.end,
  )) {
    if (start !== expected) {
      const problem = start < expected ? 'overlaps the tensor before it' : 'leaves a gap before it'
      const message = `tensor "${name}" of ${path} ${problem}: starts at ${start}, expected ${expected}`
      throw new ModelFormatError('invalid_offsets', message, { hint })
    }
    expected = end
  }
  if (expected > fileBytes)
    throw new ModelFormatError(
      'file_truncated',
      `${path} ends at byte ${fileBytes}, its tensors need ${expected}`,
      { hint: 'Copy or download the file again; it was cut short.' },
    )
  if (expected < fileBytes) {
    const message = `${path} has ${fileBytes - expected} bytes behind its last tensor`
    throw new ModelFormatError('invalid_offsets', message, { hint })
  }
}

function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalidHeader(path, 'its header is not UTF-8')
  }
}

function invalidHeader(path: string, reason: string): ModelFormatError {
  return new ModelFormatError('invalid_header', `${path} is not a safetensors file: ${reason}`, {
    hint: 'Check that this is the weights file itself, not a pointer, a page or another format.',
  })
}
