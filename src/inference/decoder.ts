/** @file Runs the decoder graph on slots of the cache. */
import { compile } from '../autodiff/index.ts'
import {
  type AdapterGroup,
  decoderGraph,
  type LanguageModel,
  type WeightPrecision,
} from '../models/index.ts'
import { type Provider, type Session, type TensorData, tensorData } from '../onnx/index.ts'
import { type AdapterStack, createAdapterStack, type PreparedAdapter } from './adapters.ts'
import { createKvCache, type KvCache } from './kv-cache.ts'

export type DecoderOptions = {
  readonly precision?: WeightPrecision
  readonly provider?: Provider
  readonly threads?: number | undefined
  /** Longest sequence. */
  readonly contextTokens: number
  /** Take adapters from the start. Default false. */
  readonly adapters?: boolean
}

/** New tokens of the sequences in neighbouring slots. */
export type DecoderBatch = {
  readonly firstSlot: number
  /** As many for each sequence. */
  readonly tokens: readonly (readonly number[])[]
  /** How many rows each sequence has in the cache. */
  readonly starts: readonly number[]
  readonly adapters: readonly (PreparedAdapter | undefined)[]
  /** The tokens, counted through all sequences, whose logits are wanted. */
  readonly wanted: readonly number[]
}

export type Decoder = {
  readonly vocabSize: number
  readonly cache: KvCache
  /** Where adapters can change the model; empty until `enableAdapters`. */
  readonly adapterGroups: readonly AdapterGroup[]
  /**
   * Loads the graph that takes adapters in place of the one without. Both at once would hold the weights
   * twice; alone, it is a few percent slower for requests without an adapter.
   */
  enableAdapters(): Promise<void>
  /** Logits [wanted, vocabulary]; the rows of the new tokens are then in the cache, which has room for them. */
  run(batch: DecoderBatch): Promise<Float32Array>
  close(): Promise<void>
}

export async function openDecoder(model: LanguageModel, options: DecoderOptions): Promise<Decoder> {
  const { config } = model
  const cache = createKvCache(config)
  const group = config.headCount / config.kvHeadCount
  let loaded = await load(model, options, options.adapters ?? false)
  return {
    vocabSize: config.vocabSize,
    cache,
    get adapterGroups() {
      return loaded.groups
    },
    async enableAdapters() {
      if (loaded.groups.length > 0) return
      await loaded.session.close()
      loaded = await load(model, options, true)
    },
    async run(batch) {
      const { firstSlot, starts } = batch
      const { logits, newRows } = await loaded.session.run({
        ...cache.views(firstSlot, starts.length),
        ...loaded.stack.inputs(batch.adapters),
        ...rowInputs(batch, cache.capacity, group),
      })
      cache.write(firstSlot, starts, newRows!)
      return logits!.data as Float32Array
    },
    close: () => loaded.session.close(),
  }
}

type Loaded = { session: Session; groups: readonly AdapterGroup[]; stack: AdapterStack }

async function load(
  model: LanguageModel,
  { precision, provider, threads, contextTokens }: DecoderOptions,
  adapters: boolean,
): Promise<Loaded> {
  const graph = await decoderGraph(model, {
    ...(precision && { precision }),
    maxPositions: contextTokens,
    adapters,
  })
  const session = await compile(graph.outputs, {
    weightsFolder: graph.weightsFolder,
    ...(provider && { provider }),
    ...(threads !== undefined && { threads }),
  })
  return {
    session,
    groups: graph.adapterGroups,
    stack: createAdapterStack(graph.adapterGroups),
  }
}

function rowInputs(
  { tokens, starts, wanted }: DecoderBatch,
  capacity: number,
  group: number,
): Record<string, TensorData> {
  const rows = tokens[0]!.length
  const shape = [tokens.length, rows]
  const positions = starts.flatMap((start) => Array.from({ length: rows }, (_, row) => start + row))
  return {
    tokens: integers(shape, tokens.flat()),
    positions: integers(shape, positions),
    columns: integers([2], [capacity, rows]),
    wanted: integers([wanted.length], wanted),
    bias: attentionBias(starts, { rows, capacity, group }),
  }
}

/** Far below any score, and yet finite: the softmax of nothing but infinities is NaN. */
const excluded = -1e30

/** Each new row sees the rows that its sequence has in the cache, the new ones before it, and itself. */
function attentionBias(
  starts: readonly number[],
  { rows, capacity, group }: { rows: number; capacity: number; group: number },
): TensorData {
  const width = capacity + rows
  const values = new Float32Array(starts.length * group * rows * width).fill(excluded)
  let at = 0
  for (const start of starts)
    for (let head = 0; head < group; head++)
      for (let row = 0; row < rows; row++, at += width) {
        values.fill(0, at, at + start)
        values.fill(0, at + capacity, at + capacity + row + 1)
      }
  return tensorData('float32', [starts.length, 1, group * rows, width], values)
}

function integers(shape: readonly number[], values: readonly number[]): TensorData {
  return tensorData('int64', shape, BigInt64Array.from(values, BigInt))
}
