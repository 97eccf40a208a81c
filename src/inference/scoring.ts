/** @file Jobs that read the model's probabilities instead of writing. */
import type { PreparedAdapter } from './adapters.ts'
import { InferenceError } from './errors.ts'
import type { Job } from './job.ts'

export type ScoringParts = {
  readonly tokens: readonly number[]
  readonly adapter: PreparedAdapter | undefined
  resolve(values: Float32Array): void
  reject(error: unknown): void
}

/** The log-probability of each token but the first, given those before it. */
export function scoreTokens({ tokens, adapter, resolve, reject }: ScoringParts): Job {
  const values = new Float32Array(tokens.length - 1)
  let at = 0
  return {
    prompt: tokens,
    adapter,
    wantsAll: true,
    isEnded: false,
    take(logits) {
      const normalizer = logSumExp(logits)
      const next = tokens[at + 1]
      if (next === undefined) resolve(values)
      else values[at++] = logits[next]! - normalizer
      return undefined
    },
    fail: reject,
  }
}

/** The probability of every token of the vocabulary, behind the last one. */
export function nextProbabilities({ tokens, adapter, resolve, reject }: ScoringParts): Job {
  return {
    prompt: tokens,
    adapter,
    wantsAll: false,
    isEnded: false,
    take(logits) {
      const normalizer = logSumExp(logits)
      resolve(logits.map((value) => Math.exp(value - normalizer)))
      return undefined
    },
    fail: reject,
  }
}

function logSumExp(logits: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logits.length; i++) if (logits[i]! > largest) largest = logits[i]!
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest)
  const result = largest + Math.log(sum)
  if (Number.isFinite(result)) return result
  throw new InferenceError('logits_invalid', 'the logits hold values that are not finite', {
    hint: 'Check the weights of the model and its adapter for values that are not finite.',
  })
}
