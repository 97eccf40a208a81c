/** @file Fixed probes, the log-probabilities that a model gives them, and how far two models are apart. */
import { type LocalModel, openLocalModel } from '../../inference/index.ts'
import { type LoraAdapter, readModelConfig } from '../../models/index.ts'
import { renderChat, type Tokenizer, TokenizerError } from '../../tokenizers/index.ts'
import { mulberry32 } from '../../util/random.ts'

/** What the engine is to run: a model folder, and a PEFT folder or an adapter in memory. */
export type Runnable = { readonly model: string; readonly adapter?: string | LoraAdapter }

/** Of each probe: its tokens, and the log-probability of each but the first. */
export type Scores = readonly { readonly tokens: number[]; readonly logProbs: Float32Array }[]

/** Four rows of random tokens meet 256 different ones at most; the texts are as a model is used. */
const RANDOM_PROBES = 4
const PROBE_TOKENS = 64
/** Texts are cut there: a long context costs memory and shows nothing more. */
const LONGEST_PROBE = 128
const SEED = 20_240_229

const texts = [
  'The meeting room on the second floor has up to twelve seats, a screen and a whiteboard.',
  'Refunds take 5 to 7 working days; for orders above 1,000 EUR please call +49 30 1234-0.',
  '{"id": 7, "tags": ["a", "b"], "note": null}\n\n- naïve café, 東京, Ωμέγα\n',
]

const conversation = [
  { role: 'user', content: 'How long does a refund take?' },
  { role: 'assistant', content: 'Five to seven working days.' },
  { role: 'user', content: 'And for large orders?' },
]

/** Scores of the model with its adapter; and of the model alone, where `alone` asks for them. */
export async function score(
  { model: folder, adapter }: Runnable,
  { alone = false, signal }: { alone?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<{ scores: Scores; alone?: Scores }> {
  const { maxPositions } = await readModelConfig(folder)
  const model = await openLocalModel(folder, {
    contextTokens: Math.min(maxPositions, LONGEST_PROBE),
    ...(adapter !== undefined && { adapters: { exported: adapter } }),
    maxBatch: 1,
  })
  try {
    const scores = await scoreProbes(
      model,
      adapter === undefined ? {} : { adapter: 'exported' },
      signal,
    )
    return { scores, ...(alone && { alone: await scoreProbes(model, {}, signal) }) }
  } finally {
    await model.close()
  }
}

/** The largest difference between two log-probabilities; infinite where the tokens differ. */
export function largestDifference(left: Scores, right: Scores): number {
  let largest = left.length === right.length ? 0 : Number.POSITIVE_INFINITY
  for (const [i, { tokens, logProbs }] of left.entries()) {
    const other = right[i]
    if (other === undefined || other.tokens.join() !== tokens.join())
      return Number.POSITIVE_INFINITY
    for (const [at, value] of logProbs.entries())
      largest = Math.max(largest, Math.abs(value - other.logProbs[at]!))
  }
  return largest
}

async function scoreProbes(
  model: LocalModel,
  options: { adapter?: string },
  signal: AbortSignal | undefined,
): Promise<Scores> {
  const scores: { tokens: number[]; logProbs: Float32Array }[] = []
  for (const tokens of probes(model)) {
    signal?.throwIfAborted()
    scores.push({ tokens, logProbs: await model.logProbs(tokens, options) })
  }
  return scores
}

/** Made with the model's own tokenizer: one that was exported wrongly makes other tokens. */
function probes({ tokenizer, config, contextTokens }: LocalModel): number[][] {
  const next = mulberry32(SEED)
  const random = Array.from({ length: RANDOM_PROBES }, () =>
    Array.from({ length: Math.min(PROBE_TOKENS, contextTokens) }, () =>
      Math.floor(next() * config.vocabSize),
    ),
  )
  const written = [...texts.map((text) => tokenizer.encode(text)), ...chatProbe(tokenizer)]
  return [
    ...random,
    ...written.filter((tokens) => tokens.every((id) => id < config.vocabSize)),
  ].map((tokens) => tokens.slice(0, contextTokens))
}

/** Base models have no chat template, and some templates refuse some conversations. */
function chatProbe(tokenizer: Tokenizer): number[][] {
  try {
    return [renderChat(tokenizer, conversation).tokens]
  } catch (error) {
    if (error instanceof TokenizerError) return []
    throw error
  }
}
