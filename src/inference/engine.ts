/** @file The model, its adapters and the requests on it, as the worker runs them. */
import { type LoraAdapter, openLanguageModel, readPeftAdapter } from '../models/index.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { type PreparedAdapter, prepareAdapter } from './adapters.ts'
import {
  type ConstraintCompiler,
  type ConstraintSpec,
  createConstraintCompiler,
} from './constraint/constraint.ts'
import { openDecoder } from './decoder.ts'
import { endTokenIds } from './end-tokens.ts'
import { InferenceError } from './errors.ts'
import type { GenerationEvent } from './events.ts'
import { createGeneration } from './generation.ts'
import type { Job } from './job.ts'
import type { GenerateRequest, Requests, ScoreRequest, WorkerData } from './messages.ts'
import { createScheduler } from './scheduler.ts'
import { nextProbabilities, type ScoringParts, scoreTokens } from './scoring.ts'

export type Engine = {
  /** Resolves when the generation has ended; until then `abort` ends it. */
  generate(
    request: GenerateRequest,
    emit: (event: GenerationEvent) => void,
  ): { readonly done: Promise<undefined>; abort(): void }
  score(request: ScoreRequest): Promise<Float32Array>
  predict(request: ScoreRequest): Promise<Float32Array>
  loadAdapter(request: Requests['loadAdapter']['request']): Promise<undefined>
  unloadAdapter(request: Requests['unloadAdapter']['request']): Promise<undefined>
  /** Frees the model once the step under way is done. */
  close(): Promise<undefined>
}

export async function openEngine(data: WorkerData): Promise<Engine> {
  const { folder, contextTokens, maxBatch } = data
  const tokenizer = await loadTokenizer(folder)
  const model = await openLanguageModel(folder)
  const { config } = model
  assertTokenizerFits(tokenizer, config.vocabSize)
  const ends = await endTokenIds(folder, config, tokenizer)
  const decoder = await openDecoder(model, data)
  const scheduler = createScheduler(decoder, { maxBatch })
  const adapters = new Map<string, PreparedAdapter>()
  const constraints = lazyConstraints(tokenizer, config.vocabSize, ends)

  const find = (name: string | undefined): PreparedAdapter | undefined => {
    if (name === undefined) return undefined
    const adapter = adapters.get(name)
    if (!adapter) throw adapterMissing(name, adapters)
    return adapter
  }
  const run = (job: (parts: ScoringParts) => Job, { tokens, adapter }: ScoreRequest) =>
    new Promise<Float32Array>((resolve, reject) =>
      scheduler.submit(job({ tokens, adapter: find(adapter), resolve, reject })),
    )

  return {
    generate({ prompt, adapter, settings, constraint }, emit) {
      const { promise: done, resolve, reject } = Promise.withResolvers<undefined>()
      const generation = createGeneration({
        prompt,
        adapter: find(adapter),
        settings,
        constraint: constraint && constraints(constraint),
        tokenizer,
        endTokenIds: ends,
        contextTokens,
        emit(event) {
          emit(event)
          if (event.type === 'finish') resolve(undefined)
        },
        onError: reject,
      })
      scheduler.submit(generation)
      return { done, abort: generation.abort }
    },
    score: (request) => run(scoreTokens, request),
    predict: (request) => run(nextProbabilities, request),
    loadAdapter: ({ name, adapter }) =>
      scheduler.between(async () => {
        const read = await readAdapter(adapter)
        await decoder.enableAdapters()
        adapters.set(name, prepareAdapter(name, read, decoder.adapterGroups))
        return undefined
      }),
    async unloadAdapter({ name }) {
      find(name)
      adapters.delete(name)
      return undefined
    },
    close: () =>
      scheduler.between(async () => {
        await decoder.close()
        await model.close()
        return undefined
      }),
  }
}

async function readAdapter(adapter: string | LoraAdapter): Promise<LoraAdapter> {
  return typeof adapter === 'string' ? await readPeftAdapter(adapter) : adapter
}

/** Most models are never asked for constrained output, which needs its own view of the vocabulary. */
function lazyConstraints(
  tokenizer: Tokenizer,
  vocabSize: number,
  ends: ReadonlySet<number>,
): (spec: ConstraintSpec) => ReturnType<ConstraintCompiler['compile']> {
  let compiler: ConstraintCompiler | undefined
  return (spec) => {
    compiler ??= createConstraintCompiler(tokenizer, { vocabSize, endTokenIds: [...ends] })
    return compiler.compile(spec)
  }
}

function assertTokenizerFits(tokenizer: Tokenizer, vocabSize: number): void {
  if (tokenizer.vocabSize <= vocabSize) return
  throw new InferenceError(
    'tokenizer_mismatch',
    `the tokenizer has ${tokenizer.vocabSize} tokens, the model ${vocabSize}`,
    { hint: 'Take tokenizer.json and the weights from the same model.' },
  )
}

function adapterMissing(name: string, adapters: ReadonlyMap<string, unknown>): InferenceError {
  const loaded = [...adapters.keys()].join(', ') || 'none'
  return new InferenceError(
    'adapter_missing',
    `no adapter "${name}" is loaded (loaded: ${loaded})`,
    { hint: 'Load it first with loadAdapter.' },
  )
}
