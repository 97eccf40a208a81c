/** @file Weights that ONNX Runtime maps from the model's own files instead of copying them. */
import { realpath } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import { cast, storedConstant, type Tensor } from '../autodiff/index.ts'
import type { DataType } from '../onnx/index.ts'
import { type Dtype, ModelFormatError, type Safetensors } from './formats/index.ts'

export type MappedWeights = {
  /** The folder that all the files are in. */
  readonly folder: string
  /** A weight by its Hugging Face name, as float32. */
  readonly weight: (name: string) => Tensor
}

/** Finds the files behind links: Hugging Face's cache is made of them, and ONNX Runtime follows none. */
export async function mapWeights({
  weights,
}: {
  readonly weights: Safetensors
}): Promise<MappedWeights> {
  const files = new Map<string, string>()
  for (const { path } of weights.tensors.values())
    if (!files.has(path)) files.set(path, await realpath(path))
  const folder = commonFolder([...files.values()])
  return {
    folder,
    weight(name) {
      const { dtype, shape, path, start } = weights.tensors.get(name)!
      const file = relative(folder, files.get(path)!)
      return cast(storedConstant(typeOf(name, dtype), shape, { file, offset: start }), 'float32')
    },
  }
}

function commonFolder([first, ...others]: readonly string[]): string {
  let folder = dirname(first!)
  while (!others.every((path) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep)))
    folder = dirname(folder)
  return folder
}

const storedTypes: { readonly [D in Dtype]?: DataType } = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
}

function typeOf(name: string, dtype: Dtype): DataType {
  const type = storedTypes[dtype]
  if (type) return type
  throw new ModelFormatError('unsupported_dtype', `"${name}" is stored as ${dtype}`, {
    hint: 'Save the model in float32, float16 or bfloat16.',
  })
}
