/** @file Weights in 8 bits: groups of values along a row that share one float scale. */
import { type DataType, EngineError } from '../onnx/index.ts'
import { quantizedMatmul } from './functions.ts'
import { constant } from './tensor.ts'
import type { Tensor } from './vocabulary.ts'

/** Weight `r, c` is `(values[r, c] − 128) · scales[r, group of c]`. */
export type QuantizedWeight = {
  /** uint8 [rows, groups, groupSize] */
  readonly values: Tensor
  /** float32 [rows, groups] */
  readonly scales: Tensor
}

/** The size GGUF's Q8_0 uses. ONNX Runtime also takes 16, 64, 128 and 256. */
const defaultGroupSize = 32
const zeroPoint = 128

/**
 * Rounds a weight [rows, columns] to 8 bits; each group's largest value is kept exactly. The result is
 * constant: ONNX Runtime rearranges constants once, and is 50x slower with quantized inputs.
 *
 * @throws EngineError `shape_mismatch` when the columns are not whole groups.
 */
export function quantize(
  weight: Float32Array,
  [rows, columns]: readonly [number, number],
  groupSize: number = defaultGroupSize,
): QuantizedWeight {
  if (columns % groupSize !== 0 || weight.length !== rows * columns)
    throw new EngineError(
      'shape_mismatch',
      `quantize: ${weight.length} values are not [${rows}, ${columns}] in groups of ${groupSize}`,
      { hint: 'Choose a group size (16, 32, 64, 128 or 256) that divides the columns.' },
    )
  const groups = columns / groupSize
  const scales = new Float32Array(rows * groups)
  const values = new Uint8Array(rows * columns)
  for (let group = 0; group < scales.length; group++)
    scales[group] = quantizeGroup(weight, values, group * groupSize, groupSize)
  return {
    values: constant<DataType>('uint8', [rows, groups, groupSize], values),
    scales: constant('float32', [rows, groups], scales),
  }
}

/**
 * Fills in one group's values and returns its scale, which is NaN when a value is not finite. Plain loops
 * without Math.max and Math.round, which take several times as long: models have millions of groups.
 */
function quantizeGroup(
  weight: Float32Array,
  values: Uint8Array,
  start: number,
  size: number,
): number {
  const end = start + size
  let largest = 0
  for (let i = start; i < end; i++) {
    const magnitude = Math.abs(weight[i]!)
    if (magnitude > largest) largest = magnitude
  }
  const inverse = largest === 0 ? 0 : 127 / largest
  let sum = 0
  for (let i = start; i < end; i++) {
    // Positive, so that cutting off the fraction rounds to nearest.
    const shifted = weight[i]! * inverse + (zeroPoint + 0.5)
    values[i] = shifted | 0
    sum += shifted
  }
  return Number.isFinite(sum) ? Math.fround(largest / 127) : Number.NaN
}

/** `x · weightᵀ`. With few rows, as in decoding, it reads a quarter of the memory `linear` would. */
export function quantizedLinear(x: Tensor, { values, scales }: QuantizedWeight): Tensor {
  return quantizedMatmul(x, values, scales)
}
