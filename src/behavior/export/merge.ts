/** @file A base and an adapter as one model: W + scale·B·A, one tensor at a time. */
import {
  type LoadedTensor,
  type LoraAdapter,
  type LoraModule,
  loraScale,
  type ModelConfig,
  type TensorSource,
  weightShapes,
} from '../../models/index.ts'

/** The weights that the configuration calls for, and nothing else that a file may hold. */
export function baseWeights(config: ModelConfig, weights: TensorSource): TensorSource {
  const tensors = new Map([...weights.tensors].filter(([name]) => weightShapes(config).has(name)))
  return { tensors, read: (name) => weights.read(name) }
}

/** The same tensors with the adapter folded in. What is not adapted stays as it is, bit for bit. */
export function mergedWeights(weights: TensorSource, adapter: LoraAdapter): TensorSource {
  const modules = new Map(adapter.modules.map((module) => [`${module.module}.weight`, module]))
  const read = async (name: string): Promise<LoadedTensor> => {
    const tensor = await weights.read(name)
    const module = modules.get(name)
    if (module) addProduct(tensor.data, module, loraScale(module, adapter.rankStabilized))
    return tensor
  }
  return { tensors: weights.tensors, read }
}

/** Rows are summed in float64, so that each weight is rounded once. */
function addProduct(
  weight: Float32Array, // [outFeatures, inFeatures]
  { rank, inFeatures, outFeatures, a, b }: LoraModule,
  scale: number,
): void {
  const row = new Float64Array(inFeatures)
  for (let out = 0; out < outFeatures; out++) {
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[out * rank + r]!
      const start = r * inFeatures
      for (let i = 0; i < inFeatures; i++) row[i]! += factor * a[start + i]!
    }
    const start = out * inFeatures
    for (let i = 0; i < inFeatures; i++) weight[start + i]! += row[i]!
  }
}
