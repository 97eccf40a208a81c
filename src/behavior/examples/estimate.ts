/** @file What training takes: tokens, time and money. */
import type { Statistics } from './statistics.ts'

export type EstimateOptions = {
  /** Default 3, as in `train`. */
  epochs?: number
  /** Measured speed of the trainer; without it no time is estimated. */
  tokensPerSecond?: number
  /** Of a hosted trainer, which bills every token of every epoch. */
  pricePerMillionTokens?: number
}

export type Estimate = {
  readonly epochs: number
  /** Tokens of all examples times epochs. */
  readonly tokens: number
  readonly seconds?: number
  readonly price?: number
}

export function estimateTraining(
  { tokens: { total } }: Statistics,
  { epochs = 3, tokensPerSecond, pricePerMillionTokens }: EstimateOptions,
): Estimate {
  const tokens = total * epochs
  return {
    epochs,
    tokens,
    ...(tokensPerSecond && { seconds: tokens / tokensPerSecond }),
    ...(pricePerMillionTokens !== undefined && { price: (tokens * pricePerMillionTokens) / 1e6 }),
  }
}
