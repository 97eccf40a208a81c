/** @file Chooses the next token: penalties, temperature, top-k, top-p, min-p, and a seeded draw. */
import { mulberry32 } from '../util/random.ts'
import { InferenceError } from './errors.ts'
import { type Logprobs, logprobsOf } from './logprobs.ts'
import { createRuns } from './repeated-runs.ts'
import { checkSamplingOptions, type SamplingOptions } from './sampling-options.ts'
import { selectLargest } from './select-largest.ts'

/** The chosen token, with log-probabilities when the options ask for them. */
export type SampledToken = { token: number } & Partial<Logprobs>

/** Chooses the tokens of one output. */
export type Sampler = {
  /**
   * The next token, which then counts as part of the output. `allowed` has a bit per token (token t is bit
   * t % 32 of word t / 32); tokens without theirs are out before anything else happens. The logits stay as
   * they are.
   * @throws InferenceError `nothing_allowed`, `logits_invalid`
   */
  sample(logits: Float32Array, allowed?: Int32Array): SampledToken
  /** The probabilities that `sample` would draw from, of the tokens that it could draw. */
  distribution(logits: Float32Array, allowed?: Int32Array): Map<number, number>
}

/**
 * A sampler for the output after a prompt. The steps come in the order of Hugging Face's `generate`: bias,
 * penalties, temperature, top-k, top-p, min-p, each on what the one before has left. Among equals, smaller
 * ids come first.
 * @throws InferenceError `option_invalid`
 */
export function createSampler(
  options: SamplingOptions,
  { promptTokens }: { promptTokens: Iterable<number> },
): Sampler {
  checkSamplingOptions(options)
  const random = createRandom(options.seed)
  const history: History = { seen: new Set(promptTokens), counts: new Map() }
  const runs = createRuns(options.noRepeatNgram ?? 0)
  const weigh = (logits: Float32Array, allowed: Int32Array | undefined): Candidates => {
    const adjusted = adjust(logits, { options, history, repeated: runs.repeated() })
    const best = likeliest(adjusted, allowed)
    return options.temperature ? weighAll(adjusted, allowed, best, options) : certain(best)
  }
  return {
    sample: (logits, allowed) => {
      const token = draw(weigh(logits, allowed), random)
      history.seen.add(token)
      history.counts.set(token, (history.counts.get(token) ?? 0) + 1)
      runs.add(token)
      if (options.logprobs === undefined) return { token }
      return { token, ...logprobsOf(logits, token, options.logprobs) }
    },
    distribution: (logits, allowed) => {
      const { ids, weights, total } = weigh(logits, allowed)
      const possible = [...ids].filter((id) => weights[id]! > 0)
      return new Map(possible.map((id) => [id, weights[id]! / total]))
    },
  }
}

type History = {
  /** Tokens of prompt and output. */
  seen: Set<number>
  /** How often tokens are in the output. */
  counts: Map<number, number>
}

/** Tokens that can be drawn, with weights by token id. */
type Candidates = { ids: Int32Array; weights: Float64Array; total: number }

/** Seeds beyond 32 bits are folded, so that all of their digits count. */
function createRandom(seed: number = Math.floor(Math.random() * 2 ** 32)): () => number {
  return mulberry32(seed ^ Math.floor(seed / 2 ** 32))
}

/**
 * Working memory as long as the vocabulary. It is shared by all samplers: none of them keeps anything in it
 * from one call to the next.
 */
let scratch = allocate(0)

function allocate(size: number): { values: Float32Array; ids: Int32Array; weights: Float64Array } {
  return {
    values: new Float32Array(size),
    ids: new Int32Array(size),
    weights: new Float64Array(size),
  }
}

function scratchFor(size: number): typeof scratch {
  if (scratch.ids.length < size) scratch = allocate(size)
  return scratch
}

/** Puts a logit behind all others, but not out: a constraint may leave nothing else. */
const LAST = 1e6

type Adjustment = { options: SamplingOptions; history: History; repeated: Iterable<number> }

