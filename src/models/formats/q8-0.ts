/** @file Q8_0, the 8-bit block format of ggml: 32 values share one binary16 scale, 34 bytes per block. */
import { f16Bits, f16Value } from './half.ts'

export const Q8_0_BLOCK = 32
export const Q8_0_BYTES = 34

/** Quantises values in blocks of 32. The length is a multiple of 32; values are finite. */
export function encodeQ8_0(values: Float32Array): Uint8Array {
  if (values.length % Q8_0_BLOCK !== 0)
    throw new Error(`internal: ${values.length} values are no whole number of Q8_0 blocks`)
  const blocks = values.length / Q8_0_BLOCK
  const bytes = new Uint8Array(blocks * Q8_0_BYTES)
  const view = new DataView(bytes.buffer)
  for (let block = 0; block < blocks; block++) {
    const from = block * Q8_0_BLOCK
    encodeBlock(values.subarray(from, from + Q8_0_BLOCK), view, block * Q8_0_BYTES)
  }
  return bytes
}

export function decodeQ8_0(bytes: Uint8Array): Float32Array {
  const blocks = bytes.length / Q8_0_BYTES
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new Float32Array(blocks * Q8_0_BLOCK)
  for (let block = 0; block < blocks; block++) {
    const at = block * Q8_0_BYTES
    const scale = f16Value(view.getUint16(at, true))
    for (let i = 0; i < Q8_0_BLOCK; i++)
      values[block * Q8_0_BLOCK + i] = scale * view.getInt8(at + 2 + i)
  }
  return values
}

/** Divides by the f32 scale, as ggml does, although the stored scale is rounded to binary16. */
function encodeBlock(values: Float32Array, out: DataView, at: number): void {
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  const scale = Math.fround(largest / 127)
  const inverse = scale === 0 ? 0 : Math.fround(1 / scale)
  out.setUint16(at, f16Bits(scale), true)
  for (let i = 0; i < values.length; i++)
    out.setInt8(at + 2 + i, roundAwayFromZero(Math.fround(values[i]! * inverse)))
}

/** C's roundf: halves go away from zero (Math.round sends -0.5 to -0). */
function roundAwayFromZero(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5)
}
