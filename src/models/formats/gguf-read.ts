/** @file Reads GGUF files: enough to verify what was written, and to look into files of others. */
import type { FileHandle } from 'node:fs/promises'
import { ModelFormatError } from './errors.ts'
import { openFile, readExactly, truncated } from './files.ts'
import {
  alignUp,
  DEFAULT_ALIGNMENT,
  GGUF_MAGIC,
  GGUF_VERSION,
  type GgufTensorType,
  tensorTypes,
} from './gguf-format.ts'
import { decodeF16Array } from './half.ts'
import { decodeQ8_0 } from './q8-0.ts'
import { elementCount } from './tensor.ts'

export type GgufScalar = number | bigint | boolean | string
export type GgufTensorInfo = {
  name: string
  /** Row-major, the usual order; the file stores it reversed. */
  shape: number[]
  /** `undefined` for a quantisation this reader does not decode. */
  type: GgufTensorType | undefined
  /** The file's number for the type. */
  typeCode: number
  /** From the start of the file. */
  start: number
}

export type Gguf = {
  metadata: ReadonlyMap<string, GgufScalar | GgufScalar[]>
  tensors: ReadonlyMap<string, GgufTensorInfo>
  /** The tensor's values. @throws ModelFormatError `tensor_missing` | `unsupported_dtype` */
  read(name: string): Promise<Float32Array>
  close(): Promise<void>
}

/** Real files stay far below; a header that claims more is damaged. */
const MAX_ENTRIES = 1_000_000
const MAX_ITEMS = 10_000_000
const MAX_STRING_BYTES = 64 * 2 ** 20
const MAX_DIMENSIONS = 4
/** Headers are mostly the vocabulary: the first read is usually enough. */
const FIRST_READ_BYTES = 4 * 2 ** 20

/**
 * Opens a GGUF file of version 3 and reads its header. Close it when done.
 * @throws ModelFormatError `invalid_header` | `file_truncated` | `invalid_offsets` | `file_missing`
 */
