/** @file One generation: logits in, tokens and events out, until it ends. */
import { createTokenDecoder, type Tokenizer } from '../tokenizers/index.ts'
import type { PreparedAdapter } from './adapters.ts'
import type { CompiledConstraint } from './constraint/constraint.ts'
import type { FinishReason, GenerationEvent, ScoredToken } from './events.ts'
import type { Job } from './job.ts'
import { createSampler, type SampledToken } from './sampling.ts'
import type { SamplingOptions } from './sampling-options.ts'
import { createStopMatcher } from './stop-strings.ts'

export type GenerationSettings = {
  readonly sampling: SamplingOptions
  readonly maxTokens: number
  readonly stop: readonly string[]
  /** Write on where the model would end its turn. */
  readonly ignoreEnd: boolean
}

export type GenerationParts = {
  readonly prompt: readonly number[]
  readonly adapter: PreparedAdapter | undefined
  readonly settings: GenerationSettings
  readonly constraint: CompiledConstraint | undefined
  readonly tokenizer: Tokenizer
  readonly endTokenIds: ReadonlySet<number>
  readonly contextTokens: number
  emit(event: GenerationEvent): void
  onError(error: unknown): void
}

export type Generation = Job & {
  /** Ends with what has been written so far. */
  abort(): void
}

/** @throws InferenceError `option_invalid` */
export function createGeneration(parts: GenerationParts): Generation {
  const { prompt, settings, tokenizer, endTokenIds, emit } = parts
  const { sampling, ignoreEnd } = settings
  const sampler = createSampler(sampling, { promptTokens: prompt })
  const stops = createStopMatcher(settings.stop)
  const decoder = createTokenDecoder(tokenizer)
  const constraint = parts.constraint?.start()
  const longest = Math.min(settings.maxTokens, parts.contextTokens - prompt.length)
  const tokens: number[] = []
  let text = ''
  let cachedTokens = 0
  let isEnded = false

  const give = (piece: string): void => {
    if (piece === '') return
    text += piece
    emit({ type: 'text-delta', text: piece })
  }
  const finish = (reason: FinishReason): void => {
    give(stops.push(decoder.end()) + stops.end())
    isEnded = true
    const usage = {
      promptTokens: prompt.length,
      completionTokens: tokens.length,
      cachedTokens,
    }
    const ended = stops.stop === undefined ? reason : 'stop'
    emit({ type: 'finish', reason: ended, usage, text, tokens })
  }
  /** Why there is no next token, if so. */
  const endAfter = (token: number): FinishReason | undefined => {
    if (endTokenIds.has(token) && (!ignoreEnd || constraint)) return 'end-of-turn'
    if (stops.stop !== undefined) return 'stop'
    return tokens.length >= longest ? 'length' : undefined
  }

  return {
    prompt,
    adapter: parts.adapter,
    wantsAll: false,
    get isEnded() {
      return isEnded
    },
    begin: (cached) => {
      cachedTokens = cached
    },
    take(logits) {
      if (isEnded) return undefined
      const sampled = sampler.sample(logits, constraint?.mask())
      const { token } = sampled
      tokens.push(token)
      constraint?.accept(token)
      if (sampled.logprob !== undefined) emit(tokenEvent(tokenizer, sampled))
      give(stops.push(decoder.push(token)))
      const reason = endAfter(token)
      if (reason === undefined) return token
      finish(reason)
      return undefined
    },
    fail(error) {
      isEnded = true
      parts.onError(error)
    },
    abort() {
      if (!isEnded) finish('aborted')
    },
  }
}

function tokenEvent(
  tokenizer: Tokenizer,
  { token, logprob = 0, topLogprobs = [] }: SampledToken,
): GenerationEvent {
  const scored = (id: number, value: number): ScoredToken => ({
    id,
    text: tokenizer.decode([id]),
    logprob: value,
  })
  const top = topLogprobs.map((entry) => scored(entry.token, entry.logprob))
  return { type: 'token', ...scored(token, logprob), top }
}
