/** @file Element types of the safetensors format: their sizes and how each one becomes f32. */
import { bf16Value, decodeBf16Array, decodeF16Array, encodeBf16, encodeF16 } from './half.ts'

/** Element types that are read; the ones beyond `FloatDtype` appear in quantised or auxiliary tensors. */
export type Dtype =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'U64'
  | 'I32'
  | 'U32'
  | 'I16'
  | 'U16'
  | 'I8'
  | 'U8'
  | 'BOOL'

/** Element types that weights are written in. */
export type FloatDtype = 'F32' | 'F16' | 'BF16'

type Codec = { bytes: number; decode(bytes: Uint8Array): Float32Array }

/** The reader hands out bytes that start at the beginning of their own buffer, so views are aligned. */
const codecs: Record<Dtype, Codec> = {
  F64: { bytes: 8, decode: (raw) => Float32Array.from(new Float64Array(raw.buffer)) },
  F32: { bytes: 4, decode: (raw) => new Float32Array(raw.buffer) },
  F16: { bytes: 2, decode: (raw) => decodeF16Array(new Uint16Array(raw.buffer)) },
  BF16: { bytes: 2, decode: (raw) => decodeBf16Array(new Uint16Array(raw.buffer)) },
  I64: { bytes: 8, decode: (raw) => fromBigInts(new BigInt64Array(raw.buffer)) },
  U64: { bytes: 8, decode: (raw) => fromBigInts(new BigUint64Array(raw.buffer)) },
  I32: { bytes: 4, decode: (raw) => Float32Array.from(new Int32Array(raw.buffer)) },
  U32: { bytes: 4, decode: (raw) => Float32Array.from(new Uint32Array(raw.buffer)) },
  I16: { bytes: 2, decode: (raw) => Float32Array.from(new Int16Array(raw.buffer)) },
  U16: { bytes: 2, decode: (raw) => Float32Array.from(new Uint16Array(raw.buffer)) },
  I8: { bytes: 1, decode: (raw) => Float32Array.from(new Int8Array(raw.buffer)) },
  U8: { bytes: 1, decode: (raw) => Float32Array.from(raw) },
  BOOL: { bytes: 1, decode: (raw) => Float32Array.from(raw) },
}

const encoders: Record<FloatDtype, (values: Float32Array) => Uint8Array> = {
  F32: bytesOf,
  F16: (values) => bytesOf(encodeF16(values)),
  BF16: (values) => bytesOf(encodeBf16(values)),
}

/** Largest finite value of each type; what is larger becomes infinite when written. */
const largest: Record<FloatDtype, number> = {
  F32: Number.POSITIVE_INFINITY,
  F16: 65_504,
  BF16: bf16Value(0x7f7f),
}

export const dtypes: Dtype[] = Object.keys(codecs) as Dtype[]

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(codecs, name)
}

export function bytesPerElement(dtype: Dtype): number {
  return codecs[dtype].bytes
}

/** Little-endian `bytes`, which own their buffer, as f32. Integers beyond 2^24 lose precision. */
export function decodeToFloat32(dtype: Dtype, bytes: Uint8Array): Float32Array {
  return codecs[dtype].decode(bytes)
}

/** f32 values as little-endian bytes of `dtype`, rounded to nearest even. F32 is a view, not a copy. */
export function encodeFloat32(dtype: FloatDtype, values: Float32Array): Uint8Array {
  return encoders[dtype](values)
}

/** How many finite values of an array would become infinite in `dtype`. */
export function countOverflows(dtype: FloatDtype, values: Float32Array): number {
  const limit = largest[dtype]
  let count = 0
  for (const value of values) {
    const magnitude = Math.abs(value)
    if (magnitude > limit && magnitude !== Number.POSITIVE_INFINITY) count++
  }
  return count
}

/** How many values are NaN or infinite. */
export function countNonFinite(values: Float32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  let count = 0
  // All exponent bits set. A model has 100 million values and more: this takes a tenth of the time.
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & 0x7f80_0000) === 0x7f80_0000) count++
  return count
}

function fromBigInts(values: BigInt64Array | BigUint64Array): Float32Array {
  const out = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = Number(values[i])
  return out
}

function bytesOf(array: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
