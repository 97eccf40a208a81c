/** @file The graph of an encoder: a batch of texts in tokens, one vector for each out. */
import { input, type Outputs } from '../../autodiff/index.ts'
import { mapWeights } from '../mapped-weights.ts'
import { hiddenStates, pool } from './bert.ts'
import type { EncoderModel } from './weights.ts'

export type EncoderGraph = {
  /** `vectors` [batch, hidden] */
  readonly outputs: Outputs
  /** The folder that the weights are mapped from. */
  readonly weightsFolder: string
}

/**
 * Weights are constants of the graph. Inputs:
 *
 * - `tokens` int64 [batch, length], filled up with padding; `positions` int64 [length]
 * - `mask` float32 [batch, length]: 1 for a token, 0 for padding
 * - `shares` float32 [batch, length]: how much each token counts in its text's vector
 */
export async function encoderGraph(
  model: EncoderModel,
  { normalize }: { readonly normalize: boolean },
): Promise<EncoderGraph> {
  const { folder, weight } = await mapWeights(model)
  const hidden = hiddenStates(
    model.config,
    {
      tokens: input('tokens', ['batch', 'length'], 'int64'),
      positions: input('positions', ['length'], 'int64'),
      mask: input('mask', ['batch', 'length']),
    },
    (name) => weight(model.storedName(name)),
  )
  return { outputs: poolingOutputs(hidden, normalize), weightsFolder: folder }
}

/** The last step alone, for hidden states that another model computes: input `hidden` in place of tokens. */
export function poolingGraph(
  width: number,
  { normalize }: { readonly normalize: boolean },
): Outputs {
  return poolingOutputs(input('hidden', ['batch', 'length', width]), normalize)
}

function poolingOutputs(hidden: Parameters<typeof pool>[0], normalize: boolean): Outputs {
  return { vectors: pool(hidden, input('shares', ['batch', 'length']), normalize) }
}
