/** @file A LoRA adapter as numbers, whatever file it came from. */

export type LoraModule = {
  /** The adapted layer by its Hugging Face path, such as `model.layers.0.self_attn.q_proj`. */
  module: string
  rank: number
  alpha: number
  inFeatures: number
  outFeatures: number
  /** [rank, inFeatures] */
  a: Float32Array
  /** [outFeatures, rank] */
  b: Float32Array
}

export type LoraAdapter = {
  rank: number
  alpha: number
  dropout: number
  /** Rank-stabilised: the product is scaled by alpha/sqrt(rank) instead of alpha/rank. */
  rankStabilized: boolean
  /** Short names of the adapted layers, such as `q_proj`. */
  targetModules: string[]
  baseModel?: string
  modules: LoraModule[]
}

/** The factor in front of B·A for one module. */
export function loraScale(
  { rank, alpha }: { rank: number; alpha: number },
  rankStabilized: boolean,
): number {
  return alpha / (rankStabilized ? Math.sqrt(rank) : rank)
}
