/** @file What every format reads from and writes to: named tensors whose values arrive when asked for. */
import type { Dtype } from './dtype.ts'
import { ModelFormatError } from './errors.ts'

export type TensorInfo = { name: string; dtype: Dtype; shape: number[] }

export type LoadedTensor = TensorInfo & {
  data: Float32Array
  /** NaN and infinite values; they are allowed, and worth a warning. */
  nonFinite: number
}

/** Tensors that are read one at a time, so that a model larger than memory can be converted. */
export type TensorSource = {
  readonly tensors: ReadonlyMap<string, TensorInfo>
  read(name: string): Promise<LoadedTensor>
}

/** A tensor to write. A function as `data` is called when its turn comes, and its result let go. */
export type TensorToWrite = {
  name: string
  shape: number[]
  data: Float32Array | (() => Float32Array | Promise<Float32Array>)
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/**
 * The values of a tensor to write.
 * @throws ModelFormatError `shape_mismatch` when they are not as many as the shape says.
 */
export async function loadData({ name, shape, data }: TensorToWrite): Promise<Float32Array> {
  const values = typeof data === 'function' ? await data() : data
  if (values.length !== elementCount(shape))
    throw new ModelFormatError(
      'shape_mismatch',
      `tensor "${name}" has shape [${shape.join(', ')}] but ${values.length} values`,
      { hint: 'Pass as many values as the shape has elements.' },
    )
  return values
}

/** @throws ModelFormatError `duplicate_tensor` when two tensors share a name. */
export function assertUniqueNames(tensors: readonly { name: string }[]): void {
  const seen = new Set<string>()
  for (const { name } of tensors) {
    if (seen.has(name))
      throw new ModelFormatError('duplicate_tensor', `tensor "${name}" is given twice`, {
        hint: 'Give every tensor of a file its own name.',
      })
    seen.add(name)
  }
}
