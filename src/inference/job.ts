/** @file What the scheduler computes for: a generation, or the scoring of a text. */
import type { PreparedAdapter } from './adapters.ts'

export type Job = {
  readonly prompt: readonly number[]
  readonly adapter: PreparedAdapter | undefined
  /** Whether `take` wants the logits after each token of the prompt, not just after the last. */
  readonly wantsAll: boolean
  /** Nothing more is wanted; may become true at any time. */
  readonly isEnded: boolean
  /** Called when the prompt is about to be computed, all but the tokens that the cache still holds. */
  begin?(cachedTokens: number): void
  /** Takes the logits of the next token and returns it, or undefined when nothing more is wanted. */
  take(logits: Float32Array): number | undefined
  fail(error: unknown): void
}
