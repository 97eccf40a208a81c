/** @file The encoder as its thread runs it: texts in, vectors out, a batch at a time. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type EmbeddingSettings, readEmbeddingSettings } from '../../models/index.ts'
import { loadTokenizer, type Tokenizer } from '../../tokenizers/index.ts'
import { InferenceError } from '../errors.ts'
import { batchesByLength } from './batches.ts'
import type { EmbedRequest, EncoderData, EncoderDescription } from './encoder-messages.ts'
import { openOnnxFile, openWeights, type Runner } from './runner.ts'
import { createTaskQueue } from './task-queue.ts'
import { createTextTokens } from './text-tokens.ts'

export type EncoderEngine = {
  readonly description: EncoderDescription
  embed(request: EmbedRequest, signal: AbortSignal): Promise<Float32Array[]>
  close(): Promise<void>
}

/** Tokens of a batch. Larger ones are slower (they leave the cache), and an urgent text waits for one at most. */
const BATCH_TOKENS = 1024

/** For an ONNX file in a folder that does not say. */
const DEFAULT_MAX_TOKENS = 512

export async function openEncoderEngine(data: EncoderData): Promise<EncoderEngine> {
  const { folder } = data
  const [stored, tokenizer] = await Promise.all([
    readEmbeddingSettings(folder),
    loadTokenizer(folder),
  ])
  const settings = overridden(stored, data)
  const runner = await openRunner(data, settings)
  try {
    const maxTokens = limitOf(settings, runner, data.maxTokens)
    assertVocabulary(tokenizer, runner)
    const tokensOf = createTextTokens(tokenizer, { ...settings, maxTokens })
    const fingerprint = await fingerprintOf(folder, runner.files, { ...settings, maxTokens })
    const queue = createTaskQueue()
    return {
      description: { dimensions: runner.dimensions, maxTokens, fingerprint },
      async embed({ texts, kind }, signal) {
        const ids = texts.map((text) => tokensOf(settings.prefixes[kind] + text))
        const vectors = new Array<Float32Array>(texts.length)
        const batches = batchesByLength(
          ids.map(({ length }) => length),
          BATCH_TOKENS,
        )
        const tasks = batches.map((batch) => async () => {
          const results = await runner.encode(batch.map((text) => ids[text]!))
          for (const [i, text] of batch.entries()) vectors[text] = results[i]!
        })
        await queue.run(tasks, { isUrgent: kind === 'query', signal })
        return vectors
      },
      close: () => runner.close(),
    }
  } catch (error) {
    await runner.close()
    throw error
  }
}

function overridden(stored: EmbeddingSettings, data: EncoderData): EmbeddingSettings {
  return {
    ...stored,
    pooling: data.pooling ?? stored.pooling,
    normalize: data.normalize ?? stored.normalize,
    prefixes: { ...stored.prefixes, ...data.prefixes },
  }
}

/** The named ONNX file; else the safetensors; else the ONNX file in the place where it usually is. */
async function openRunner(
  { folder, onnxFile, threads, provider }: EncoderData,
  settings: EmbeddingSettings,
): Promise<Runner> {
  const options = { ...settings, threads, provider }
  if (onnxFile !== undefined) return await openOnnxFile(path.join(folder, onnxFile), options)
  const hasWeights = ['model.safetensors', 'model.safetensors.index.json'].some((name) =>
    existsSync(path.join(folder, name)),
  )
  const usual = path.join(folder, 'onnx', 'model.onnx')
  return !hasWeights && existsSync(usual)
    ? await openOnnxFile(usual, options)
    : await openWeights(folder, options)
}

function limitOf(
  { maxTokens = DEFAULT_MAX_TOKENS }: EmbeddingSettings,
  { maxPositions = Number.POSITIVE_INFINITY }: Runner,
  wanted?: number,
): number {
  if (wanted === undefined) return Math.min(maxTokens, maxPositions)
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= maxPositions) return wanted
  throw new InferenceError(
    'option_invalid',
    `maxTokens is ${wanted}, the encoder has ${maxPositions} positions`,
    { hint: `Give maxTokens a whole number from 1 to ${maxPositions}, or leave it out.` },
  )
}

function assertVocabulary(tokenizer: Tokenizer, { vocabSize }: Runner): void {
  if (vocabSize === undefined || tokenizer.vocabSize <= vocabSize) return
  throw new InferenceError(
    'tokenizer_mismatch',
    `the tokenizer has ${tokenizer.vocabSize} tokens, the encoder has embeddings for ${vocabSize}`,
    { hint: 'Take tokenizer.json and the weights from the same model.' },
  )
}

/** The same for the same weights and settings, wherever the folder is. */
async function fingerprintOf(
  folder: string,
  files: readonly string[],
  settings: EmbeddingSettings,
): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) await pipeline(createReadStream(file), hash, { end: false })
  hash.update(await readFile(path.join(folder, 'tokenizer.json')))
  const { pooling, normalize, lowercase, maxTokens, prefixes } = settings
  const { query, document } = prefixes
  hash.update(JSON.stringify([pooling, normalize, lowercase, maxTokens, query, document]))
  return hash.digest('hex')
}
