/** @file LoRA: which layers can be adapted, the parameters that makes, and the adapted linear layer. */
import type { ModelConfig } from '../formats/index.ts'
import { projections, weightShapes } from './weights.ts'

/** The linear layers that LoRA can adapt, by the names PEFT uses. */
export const loraTargets = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const
export type LoraTarget = (typeof loraTargets)[number]

/** A linear layer that an adapter changes. */
export type LoraSite = {
  /** Its Hugging Face path, such as `model.layers.0.self_attn.q_proj`. */
  readonly module: string
  readonly inFeatures: number
  readonly outFeatures: number
}

/** What the graph must know of an adapter in training. */
export type LoraShape = {
  readonly targets: readonly LoraTarget[]
  readonly rank: number
  /** The factor in front of B·A: alpha/rank, or alpha/√rank. */
  readonly scale: number
  /** The share of each adapted layer's input that training sets to zero. Default 0. */
  readonly dropout?: number
}

/** The layers that `targets` name, in the order of the forward pass. */
export function loraSites(config: ModelConfig, targets: readonly LoraTarget[]): LoraSite[] {
  const adapted = projections(config).filter(({ path }) =>
    targets.some((target) => path.endsWith(`.${target}`)),
  )
  return Array.from({ length: config.layerCount }, (_, layer) =>
    adapted.map(({ path, inFeatures, outFeatures }) => ({
      module: `model.layers.${layer}.${path}`,
      inFeatures,
      outFeatures,
    })),
  ).flat()
}

/** A trained tensor and its place in the flat array of all of them. */
export type Parameter = {
  readonly name: string
  readonly shape: readonly number[]
  readonly offset: number
  readonly size: number
}

/** What is trained: A and B of every adapted layer, or without `lora` every weight of the model. */
export function trainableParameters(
  config: ModelConfig,
  lora?: Pick<LoraShape, 'targets' | 'rank'>,
): Parameter[] {
  const shapes = lora ? loraShapes(config, lora) : weightShapes(config)
  let offset = 0
  return [...shapes].map(([name, shape]) => {
    const size = shape.reduce((all, dimension) => all * dimension, 1)
    const parameter = { name, shape, offset, size }
    offset += size
    return parameter
  })
}

export const loraA = (module: string): string => `${module}.lora_A.weight`
export const loraB = (module: string): string => `${module}.lora_B.weight`

function loraShapes(
  config: ModelConfig,
  { targets, rank }: Pick<LoraShape, 'targets' | 'rank'>,
): Map<string, number[]> {
  return new Map(
    loraSites(config, targets).flatMap(({ module, inFeatures, outFeatures }) => [
      [loraA(module), [rank, inFeatures]],
      [loraB(module), [outFeatures, rank]],
    ]),
  )
}
