/** @file What turns a batch of tokens into vectors: our graph over safetensors, or an ONNX file as it is. */
import { existsSync } from 'node:fs'
import { compile } from '../../autodiff/index.ts'
import {
  type EmbeddingSettings,
  encoderGraph,
  openEncoderModel,
  type Pooling,
  poolingGraph,
} from '../../models/index.ts'
import {
  createSession,
  type Provider,
  type Session,
  type TensorData,
  tensorData,
} from '../../onnx/index.ts'
import { InferenceError } from '../errors.ts'

export type Runner = {
  readonly dimensions: number
  /** Rows of the embedding table and of the position table, where they are known. */
  readonly vocabSize?: number
  readonly maxPositions?: number
  /** The files that hold the weights; ONNX may keep those of large models beside its own file. */
  readonly files: readonly string[]
  /** One vector per text of a batch. */
  encode(batch: readonly (readonly number[])[]): Promise<Float32Array[]>
  close(): Promise<void>
}

export type RunnerOptions = Pick<EmbeddingSettings, 'pooling' | 'normalize'> & {
  readonly threads: number | undefined
  readonly provider: Provider
}

/** Runs a folder's safetensors. @throws ModelFormatError or EngineError */
export async function openWeights(folder: string, options: RunnerOptions): Promise<Runner> {
  const model = await openEncoderModel(folder)
  try {
    const { outputs, weightsFolder } = await encoderGraph(model, options)
    const session = await compile(outputs, { ...sessionOptions(options), weightsFolder })
    const { hiddenSize, vocabSize, maxPositions } = model.config
    return {
      dimensions: hiddenSize,
      vocabSize,
      maxPositions,
      files: [...new Set([...model.weights.tensors.values()].map(({ path }) => path))],
      async encode(batch) {
        const { shape, tokens, mask, positions } = padded(batch)
        const { vectors } = await session.run({
          tokens,
          positions,
          mask: tensorData('float32', shape, Float32Array.from(mask.data, Number)),
          shares: sharesOf(batch, shape, options.pooling),
        })
        return rowsOf(vectors!)
      },
      close: () => session.close(),
    }
  } finally {
    await model.close()
  }
}

/**
 * Runs an ONNX file as exported by Optimum or sentence-transformers: what it gives for each token is
 * pooled here, unless it gives nothing but vectors of whole texts.
 * @throws EngineError, InferenceError `encoder_unsupported`
 */
export async function openOnnxFile(file: string, options: RunnerOptions): Promise<Runner> {
  const session = await createSession(file, sessionOptions(options))
  try {
    const output = outputOf(session, file)
    assertInputs(session, file)
    const first = await session.run(onnxFeeds(session, padded([[0]])))
    const dimensions = first[output.name]!.shape.at(-1)!
    const pooling = output.isPooled
      ? undefined
      : await compile(poolingGraph(dimensions, options), { threads: 1 })
    return {
      dimensions,
      files: [file, `${file}_data`, `${file}.data`].filter(existsSync),
      async encode(batch) {
        const inputs = padded(batch)
        const hidden = (await session.run(onnxFeeds(session, inputs)))[output.name]!
        if (!pooling) return rowsOf(hidden)
        const shares = sharesOf(batch, inputs.shape, options.pooling)
        return rowsOf((await pooling.run({ hidden, shares })).vectors!)
      },
      async close() {
        await pooling?.close()
        await session.close()
      },
    }
  } catch (error) {
    await session.close()
    throw error
  }
}

function sessionOptions({ threads, provider }: RunnerOptions): {
  threads?: number
  provider: Provider
} {
  return { provider, ...(threads !== undefined && { threads }) }
}

type Padded = {
  readonly shape: readonly [batch: number, length: number]
  readonly tokens: TensorData<'int64'>
  readonly mask: TensorData<'int64'>
  readonly positions: TensorData<'int64'>
}

/** Texts filled up with token 0, which nothing looks at. */
function padded(batch: readonly (readonly number[])[]): Padded {
  const length = Math.max(...batch.map((ids) => ids.length))
  const shape = [batch.length, length] as const
  const tokens = new BigInt64Array(batch.length * length)
  const mask = new BigInt64Array(batch.length * length)
  for (const [row, ids] of batch.entries()) {
    for (const [i, id] of ids.entries()) tokens[row * length + i] = BigInt(id)
    mask.fill(1n, row * length, row * length + ids.length)
  }
  const positions = BigInt64Array.from({ length }, (_, i) => BigInt(i))
  return {
    shape,
    tokens: tensorData('int64', shape, tokens),
    mask: tensorData('int64', shape, mask),
    positions: tensorData('int64', [length], positions),
  }
}

/** How much each token of a text counts in its vector. */
const shareOf: Record<Pooling, (position: number, length: number) => number> = {
  mean: (_, length) => 1 / length,
  cls: (position) => Number(position === 0),
}

function sharesOf(
  batch: readonly (readonly number[])[],
  shape: Padded['shape'],
  pooling: Pooling,
): TensorData<'float32'> {
  const shares = new Float32Array(shape[0] * shape[1])
  for (const [row, ids] of batch.entries())
    for (let i = 0; i < ids.length; i++)
      shares[row * shape[1] + i] = shareOf[pooling](i, ids.length)
  return tensorData('float32', shape, shares)
}

/** Copies, because a view would bring the whole batch along to another thread. */
function rowsOf({ shape, data }: TensorData): Float32Array[] {
  const [rows, width] = shape as readonly [number, number]
  const values = data as Float32Array
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width))
}

/** The inputs that exported encoders have. A single text is all of type 0. */
const onnxInputs: Record<string, (inputs: Padded) => TensorData> = {
  input_ids: ({ tokens }) => tokens,
  attention_mask: ({ mask }) => mask,
  token_type_ids: ({ shape, tokens }) =>
    tensorData('int64', shape, new BigInt64Array(tokens.data.length)),
}

function onnxFeeds({ inputs }: Session, batch: Padded): Record<string, TensorData> {
  return Object.fromEntries(inputs.map(({ name }) => [name, onnxInputs[name]!(batch)]))
}

function assertInputs({ inputs }: Session, file: string): void {
  const unknown = inputs.find(({ name }) => onnxInputs[name] === undefined)
  if (!unknown) return
  throw new InferenceError('encoder_unsupported', `${file} has an input "${unknown.name}"`, {
    hint: `Export an encoder of texts, whose inputs are among ${Object.keys(onnxInputs).join(', ')}.`,
  })
}

const hiddenOutputs = ['last_hidden_state', 'token_embeddings']
const pooledOutput = 'sentence_embedding'

function outputOf({ outputs }: Session, file: string): { name: string; isPooled: boolean } {
  const names = outputs.map(({ name }) => name)
  const hidden = hiddenOutputs.find((name) => names.includes(name))
  if (hidden !== undefined) return { name: hidden, isPooled: false }
  if (names.includes(pooledOutput)) return { name: pooledOutput, isPooled: true }
  throw new InferenceError('encoder_unsupported', `${file} gives ${names.join(', ')}`, {
    hint: `Export an encoder that gives ${[...hiddenOutputs, pooledOutput].join(' or ')}.`,
  })
}
