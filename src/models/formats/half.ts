/** @file Sixteen-bit floats: IEEE binary16 and bfloat16 to and from f32, rounded to nearest, ties to even. */

const scratch = new Float32Array(1)
const scratchBits = new Uint32Array(scratch.buffer)

/** All 65,536 binary16 values, so that decoding a tensor is one look-up per element. */
const f16Values = new Float32Array(65_536).map((_, bits) => decodeF16(bits))

/** The binary16 bits nearest to `value`; overflow becomes infinity, every NaN a quiet NaN of its sign. */
export function f16Bits(value: number): number {
  scratch[0] = value
  const bits = scratchBits[0]!
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fff_ffff
  if (magnitude > 0x7f80_0000) return sign | 0x7e00
  // 65520 is half-way between the largest finite value and the next power of two.
  if (magnitude >= 0x477f_f000) return sign | 0x7c00
  if (magnitude < 0x3880_0000) return sign | subnormalF16(magnitude)
  // Rebias the exponent (127 -> 15) and round the 13 dropped bits; a carry moves into the exponent.
  const odd = (magnitude >>> 13) & 1
  return sign | ((magnitude - 0x3800_0000 + 0x0fff + odd) >>> 13)
}

/** The value of binary16 `bits`. */
export function f16Value(bits: number): number {
  return f16Values[bits & 0xffff]!
}

/** The bfloat16 bits nearest to `value`; a NaN stays one even when its payload is cut off. */
export function bf16Bits(value: number): number {
  scratch[0] = value
  const bits = scratchBits[0]!
  if ((bits & 0x7fff_ffff) > 0x7f80_0000) return (bits >>> 16) | 0x0040
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

/** The value of bfloat16 `bits`. */
export function bf16Value(bits: number): number {
  scratchBits[0] = bits << 16
  return scratch[0]!
}

export function encodeF16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) bits[i] = f16Bits(values[i]!)
  return bits
}

export function decodeF16Array(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) values[i] = f16Values[bits[i]!]!
  return values
}

export function encodeBf16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) bits[i] = bf16Bits(values[i]!)
  return bits
}

export function decodeBf16Array(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16
  return new Float32Array(words.buffer)
}

/** Subnormals count in steps of 2^-24; adding 0.5 makes the f32 adder itself round to those steps. */
function subnormalF16(magnitude: number): number {
  scratchBits[0] = magnitude
  scratch[0] = scratch[0]! + 0.5
  return scratchBits[0]! - 0x3f00_0000
}

function decodeF16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
