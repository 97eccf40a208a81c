/** @file The angles of rotary position embeddings, with the scalings that the Llama family uses. */
import { constant, type Tensor } from '../../autodiff/index.ts'
import type { ModelConfig, RopeScaling } from '../formats/index.ts'

export type AngleTables = {
  /** [positions, headDim / 2] */
  readonly cos: Tensor
  readonly sin: Tensor
}

/** Cosines and sines for positions 0 to `positions` - 1, as constants. */
export function angleTables(config: ModelConfig, positions: number): AngleTables {
  const frequencies = rotaryFrequencies(config)
  const shape = [positions, frequencies.length]
  const table = (value: (angle: number) => number): Tensor =>
    constant(
      'float32',
      shape,
      // transformers computes the angle in single precision; at position 10,000 that shows.
      Float32Array.from({ length: positions * frequencies.length }, (_, i) => {
        const position = Math.floor(i / frequencies.length)
        return value(Math.fround(position * frequencies[i % frequencies.length]!))
      }),
    )
  return { cos: table(Math.cos), sin: table(Math.sin) }
}

/** Radians per position of each pair of a head: theta^(-2i/headDim), then scaled. */
function rotaryFrequencies({ headDim, rope }: ModelConfig): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) =>
    scaled(rope.theta ** ((-2 * i) / headDim), rope.scaling),
  )
}

function scaled(frequency: number, scaling: RopeScaling | undefined): number {
  if (!scaling) return frequency
  if (scaling.type === 'linear') return frequency / scaling.factor
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = scaling
  const turns = (originalMaxPositions * frequency) / (2 * Math.PI)
  // Between the two borders the unscaled and the stretched frequency are mixed.
  const share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
  const kept = Math.min(1, Math.max(0, share))
  return frequency * (kept + (1 - kept) / factor)
}
