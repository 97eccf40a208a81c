/** @file What a generation reports, piece by piece. */

export type FinishReason =
  /** The model ended its turn. */
  | 'end-of-turn'
  /** A stop string was written; the text ends before it. */
  | 'stop'
  /** `maxTokens` or the end of the context was reached. */
  | 'length'
  | 'aborted'

export type GenerationUsage = {
  readonly promptTokens: number
  /** Tokens that the model wrote, the one that ended its turn included. */
  readonly completionTokens: number
  /** Tokens of the prompt that were still in the cache and not computed again. */
  readonly cachedTokens: number
}

export type ScoredToken = {
  readonly id: number
  /** The token alone; part of a character is U+FFFD. */
  readonly text: string
  readonly logprob: number
}

export type GenerationEvent =
  /** Text that is certain: whole characters, and no part of a stop string. */
  | { readonly type: 'text-delta'; readonly text: string }
  /** With `logprobs`: each token as soon as it is chosen, and the likeliest ones in its place. */
  | ({ readonly type: 'token'; readonly top: readonly ScoredToken[] } & ScoredToken)
  | {
      readonly type: 'finish'
      readonly reason: FinishReason
      readonly usage: GenerationUsage
      /** The whole text. */
      readonly text: string
      readonly tokens: readonly number[]
    }
