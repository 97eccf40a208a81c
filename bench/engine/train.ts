/** @file Training side by side with PyTorch and PEFT: identical padded batches, then real short examples. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { ModelConfig } from '../../src/models/index.ts'
import { loadTokenizer, renderTraining } from '../../src/tokenizers/index.ts'
import { mulberry32 } from '../../src/util/random.ts'
import { positiveInteger, readOptions } from '../options.ts'
import { readJsonLines } from '../quality/data.ts'
import { type ResultTable, rounded, writeReport } from '../report.ts'
import { trainingFlops } from './flops.ts'
import { type GraftJob, type GraftRun, trainWithGraft } from './graft-trainer.ts'
import { measureMatmul } from './matmul.ts'
import { type PytorchResult, type TrainingRow, trainWithPytorch } from './pytorch-peer.ts'
import { type RandomModelName, randomModelConfigs, writeRandomModel } from './random-model.ts'

type Case = {
  readonly name: string
  readonly model: RandomModelName
  readonly rows: number
  readonly length: number
  /** LoRA's rank; absent: all weights. */
  readonly rank?: number
}

const cases: readonly Case[] = [
  { name: '135M, LoRA r=8', model: 'smollm2-135m', rows: 4, length: 256, rank: 8 },
  { name: '135M, LoRA r=16', model: 'smollm2-135m', rows: 4, length: 256, rank: 16 },
  { name: '5.4M, all weights', model: 'embedded', rows: 8, length: 256 },
]
const seed = 1

/** The product that LoRA training of the 135M shape does most. */
const peakShape = { rows: 1024, inner: 576, columns: 1536 }

