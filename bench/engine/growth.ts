/** @file How training grows: with rows, length, rank and layers on the small shape, and a model of 600M parameters. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { ModelConfig } from '../../src/models/index.ts'
import { mulberry32 } from '../../src/util/random.ts'
import { positiveInteger, readOptions } from '../options.ts'
import { type Cell, type ResultTable, rounded, writeReport } from '../report.ts'
import { trainingFlops } from './flops.ts'
import { type GraftRun, trainWithGraft } from './graft-trainer.ts'
import { randomModelConfigs, writeRandomModel } from './random-model.ts'

type Case = {
  readonly config: ModelConfig
  readonly rows: number
  readonly length: number
  readonly rank?: number
  readonly recompute?: boolean
}

const seed = 1
const small = randomModelConfigs.embedded
const usual = { config: small, rows: 4, length: 256, rank: 8 } satisfies Case

/** One property at a time moves away from `usual`. */
const sweeps: readonly { title: string; cases: readonly [name: Cell, one: Case][] }[] = [
  { title: 'Rows', cases: [1, 2, 4, 8, 16].map((rows) => [rows, { ...usual, rows }]) },
  {
    title: 'Length',
    cases: [64, 128, 256, 512, 1024].map((length) => [length, { ...usual, length }]),
  },
  { title: 'Rank', cases: [2, 8, 32, 128].map((rank) => [rank, { ...usual, rank }]) },
  {
    title: 'Layers',
    cases: [3, 6, 12, 24].map((layerCount) => [
      layerCount,
      { ...usual, config: { ...small, layerCount } },
    ]),
  },
]

const large = randomModelConfigs['qwen3-0.6b']
const largeCases: readonly [name: Cell, one: Case][] = [
  ['LoRA r=8', { config: large, rows: 4, length: 256, rank: 8, recompute: false }],
  ['LoRA r=8, recomputation', { config: large, rows: 4, length: 256, rank: 8, recompute: true }],
]

/** Options: `--steps N` per case (default 5), `--threads N` (2), `--small` leaves out the 600M model. */
export async function run(options: string[]): Promise<void> {
  const values = readOptions(options, {
    steps: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    small: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  })
  const steps = positiveInteger('steps', values.steps as string)
  const threads = positiveInteger('threads', values.threads as string)
  const measurements: unknown[] = []
  const tables: ResultTable[] = []
  const all = values.small
    ? sweeps
    : [...sweeps, { title: 'Qwen3 with 600M parameters, 4 x 256 tokens', cases: largeCases }]
  for (const { title, cases } of all) {
    const rows: Cell[][] = []
    for (const [name, one] of cases) {
      const result = await measure(one, { steps, threads })
      const best = Math.min(...result.seconds)
      const positions = one.rows * (one.length - 1)
      rows.push([
        name,
        rounded(best),
        rounded((one.rows * one.length) / best),
        rounded(trainingFlops(one.config, { ...one, positions }) / best / 1e9),
        rounded(result.peakMemoryMb / 1024),
      ])
      measurements.push({ title, name, result })
    }
    tables.push({ title, columns: ['', 's per step', 'tok/s', 'GFLOP/s', 'peak GB'], rows })
  }
  writeReport({
    name: 'growth',
    title: 'How training grows',
    options,
    seeds: { weights: seed, batches: seed },
    tables,
    notes: [
      'LoRA (rank 8 on all linear layers) of the 5.4M shape with 4 rows of 256 tokens, all of them trained, unless a table says otherwise. Best step; every case in a process of its own.',
      'The peak includes Node itself, about 0.1 GB. The 600M model is stored as bfloat16 and trained in float32.',
    ],
    measurements,
    quick: values.quick as boolean,
  })
}

async function measure(
  { config, rows, length, rank, recompute = false }: Case,
  { steps, threads }: { steps: number; threads: number },
): Promise<GraftRun> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-bench-growth-'))
  try {
    await writeRandomModel(folder, config, { dtype: 'bfloat16', seed })
    const next = mulberry32(seed)
    const examples = Array.from({ length: rows }, () => ({
      tokens: Array.from({ length }, () => Math.floor(next() * config.vocabSize)),
      mask: Array.from({ length }, (_, i) => Number(i > 0)),
    }))
    return await trainWithGraft({
      model: folder,
      examples,
      packing: false,
      rows,
      steps,
      threads,
      recompute,
      checkpointEvery: 1_000_000,
      method: rank === undefined ? { type: 'full' } : { type: 'lora', rank, alpha: rank },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
