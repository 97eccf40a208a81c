/** @file Writes GGUF files, version 3, atomically and one tensor at a time. */
import { countNonFinite, countOverflows } from './dtype.ts'
import { ModelFormatError } from './errors.ts'
import { writeAtomically } from './files.ts'
import {
  alignUp,
  DEFAULT_ALIGNMENT,
  GGUF_MAGIC,
  GGUF_VERSION,
  type GgufMetadata,
  type GgufTensorType,
  type GgufValue,
  tensorTypes,
  valueTypes,
} from './gguf-format.ts'
import { Q8_0_BLOCK } from './q8-0.ts'
import { assertUniqueNames, elementCount, loadData, type TensorToWrite } from './tensor.ts'

/** `shape` is the usual row-major one; the file stores it reversed. */
export type GgufTensorToWrite = TensorToWrite & { type: GgufTensorType }

/**
 * Writes metadata and tensors in the order given.
 * @throws ModelFormatError `duplicate_tensor` | `shape_mismatch` | `value_out_of_range`
 */
export async function writeGguf(
  path: string,
  metadata: GgufMetadata,
  tensors: readonly GgufTensorToWrite[],
): Promise<void> {
  assertUniqueNames(tensors)
  for (const tensor of tensors) assertWholeBlocks(tensor)
  await writeAtomically(path, async (append) => {
    const header = encodeHeader(metadata, tensors)
    await append(header)
    await append(padding(header.length))
    for (const tensor of tensors) {
      const values = await loadData(tensor)
      assertRepresentable(tensor, values)
      const bytes = tensorTypes[tensor.type].encode(values)
      await append(bytes)
      await append(padding(bytes.length))
    }
  })
}

function encodeHeader(metadata: GgufMetadata, tensors: readonly GgufTensorToWrite[]): Uint8Array {
  const parts: Uint8Array[] = [
    u32(GGUF_MAGIC),
    u32(GGUF_VERSION),
    u64(tensors.length),
    u64(metadata.size),
  ]
  for (const [key, value] of metadata) {
    parts.push(string(key), u32(valueTypes[value.type]), encodeValue(value))
  }
  let offset = 0
  for (const { name, shape, type } of tensors) {
    parts.push(string(name), u32(shape.length))
    for (const size of shape.toReversed()) parts.push(u64(size))
    parts.push(u32(tensorTypes[type].code), u64(offset))
    const bytes = tensorTypes[type].byteLength(elementCount(shape))
    offset = alignUp(offset + bytes, DEFAULT_ALIGNMENT)
  }
  return Buffer.concat(parts)
}

const numberEncoders: Record<
  'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64',
  (value: number) => Uint8Array
> = {
  u8: (value) => bytes(1, (view) => view.setUint8(0, value)),
  i8: (value) => bytes(1, (view) => view.setInt8(0, value)),
  u16: (value) => bytes(2, (view) => view.setUint16(0, value, true)),
  i16: (value) => bytes(2, (view) => view.setInt16(0, value, true)),
  u32,
  i32: (value) => bytes(4, (view) => view.setInt32(0, value, true)),
  f32: (value) => bytes(4, (view) => view.setFloat32(0, value, true)),
  f64: (value) => bytes(8, (view) => view.setFloat64(0, value, true)),
}

function encodeValue(value: GgufValue): Uint8Array {
  if (value.type === 'string') return string(value.value)
  if (value.type === 'bool') return numberEncoders.u8(Number(value.value))
  if (value.type === 'array') return encodeArray(value)
  if (value.type === 'u64' || value.type === 'i64')
    return bytes(8, (view) => view.setBigInt64(0, BigInt.asIntN(64, value.value), true))
  return numberEncoders[value.type](value.value)
}

function encodeArray(array: Extract<GgufValue, { type: 'array' }>): Uint8Array {
  const items =
    array.of === 'string' ? array.value.map(string) : array.value.map(numberEncoders[array.of])
  return Buffer.concat([u32(valueTypes[array.of]), u64(items.length), ...items])
}

function string(text: string): Uint8Array {
  const encoded = Buffer.from(text)
  return Buffer.concat([u64(encoded.length), encoded])
}

function u32(value: number): Uint8Array {
  return bytes(4, (view) => view.setUint32(0, value, true))
}

function u64(value: number): Uint8Array {
  return bytes(8, (view) => view.setBigUint64(0, BigInt(value), true))
}

function bytes(length: number, set: (view: DataView) => void): Uint8Array {
  const out = new Uint8Array(length)
  set(new DataView(out.buffer))
  return out
}

function padding(length: number): Uint8Array {
  return new Uint8Array(alignUp(length, DEFAULT_ALIGNMENT) - length)
}

function assertWholeBlocks({ name, shape, type }: GgufTensorToWrite): void {
  const row = shape.at(-1) ?? 1
  if (type !== 'q8_0' || row % Q8_0_BLOCK === 0) return
  throw new ModelFormatError(
    'shape_mismatch',
    `rows of tensor "${name}" have ${row} values, Q8_0 packs them in blocks of ${Q8_0_BLOCK}`,
    { hint: 'Write this tensor as f16.' },
  )
}

/** F32 and F16 keep NaN; an 8-bit block with one would lose all its values. */
function assertRepresentable({ name, type }: GgufTensorToWrite, values: Float32Array): void {
  const overflows = type === 'f16' ? countOverflows('F16', values) : 0
  const lost = type === 'q8_0' ? countNonFinite(values) : overflows
  if (lost === 0) return
  throw new ModelFormatError(
    'value_out_of_range',
    `${lost} values of tensor "${name}" are not representable in ${type}`,
    { hint: 'Write the file as f32, and check the weights: NaN or values over 65504 are unusual.' },
  )
}
