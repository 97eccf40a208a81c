/** @file Generation side by side with llama.cpp on the same weights, and eight streams with eight adapters. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { WeightPrecision } from '../../src/models/index.ts'
import { mulberry32 } from '../../src/util/random.ts'
import { positiveInteger, readOptions } from '../options.ts'
import { type ResultTable, rounded, writeReport } from '../report.ts'
import { type DecodeJob, type DecodeResult, decodeWithGraft } from './graft-decoder.ts'
import { installLlamaCpp, type LlamaCppSpeed, measureLlamaCpp } from './llama-cpp-peer.ts'
import { randomModelConfigs, writeRandomGguf, writeRandomModel } from './random-model.ts'

const seed = 1
const shape = 'smollm2-135m'
const promptTokens = 64

type Settings = { tokens: number; runs: number; rounds: number; threads: number }

/** Options: `--tokens N` decoded (default 128), `--runs N` per process (3), `--rounds N` (2), `--threads N` (2). */
export async function run(options: string[]): Promise<void> {
  const values = readOptions(options, {
    tokens: { type: 'string', default: '128' },
    runs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    quick: { type: 'boolean', default: false },
  })
  const number = (name: string): number => positiveInteger(name, values[name] as string)
  const settings = {
    tokens: number('tokens'),
    runs: number('runs'),
    rounds: number('rounds'),
    threads: number('threads'),
  }
  const versions = installLlamaCpp()
  const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-bench-decode-'))
  try {
    const model = path.join(folder, shape)
    await writeRandomModel(model, randomModelConfigs[shape], { seed })
    const single = await compareSingle(folder, model, settings)
    const batch = await measureBatch(model, settings)
    writeReport({
      name: 'decode',
      title: 'Generation beside llama.cpp',
      options,
      seeds: { weights: seed, prompt: seed },
      tables: [single.table, batch.table],
      notes,
      measurements: { versions, single: single.measurements, batch: batch.measurements },
      quick: values.quick as boolean,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const notes = [
  `The SmolLM2-135M shape with random weights, a prompt of ${promptTokens} tokens, greedy. Each side runs in a process of its own, in turn; rates are the best of all runs.`,
  'llama.cpp through node-llama-cpp, on a GGUF file that Graft wrote from the same weights. It is measured with one thread and with as many as Graft has, and its better rate counts: on some virtual machines its threads wait for each other.',
  'Eight streams: eight requests at once, each with a LoRA adapter of its own (rank 8 on all linear layers), through the same scheduler that serves requests. The ratio is to one stream without an adapter.',
]

const precisions: readonly { graft: WeightPrecision; gguf: 'f32' | 'q8_0' }[] = [
  { graft: 'f32', gguf: 'f32' },
  { graft: 'q8', gguf: 'q8_0' },
]

async function compareSingle(
  folder: string,
  model: string,
  settings: Settings,
): Promise<{ table: ResultTable; measurements: unknown }> {
  const { tokens, runs, rounds, threads } = settings
  const rows: (string | number)[][] = []
  const measurements: unknown[] = []
  for (const { graft: precision, gguf } of precisions) {
    const file = path.join(folder, `${gguf}.gguf`)
    await writeRandomGguf(file, model, gguf)
    const graft: DecodeResult[] = []
    const peer: LlamaCppSpeed[] = []
    for (let round = 0; round < rounds; round++) {
      graft.push(await decodeWithGraft(job(model, settings, { precision })))
      for (const count of new Set([1, threads]))
        peer.push(
          await measureLlamaCpp(file, {
            prompt: prompt(),
            decodeTokens: tokens,
            runs,
            threads: count,
          }),
        )
    }
    const ours = best(graft, 'decodeTokensPerSecond')
    const theirs = best(peer, 'decodeTokensPerSecond')
    rows.push([
      `${precision} (${gguf})`,
      rounded(ours),
      rounded(theirs),
      rounded(ours / theirs),
      rounded(best(graft, 'prefillTokensPerSecond')),
      rounded(best(peer, 'prefillTokensPerSecond')),
      rounded(Math.max(...graft.map(({ peakMemoryMb }) => peakMemoryMb)) / 1024),
      rounded(Math.max(...peer.map(({ peakMemoryMb }) => peakMemoryMb)) / 1024),
    ])
    measurements.push({ precision, graft, llamaCpp: peer })
  }
  const columns = ['weights', 'Graft tok/s', 'llama.cpp tok/s', 'ratio']
  const more = ['Graft prefill', 'llama.cpp prefill', 'Graft GB', 'llama.cpp GB']
  return {
    table: { title: 'One stream', columns: [...columns, ...more], rows },
    measurements,
  }
}

async function measureBatch(
  model: string,
  settings: Settings,
): Promise<{ table: ResultTable; measurements: unknown }> {
  const rows: (string | number)[][] = []
  const measurements: unknown[] = []
  for (const { graft: precision } of precisions) {
    const variants = [
      { name: 'one stream', streams: 1, rank: 0 },
      { name: 'one stream with an adapter', streams: 1, rank: 8 },
      { name: 'eight streams', streams: 8, rank: 0 },
      { name: 'eight streams, eight adapters', streams: 8, rank: 8 },
    ]
    let single = Number.NaN
    for (const { name, ...variant } of variants) {
      const result = await decodeWithGraft(job(model, settings, { precision, ...variant }))
      const rate = best([result], 'decodeTokensPerSecond')
      if (variant.streams === 1 && variant.rank === 0) single = rate
      rows.push([precision, name, rounded(rate), rounded(rate / single)])
      measurements.push({ precision, name, result })
    }
  }
  const columns = ['weights', 'requests at once', 'tok/s of all', 'ratio to one stream']
  return { table: { title: 'Streams together', columns, rows }, measurements }
}

function job(
  folder: string,
  { tokens, runs, threads }: Settings,
  variant: Pick<DecodeJob, 'precision'> & Partial<DecodeJob>,
): DecodeJob {
  return {
    folder,
    prompt: prompt(),
    decodeTokens: tokens,
    runs,
    threads,
    streams: 1,
    rank: 0,
    ...variant,
  }
}

function prompt(): number[] {
  const next = mulberry32(seed)
  return Array.from({ length: promptTokens }, () => 10 + Math.floor(next() * 3000))
}

function best<Rate extends 'decodeTokensPerSecond' | 'prefillTokensPerSecond'>(
  results: readonly { readonly runs: readonly Record<Rate, number>[] }[],
  rate: Rate,
): number {
  return Math.max(...results.flatMap(({ runs }) => runs.map((one) => one[rate])))
}