/** Options: `--steps N` per run (default 8), `--rounds N` (2), `--examples N` (256), `--threads N` (2). */
export async function run(options: string[]): Promise<void> {
  const values = readOptions(options, {
    steps: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '2' },
    examples: { type: 'string', default: '256' },
    threads: { type: 'string', default: '2' },
    quick: { type: 'boolean', default: false },
  })
  const number = (name: string): number => positiveInteger(name, values[name] as string)
  const settings = {
    steps: number('steps'),
    rounds: number('rounds'),
    examples: number('examples'),
    threads: number('threads'),
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-bench-train-'))
  try {
    const padded = await comparePadded(folder, settings)
    const short = await compareShort(folder, settings)
    writeReport({
      name: 'train',
      title: 'Training beside PyTorch and PEFT',
      options,
      seeds: { batches: seed, weights: seed },
      tables: [padded.table, short.table],
      notes,
      measurements: { padded: padded.measurements, short: short.measurements },
      quick: values.quick as boolean,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const notes = [
  'Both sides run in a process of their own, in turn, with the same number of threads, in float32 with random weights. PyTorch runs transformers with scaled-dot-product attention, PEFT on all linear layers, gradient clipping and AdamW; Graft does the same. Rates are those of the best step of all rounds: other work on a machine only ever makes a step slower. Medians are in the measurements.',
  'Padded: each row is full and every position is trained, so neither packing nor leaving out untrained positions helps Graft.',
  'Share of peak: operations that the step must do (matrix products of forward and backward pass, no recomputation), against the best rate of a plain 1024 x 576 x 1536 product through the same runtime.',
  'Short examples: support replies of the bitext set (terse), one epoch in random order. PyTorch pads to the longest of each batch, as transformers does; "trained only" gives it an output head that leaves out untrained positions, which it does not have by itself. Graft packs. Rates are examples over the time of all steps but the first. The tokenizer is a small one made from this repository, so examples are longer than with a 49k vocabulary.',
]

type Settings = { steps: number; rounds: number; examples: number; threads: number }

async function comparePadded(
  folder: string,
  settings: Settings,
): Promise<{ table: ResultTable; measurements: unknown }> {
  const measurements: unknown[] = []
  const rows: (string | number)[][] = []
  for (const one of cases) {
    const config = randomModelConfigs[one.model]
    const model = await modelFolder(folder, one.model)
    const batch = randomBatch(config, one)
    const graftRuns: GraftRun[] = []
    const peerRuns: PytorchResult[] = []
    const peaks: number[] = []
    for (let round = 0; round < settings.rounds; round++) {
      peaks.push(await measureMatmul(peakShape, { threads: settings.threads }))
      graftRuns.push(await trainWithGraft(paddedJob(model, one, batch, settings)))
      peerRuns.push(
        await trainWithPytorch({
          config,
          data: { batches: [batch], steps: settings.steps },
          threads: settings.threads,
          ...(one.rank !== undefined && { rank: one.rank }),
        }),
      )
    }
    const tokens = one.rows * one.length
    const best = tokens / Math.min(...graftRuns.flatMap(({ seconds }) => seconds))
    const peer = Math.max(...peerRuns.map(({ tokensPerSecond }) => tokensPerSecond.best))
    const positions = one.rows * (one.length - 1)
    const flops = trainingFlops(config, { ...one, positions })
    const rate = (flops * best) / tokens / 1e9
    rows.push([
      one.name,
      rounded(best),
      rounded(peer),
      rounded(best / peer),
      rounded(Math.max(...graftRuns.map((run) => run.peakMemoryMb)) / 1024),
      rounded(Math.max(...peerRuns.map((run) => run.peakMemoryMb)) / 1024),
      rounded(rate),
      `${Math.round((100 * rate) / Math.max(...peaks))} %`,
    ])
    measurements.push({ ...one, graft: graftRuns, pytorch: peerRuns, peaks })
  }
  const columns = ['shape', 'Graft tok/s', 'PyTorch tok/s', 'ratio', 'Graft GB', 'PyTorch GB']
  return {
    table: {
      title: 'Identical padded batches (5.4M: 8 x 256 tokens, 135M: 4 x 256)',
      columns: [...columns, 'GFLOP/s', 'share of peak'],
      rows,
    },
    measurements,
  }
}

/** Full rows, all of them trained: the same work for both. */
function randomBatch(config: ModelConfig, { rows, length }: Case): TrainingRow[] {
  const next = mulberry32(seed)
  return Array.from({ length: rows }, () => ({
    tokens: Array.from({ length }, () => Math.floor(next() * config.vocabSize)),
    trained: Array.from({ length }, (_, i) => Number(i > 0)),
  }))
}

function paddedJob(
  model: string,
  { rows, rank }: Case,
  batch: readonly TrainingRow[],
  { steps, threads }: Settings,
): GraftJob {
  return {
    model,
    examples: batch.map(({ tokens, trained }) => ({ tokens, mask: trained })),
    packing: false,
    rows,
    steps,
    threads,
    recompute: false,
    checkpointEvery: 1_000_000,
    method: rank === undefined ? { type: 'full' } : { type: 'lora', rank, alpha: 2 * rank },
  }
}

async function compareShort(
  folder: string,
  { examples: count, threads }: Settings,
): Promise<{ table: ResultTable; measurements: unknown }> {
  const model = await modelFolder(folder, 'smollm2-135m')
  const examples = await shortExamples(model, count)
  const graft = await trainWithGraft({
    model,
    examples: examples.map(({ tokens, trained }) => ({ tokens, mask: trained })),
    epochs: 1,
    threads,
    checkpointEvery: 1_000_000,
  })
  const peer = async (trainedOnly: boolean): Promise<PytorchResult> =>
    trainWithPytorch({
      config: randomModelConfigs['smollm2-135m'],
      data: { examples, batchSize: 8 },
      rank: 8,
      threads,
      trainedOnly,
    })
  const plain = await peer(false)
  const trainedOnly = await peer(true)
  const rate = (count * graft.seconds.length) / graft.events.length / sum(graft.seconds)
  const peerRate = ({ seconds }: PytorchResult): number =>
    (count * (seconds.length - 1)) / seconds.length / sum(seconds.slice(1))
  const lengths = examples.map(({ tokens }) => tokens.length)
  const trained = examples.map((row) => sum(row.trained))
  return {
    table: {
      title: `${count} support replies, 135M, LoRA r=8 (mean ${Math.round(sum(lengths) / count)} tokens, ${Math.round(sum(trained) / count)} of them trained)`,
      columns: ['', 'examples/s', 'ratio', 'filled share', 'peak GB'],
      rows: [
        row('Graft, packed', rate, rate, 1 - graft.paddingShare, graft.peakMemoryMb),
        row('PyTorch', peerRate(plain), rate, plain.filledShare, plain.peakMemoryMb),
        row(
          'PyTorch, trained only',
          peerRate(trainedOnly),
          rate,
          trainedOnly.filledShare,
          trainedOnly.peakMemoryMb,
        ),
      ],
    },
    measurements: { graft, plain, trainedOnly },
  }
}

function row(
  name: string,
  rate: number,
  graft: number,
  filled: number,
  memoryMb: number,
): (string | number)[] {
  return [name, rounded(rate), rounded(graft / rate), rounded(filled), rounded(memoryMb / 1024)]
}

async function shortExamples(model: string, count: number): Promise<TrainingRow[]> {
  const tokenizer = await loadTokenizer(model)
  const replies = await readJsonLines<{ instruction: string; terse: string }>(
    'bitext',
    'paired_styles.train.jsonl',
  )
  const next = mulberry32(seed)
  const order = replies.map((reply) => ({ reply, key: next() })).sort((a, b) => a.key - b.key)
  return order.slice(0, count).map(({ reply }) => {
    const { tokens, mask } = renderTraining(tokenizer, [
      { role: 'user', content: reply.instruction },
      { role: 'assistant', content: reply.terse },
    ])
    return { tokens, trained: [...mask] }
  })
}

const written = new Map<string, Promise<void>>()

/** The folder of a model, written when it is first asked for. */
async function modelFolder(folder: string, name: RandomModelName): Promise<string> {
  const place = path.join(folder, name)
  const writing = written.get(place) ?? writeRandomModel(place, randomModelConfigs[name], { seed })
  written.set(place, writing)
  await writing
  return place
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
