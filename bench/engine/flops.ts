/** @file How many floating-point operations a training step must do, whatever it does on top of that. */
import { type ModelConfig, weightShapes } from '../../src/models/index.ts'

export type StepSize = {
  readonly rows: number
  readonly length: number
  /** Positions whose next token is predicted. */
  readonly positions: number
  /** LoRA's rank on all linear layers; absent: all weights are trained. */
  readonly rank?: number
}

/**
 * Matrix products of the forward and the backward pass, two operations for each multiplication with an
 * addition. A frozen weight takes part in the forward product and in the one that passes the gradient on; a
 * trained one also in that of its own gradient. Attention is counted over whole rows, as it is computed.
 */
export function trainingFlops(
  config: ModelConfig,
  { rows, length, positions, rank }: StepSize,
): number {
  const tokens = rows * length
  const passes = rank === undefined ? 3 : 2
  const linear = linearLayers(config)
  const weights = linear.reduce((sum, [outputs, inputs]) => sum + outputs * inputs, 0)
  const lora = linear.reduce((sum, [outputs, inputs]) => sum + (outputs + inputs) * (rank ?? 0), 0)
  const attention = config.layerCount * 2 * length * config.headCount * config.headDim
  const head = config.vocabSize * config.hiddenSize
  return 2 * tokens * (passes * weights + 3 * lora + 3 * attention) + 2 * positions * passes * head
}

function linearLayers(config: ModelConfig): [outputs: number, inputs: number][] {
  return [...weightShapes(config)]
    .filter(([name]) => name.includes('_proj.weight'))
    .map(([, [outputs, inputs]]) => [outputs!, inputs!])
}
