/** @file What GGUF writer and reader share. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
import { encodeF16 } from './half.ts'
import { encodeQ8_0, Q8_0_BLOCK, Q8_0_BYTES } from './q8-0.ts'

export const GGUF_MAGIC = 0x4655_4747 // "GGUF", little-endian
export const GGUF_VERSION = 3
export const DEFAULT_ALIGNMENT = 32

export type GgufValue =
  | { type: 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64'; value: number }
  | { type: 'u64'; value: bigint }
  | { type: 'i64'; value: bigint }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'array'; of: 'string'; value: string[] }
  | { type: 'array'; of: 'i32' | 'u32' | 'f32'; value: number[] }

export type GgufMetadata = Map<string, GgufValue>

/** Codes of the metadata types in the file. */
export const valueTypes: Record<GgufValue['type'], number> = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
}

export type GgufTensorType = 'f32' | 'f16' | 'q8_0'

/** Codes of the tensor types, and how many bytes so many values take. */
export const tensorTypes: Record<
  GgufTensorType,
  { code: number; byteLength(elements: number): number; encode(values: Float32Array): Uint8Array }
> = {
  f32: { code: 0, byteLength: (n) => n * 4, encode: bytesOf },
  f16: { code: 1, byteLength: (n) => n * 2, encode: (values) => bytesOf(encodeF16(values)) },
  q8_0: { code: 8, byteLength: (n) => (n / Q8_0_BLOCK) * Q8_0_BYTES, encode: encodeQ8_0 },
}

export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment
}

function bytesOf(array: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
