/** @file Whether a folder's weights are those that its config.json calls for. */
import { ModelFormatError, type Safetensors } from './formats/index.ts'

/** @throws ModelFormatError `tensor_missing` | `shape_mismatch` */
export function assertWeights(
  folder: string,
  { tensors }: Safetensors,
  shapes: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [name, shape] of shapes) {
    const found = tensors.get(name)
    if (!found)
      throw new ModelFormatError(
        'tensor_missing',
        `${folder} has no tensor "${name}", which its config.json calls for`,
        { hint: 'Download all weight files again, or take config.json from the same model.' },
      )
    if (found.shape.join() !== shape.join())
      throw new ModelFormatError(
        'shape_mismatch',
        `"${name}" in ${folder} is [${found.shape.join(', ')}], config.json calls for [${shape.join(', ')}]`,
        { hint: 'Take config.json and the weights from the same model.' },
      )
  }
}