/** The logits with bias and penalties; the given array itself when there are none. */
function adjust(logits: Float32Array, { options, history, repeated }: Adjustment): Float32Array {
  const { logitBias, repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0 } = options
  const isPlain =
    repetitionPenalty === 1 &&
    presencePenalty === 0 &&
    frequencyPenalty === 0 &&
    !options.noRepeatNgram
  if (isPlain && !logitBias?.size) return logits
  const values = scratchFor(logits.length).values.subarray(0, logits.length)
  values.set(logits)
  // Writing behind the end of a typed array does nothing, so ids beyond the logits need no care.
  for (const [id, bias] of logitBias ?? []) values[id]! += bias
  if (repetitionPenalty !== 1) {
    for (const id of history.seen) {
      const value = values[id]!
      values[id] = value < 0 ? value * repetitionPenalty : value / repetitionPenalty
    }
  }
  for (const [id, count] of history.counts)
    values[id]! -= presencePenalty + frequencyPenalty * count
  for (const id of repeated) values[id]! -= LAST
  return values
}

const isAllowed = (allowed: Int32Array | undefined, id: number): boolean =>
  allowed === undefined || (allowed[id >> 5]! & (1 << (id & 31))) !== 0

/** The allowed token with the largest value. */
function likeliest(values: Float32Array, allowed: Int32Array | undefined): number {
  let best = -1
  let largest = Number.NEGATIVE_INFINITY
  for (let id = 0; id < values.length; id++) {
    if (!isAllowed(allowed, id)) continue
    const value = values[id]!
    if (value > largest) {
      largest = value
      best = id
    }
    // NaN and infinity fail this comparison.
    if (!(value < Number.POSITIVE_INFINITY)) throw invalidLogit(id, value)
  }
  if (best !== -1) return best
  throw new InferenceError('nothing_allowed', `none of ${values.length} tokens may come next`, {
    hint: 'Check that the vocabulary has every byte that the constraint needs.',
  })
}

function invalidLogit(id: number, value: number): InferenceError {
  return new InferenceError('logits_invalid', `the logit of token ${id} is ${value}`, {
    hint: 'Check the weights of the model and its adapter for values that are not finite.',
  })
}

const certain = (id: number): Candidates => {
  const { weights } = scratchFor(id + 1)
  weights[id] = 1
  return { ids: Int32Array.of(id), weights, total: 1 }
}

/** Temperature, top-k, top-p and min-p. Weights are probabilities relative to the likeliest token's. */
function weighAll(
  values: Float32Array,
  allowed: Int32Array | undefined,
  best: number,
  { temperature = 0, topK = 0, topP = 1, minP = 0 }: SamplingOptions,
): Candidates {
  const { ids, weights } = scratchFor(values.length)
  let count = 0
  for (let id = 0; id < values.length; id++) if (isAllowed(allowed, id)) ids[count++] = id
  if (topK > 0 && topK < count) count = selectLargest({ ids, values }, count, topK)

  const largest = values[best]!
  for (let i = 0; i < count; i++) {
    const id = ids[i]!
    weights[id] = Math.exp((values[id]! - largest) / temperature)
  }
  if (topP < 1) {
    const total = sumOf(ids.subarray(0, count), weights)
    // Tokens so light that all of them together cannot matter need not be ranked; half of that is safe
    // from rounding.
    count = keepHeavy(ids, count, weights, ((1 - topP) * total) / (2 * count))
    // Even for a topP of 0, one token is needed.
    count = selectLargest({ ids, values, weights }, count, Math.max(topP * total, Number.MIN_VALUE))
  }
  if (minP > 0) count = keepHeavy(ids, count, weights, minP)
  const kept = ids.subarray(0, count)
  return { ids: kept, weights, total: sumOf(kept, weights) }
}

function sumOf(ids: Int32Array, weights: Float64Array): number {
  let sum = 0
  for (let i = 0; i < ids.length; i++) sum += weights[ids[i]!]!
  return sum
}

/** Moves ids of at least this weight to the front, in their order, and returns how many they are. */
function keepHeavy(ids: Int32Array, count: number, weights: Float64Array, least: number): number {
  let kept = 0
  for (let i = 0; i < count; i++) {
    const id = ids[i]!
    if (weights[id]! >= least) ids[kept++] = id
  }
  return kept
}

function draw({ ids, weights, total }: Candidates, random: () => number): number {
  let rest = random() * total
  for (let i = 0; i < ids.length; i++) {
    rest -= weights[ids[i]!]!
    if (rest < 0) return ids[i]!
  }
  // Rounding may leave a rest: it belongs to the last token with any weight.
  return ids.findLast((id) => weights[id]! > 0)!
}
