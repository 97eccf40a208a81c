/** @file A model folder, opened for generation. */
import {
  type LoraAdapter,
  type ModelConfig,
  readModelConfig,
  type WeightPrecision,
} from '../models/index.ts'
import type { Provider } from '../onnx/index.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { InferenceError } from './errors.ts'
import { createEventQueue } from './event-queue.ts'
import type { FinishReason, GenerationEvent, GenerationUsage, ScoredToken } from './events.ts'
import { assertPrompt, type GenerateOptions, toRequest } from './generate-options.ts'
import type { Requests, WorkerData } from './messages.ts'
import { startWorker, type WorkerClient } from './worker-client.ts'

type Client = WorkerClient<Requests, GenerationEvent>

export type LocalModelOptions = {
  /** `q8` holds the weights in 8 bits: a quarter of the memory, and twice as fast. Default `f32`. */
  readonly precision?: WeightPrecision
  /** Where to run. Default `cpu`. */
  readonly provider?: Provider
  /** Default: one per physical core. */
  readonly threads?: number
  /** How many requests are computed together; others wait. Default 8. */
  readonly maxBatch?: number
  /** Longest prompt and answer together. Default: what the model was made for, at most 4096. */
  readonly contextTokens?: number
  /** PEFT folders, or adapters in memory, by name. More can be loaded later. */
  readonly adapters?: Readonly<Record<string, string | LoraAdapter>>
}

export type Completion = {
  readonly text: string
  readonly tokens: readonly number[]
  readonly finishReason: FinishReason
  readonly usage: GenerationUsage
  /** With the option `logprobs`: of each token, and of the likeliest ones in its place. */
  readonly logprobs?: readonly (ScoredToken & { readonly top: readonly ScoredToken[] })[]
}

export type ScoreOptions = {
  /** The name of a loaded adapter. Default: the model as it is. */
  readonly adapter?: string
}

export type LocalModel = {
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly contextTokens: number
  /**
   * Writes on from a prompt. Starts when the iteration does; leaving the iteration aborts. An aborted
   * `signal` ends it with the reason `aborted`.
   * @throws InferenceError, TokenizerError or EngineError, while iterating
   */
  generate(options: GenerateOptions): AsyncIterable<GenerationEvent>
  /** The same, collected. */
  complete(options: GenerateOptions): Promise<Completion>
  /** The log-probability of each token but the first, given those before it. */
  logProbs(tokens: readonly number[], options?: ScoreOptions): Promise<Float32Array>
  /** The probability of every token of the vocabulary behind `tokens`. */
  nextTokenProbabilities(tokens: readonly number[], options?: ScoreOptions): Promise<Float32Array>
  /**
   * Loads a PEFT folder, or takes an adapter in memory, under a name; replaces one that has it. Requests
   * under way finish with the adapter that they began with.
   * @throws InferenceError `adapter_mismatch`; ModelFormatError
   */
  loadAdapter(name: string, adapter: string | LoraAdapter): Promise<void>
  unloadAdapter(name: string): Promise<void>
  /** Names of the loaded adapters. */
  adapters(): string[]
  /** Rejects what is under way and frees the model. */
  close(): Promise<void>
}

const largestDefaultContext = 4096

/**
 * Opens a Hugging Face folder for generation, in a thread of its own: ONNX Runtime computes on the thread
 * that calls it.
 * @throws ModelFormatError, TokenizerError, EngineError or InferenceError, as the folder has it.
 */
export async function openLocalModel(
  folder: string,
  options: LocalModelOptions = {},
): Promise<LocalModel> {
  // In turn, so that a folder with several faults always names the same one.
  const config = await readModelConfig(folder)
  const tokenizer = await loadTokenizer(folder)
  const { precision = 'f32', provider = 'cpu', threads, maxBatch = 8 } = options
  const contextTokens = contextOf(config, options.contextTokens)
  assertCount('maxBatch', maxBatch)
  const data: WorkerData = {
    folder,
    precision,
    provider,
    threads,
    maxBatch,
    contextTokens,
    adapters: options.adapters !== undefined,
  }
  const client: Client = await startWorker({
    file: new URL('./inference-worker.ts', import.meta.url),
    data,
    hint: 'open the model again with a smaller maxBatch or contextTokens, or as "q8".',
  })
  const model = createLocalModel(client, { config, tokenizer, contextTokens })
  try {
    for (const [name, adapter] of Object.entries(options.adapters ?? {}))
      await model.loadAdapter(name, adapter)
  } catch (error) {
    await model.close()
    throw error
  }
  return model
}

function createLocalModel(
  client: Client,
  parts: Pick<LocalModel, 'config' | 'tokenizer' | 'contextTokens'>,
): LocalModel {
  const { vocabSize } = parts.config
  const limits = { ...parts, vocabSize }
  const loaded = new Set<string>()

  async function* generate(options: GenerateOptions): AsyncGenerator<GenerationEvent> {
    const request = toRequest(options, limits)
    const queue = createEventQueue<GenerationEvent>()
    const { id, done } = client.send('generate', request, queue.push)
    done.then(() => queue.end(), queue.end)
    let isOver = false
    const abort = (): void => {
      // The model may have been closed meanwhile, which ends everything anyway.
      if (!isOver) client.send('abort', { target: id }).done.catch(() => undefined)
    }
    options.signal?.addEventListener('abort', abort)
    if (options.signal?.aborted) abort()
    try {
      for await (const event of queue) {
        isOver = event.type === 'finish'
        yield event
      }
      isOver = true
    } finally {
      abort()
      options.signal?.removeEventListener('abort', abort)
    }
  }

  const scored = async (
    type: 'score' | 'predict',
    tokens: readonly number[],
    { adapter }: ScoreOptions = {},
  ): Promise<Float32Array> => {
    assertPrompt(tokens, limits, { reserved: 0 })
    return await client.send(type, { tokens, adapter }).done
  }

  return {
    ...parts,
    generate,
    complete: (options) => collect(generate(options)),
    logProbs: (tokens, options) => scored('score', tokens, options),
    nextTokenProbabilities: (tokens, options) => scored('predict', tokens, options),
    async loadAdapter(name, adapter) {
      await client.send('loadAdapter', { name, adapter }).done
      loaded.add(name)
    },
    async unloadAdapter(name) {
      await client.send('unloadAdapter', { name }).done
      loaded.delete(name)
    },
    adapters: () => [...loaded],
    close: client.close,
  }
}

async function collect(events: AsyncIterable<GenerationEvent>): Promise<Completion> {
  const logprobs: (ScoredToken & { top: readonly ScoredToken[] })[] = []
  for await (const event of events) {
    if (event.type === 'token') {
      const { type: _, ...token } = event
      logprobs.push(token)
    }
    if (event.type === 'finish') {
      const { reason: finishReason, text, tokens, usage } = event
      return { text, tokens, finishReason, usage, ...(logprobs.length > 0 && { logprobs }) }
    }
  }
  throw new Error('internal: a generation ended without saying why')
}

function contextOf({ maxPositions }: ModelConfig, wanted?: number): number {
  const tokens = wanted ?? Math.min(maxPositions, largestDefaultContext)
  assertCount('contextTokens', tokens)
  if (tokens <= maxPositions) return tokens
  throw new InferenceError(
    'option_invalid',
    `contextTokens is ${tokens}, the model was made for ${maxPositions}`,
    { hint: `Give contextTokens up to ${maxPositions}, or leave it out.` },
  )
}

function assertCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new InferenceError('option_invalid', `${name} is ${value}`, {
    hint: `Give ${name} a whole number from 1, or leave it out.`,
  })
}