export async function openGguf(path: string): Promise<Gguf> {
  const file = await openFile(path)
  try {
    const { size } = await file.stat()
    const { metadata, tensors } = await readHeader(file, path, size)
    return {
      metadata,
      tensors,
      read: (name) => readTensor(name, { file, path, tensors }),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

type ParsedHeader = {
  metadata: Map<string, GgufScalar | GgufScalar[]>
  tensors: Map<string, GgufTensorInfo>
}

/** The header's length is not stored: read some, and more when it did not fit. */
async function readHeader(file: FileHandle, path: string, size: number): Promise<ParsedHeader> {
  for (let length = Math.min(size, FIRST_READ_BYTES); ; length = Math.min(size, length * 4)) {
    const bytes = await readExactly(file, { path, position: 0, length })
    try {
      return parseHeader(new Cursor(bytes, path), size)
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error
      if (length === size) throw truncated(path, error.needed, size)
    }
  }
}

function parseHeader(cursor: Cursor, fileBytes: number): ParsedHeader {
  if (cursor.u32() !== GGUF_MAGIC) throw invalid(cursor.path, 'it does not start with "GGUF"')
  const version = cursor.u32()
  if (version !== GGUF_VERSION) throw invalid(cursor.path, `its version is ${version}, known is 3`)
  const tensorCount = cursor.count('tensors', MAX_ENTRIES)
  const entryCount = cursor.count('metadata entries', MAX_ENTRIES)

  const metadata: ParsedHeader['metadata'] = new Map()
  for (let i = 0; i < entryCount; i++)
    metadata.set(cursor.string(), readValue(cursor, cursor.u32()))

  const infos: GgufTensorInfo[] = []
  for (let i = 0; i < tensorCount; i++) infos.push(readTensorInfo(cursor))
  const alignment = Number(metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT)
  const dataStart = alignUp(cursor.at, alignment)
  const tensors: ParsedHeader['tensors'] = new Map()
  for (const info of infos) {
    const tensor = { ...info, start: dataStart + info.start }
    assertInside(tensor, { path: cursor.path, alignment, fileBytes })
    if (tensors.has(tensor.name)) throw invalid(cursor.path, `"${tensor.name}" is there twice`)
    tensors.set(tensor.name, tensor)
  }
  return { metadata, tensors }
}

/** By the file's type number: u8 i8 u16 i16 u32 i32 f32 bool string array u64 i64 f64. */
const valueReaders: ((cursor: Cursor) => GgufScalar | GgufScalar[])[] = [
  (cursor) => cursor.take(1).getUint8(0),
  (cursor) => cursor.take(1).getInt8(0),
  (cursor) => cursor.take(2).getUint16(0, true),
  (cursor) => cursor.take(2).getInt16(0, true),
  (cursor) => cursor.u32(),
  (cursor) => cursor.take(4).getInt32(0, true),
  (cursor) => cursor.take(4).getFloat32(0, true),
  (cursor) => cursor.take(1).getUint8(0) !== 0,
  (cursor) => cursor.string(),
  readArray,
  (cursor) => cursor.take(8).getBigUint64(0, true),
  (cursor) => cursor.take(8).getBigInt64(0, true),
  (cursor) => cursor.take(8).getFloat64(0, true),
]

function readValue(cursor: Cursor, type: number): GgufScalar | GgufScalar[] {
  const read = valueReaders[type]
  if (!read) throw invalid(cursor.path, `a metadata value has the unknown type ${type}`)
  return read(cursor)
}

function readArray(cursor: Cursor): GgufScalar[] {
  const type = cursor.u32()
  const length = cursor.count('array items', MAX_ITEMS)
  const items: GgufScalar[] = []
  for (let i = 0; i < length; i++) {
    const item = readValue(cursor, type)
    if (Array.isArray(item)) throw invalid(cursor.path, 'its metadata nests arrays')
    items.push(item)
  }
  return items
}

function readTensorInfo(cursor: Cursor): GgufTensorInfo {
  const name = cursor.string()
  const dimensions = cursor.u32()
  if (dimensions > MAX_DIMENSIONS)
    throw invalid(cursor.path, `tensor "${name}" has ${dimensions} dimensions`)
  const shape: number[] = []
  for (let i = 0; i < dimensions; i++) shape.unshift(Number(cursor.take(8).getBigUint64(0, true)))
  const typeCode = cursor.u32()
  const type = (Object.keys(tensorTypes) as GgufTensorType[]).find(
    (candidate) => tensorTypes[candidate].code === typeCode,
  )
  return { name, shape, type, typeCode, start: Number(cursor.take(8).getBigUint64(0, true)) }
}

function assertInside(
  { name, shape, type, start }: GgufTensorInfo,
  { path, alignment, fileBytes }: { path: string; alignment: number; fileBytes: number },
): void {
  if (start % alignment !== 0)
    throw new ModelFormatError(
      'invalid_offsets',
      `tensor "${name}" of ${path} starts at byte ${start}, no multiple of ${alignment}`,
      { hint: 'Write the file again with the tool that made it; its header is wrong.' },
    )
  const bytes = type ? tensorTypes[type].byteLength(elementCount(shape)) : 0
  if (start + bytes > fileBytes) throw truncated(path, start + bytes, fileBytes)
}

const decoders: Record<GgufTensorType, (bytes: Uint8Array) => Float32Array> = {
  f32: (bytes) => new Float32Array(bytes.buffer),
  f16: (bytes) => decodeF16Array(new Uint16Array(bytes.buffer)),
  q8_0: decodeQ8_0,
}

async function readTensor(
  name: string,
  { file, path, tensors }: { file: FileHandle; path: string; tensors: ParsedHeader['tensors'] },
): Promise<Float32Array> {
  const tensor = tensors.get(name)
  if (!tensor)
    throw new ModelFormatError('tensor_missing', `${path} has no tensor "${name}"`, {
      hint: `Ask for one of its ${tensors.size} tensors; their names differ from Hugging Face's.`,
    })
  if (!tensor.type)
    throw new ModelFormatError(
      'unsupported_dtype',
      `tensor "${name}" of ${path} has the ggml type ${tensor.typeCode}`,
      { hint: `Use a file of ${Object.keys(tensorTypes).join(', ')} tensors.` },
    )
  const length = tensorTypes[tensor.type].byteLength(elementCount(tensor.shape))
  return decoders[tensor.type](await readExactly(file, { path, position: tensor.start, length }))
}

class OutOfBytes extends Error {
  readonly needed: number
  constructor(needed: number) {
    super(`internal: needs ${needed} bytes`)
    this.needed = needed
  }
}

class Cursor {
  at = 0
  readonly path: string
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = bytes
    this.path = path
  }

  take(length: number): DataView {
    const end = this.at + length
    if (end > this.#bytes.length) throw new OutOfBytes(end)
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.at, length)
    this.at = end
    return view
  }

  u32(): number {
    return this.take(4).getUint32(0, true)
  }

  count(what: string, limit: number): number {
    const value = this.take(8).getBigUint64(0, true)
    if (value > limit)
      throw invalid(this.path, `it announces ${value} ${what}, the limit is ${limit}`)
    return Number(value)
  }

  string(): string {
    const { buffer, byteOffset, byteLength } = this.take(
      this.count('string bytes', MAX_STRING_BYTES),
    )
    return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
  }
}

function invalid(path: string, reason: string): ModelFormatError {
  return new ModelFormatError('invalid_header', `${path} is not a readable GGUF file: ${reason}`, {
    hint: 'Check that this is a GGUF file of version 3, and copy or convert it again.',
  })
}
