/** @file The tensor types that cross the border to ONNX Runtime, and the arrays that hold them. */

type Arrays = {
  float32: Float32Array
  uint8: Uint8Array
  int8: Int8Array
  int32: Int32Array
  int64: BigInt64Array
  bool: Uint8Array
  /** The bits, not the numbers: Float16Array is younger than the oldest Node we support. */
  float16: Uint16Array
  float64: Float64Array
  /** Only in files: ONNX Runtime for Node can neither be fed it nor return it. */
  bfloat16: Uint16Array
}

export type DataType = keyof Arrays

/** The typed array that holds a tensor of type `T`. */
export type ArrayOf<T extends DataType> = Arrays[T]

/** TensorProto.DataType, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export const dataTypes: Record<DataType, { readonly code: number; readonly bytes: number }> = {
  float32: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int8: { code: 3, bytes: 1 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  bool: { code: 9, bytes: 1 },
  float16: { code: 10, bytes: 2 },
  float64: { code: 11, bytes: 8 },
  bfloat16: { code: 16, bytes: 2 },
}

/** A dimension: a fixed size, or the name of a size that each run may choose. */
export type Dimension = number | string

export type Shape = readonly Dimension[]

/** Values in row-major order; `data` may be a view into a larger buffer. */
export type TensorData<T extends DataType = DataType> = {
  readonly type: T
  readonly shape: readonly number[]
  readonly data: ArrayOf<T>
}

/** Values in a file, such as one of safetensors, which ONNX Runtime maps instead of copying. */
export type StoredTensor = {
  readonly type: DataType
  readonly shape: readonly number[]
  /** Within the folder that the session is given as `weightsFolder`. */
  readonly file: string
  /** Where the values begin, in bytes. */
  readonly offset: number
}

/** Wraps an array as a tensor; the array is not copied. */
export function tensorData<T extends DataType>(
  type: T,
  shape: readonly number[],
  data: ArrayOf<T>,
): TensorData<T> {
  return { type, shape, data }
}

/** How many values a shape of fixed sizes holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1)
}

/** `float32 [2, 3]`, as error messages show it. */
export function describeTensor({ type, shape }: { type: DataType; shape: Shape }): string {
  return `${type} [${shape.join(', ')}]`
}
