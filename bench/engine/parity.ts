/** @file Adapters that Graft trained, in PEFT and in llama.cpp: how far their probabilities are from Graft's own. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { train } from '../../src/training/index.ts'
import { mulberry32 } from '../../src/util/random.ts'
import { readOptions } from '../options.ts'
import { rounded, writeReport } from '../report.ts'
import {
  copyFixtureModel,
  type FixtureModelName,
  fixturePrefixes,
  graftProbabilities,
  largestDifference,
  writeAdapterGguf,
} from './fixture-models.ts'
import { installLlamaCpp, llamaCppProbabilities } from './llama-cpp-peer.ts'
import { type PeftResult, peftProbabilities } from './peft-peer.ts'
import type { TrainingRow } from './pytorch-peer.ts'
import { writeRandomGguf } from './random-model.ts'

type Case = { readonly model: FixtureModelName; readonly rankStabilized: boolean }

type Parity = Case & {
  readonly positions: number
  /** The largest difference that the adapter itself makes. */
  readonly change: number
  readonly peft: number
  readonly llamaCpp: Readonly<Record<Precision, number>>
  /** Of the first and of the last step of training. */
  readonly losses: readonly [number, number]
  readonly versions: PeftResult['versions']
}

const cases: readonly Case[] = [
  { model: 'llama', rankStabilized: false },
  { model: 'qwen2', rankStabilized: false },
  { model: 'qwen3', rankStabilized: false },
  { model: 'qwen3', rankStabilized: true },
]
const seed = 1
const rank = 8
const steps = 10

const precisions = ['f32', 'f16'] as const
type Precision = (typeof precisions)[number]

/** Options: `--quick` takes the first case only. */
export async function run(options: string[]): Promise<void> {
  const values = readOptions(options, { quick: { type: 'boolean', default: false } })
  const quick = values.quick as boolean
  const versions = installLlamaCpp()
  const results: Parity[] = []
  for (const one of quick ? cases.slice(0, 1) : cases) results.push(await measure(one))
  writeReport({
    name: 'parity',
    title: 'Trained adapters in PEFT and llama.cpp',
    options,
    seeds: { training: seed, examples: seed },
    tables: [
      {
        title: 'Largest difference between two next-token probabilities',
        columns: [
          ...['model', 'scale', 'positions', 'the adapter itself'],
          ...['PEFT', 'llama.cpp f32', 'llama.cpp f16'],
        ],
        rows: results.map(({ model, rankStabilized, positions, change, peft, llamaCpp }) => [
          model,
          rankStabilized ? 'rsLoRA' : 'LoRA',
          positions,
          rounded(change),
          rounded(peft),
          rounded(llamaCpp.f32),
          rounded(llamaCpp.f16),
        ]),
      },
    ],
    notes,
    measurements: { versions, results },
    quick,
  })
}

const notes = [
  `Each model of test/fixtures/engine was trained for ${steps} steps through the public train(): LoRA of rank ${rank} on all seven linear layers. PEFT loads the base folder and the adapter folder as train() left them; llama.cpp loads both as GGUF files that Graft wrote.`,
  'Positions: every prefix of the sequences in logits.json, and all tokens of the vocabulary behind each. "The adapter itself" is how far the adapter moved Graft: an adapter that is left out or scaled wrongly shows at that size.',
  'Graft and PEFT compute in float32. llama.cpp f32 is its own float32 throughout, keys and values included; f16 rounds the weights of base and adapter, and in its products the other side as well. These models have wide random weights, which magnify rounding more than trained ones do.',
]

async function measure({ model: name, rankStabilized }: Case): Promise<Parity> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-bench-parity-'))
  try {
    const model = path.join(folder, 'model')
    await copyFixtureModel(name, model)
    const { adapter, losses } = await trainAdapter(model, folder, rankStabilized)
    const sequences = fixturePrefixes(name)
    const { base, adapted } = await graftProbabilities(model, { adapter, sequences })
    const peft = await peftProbabilities({ model, adapter, sequences })
    const llamaCpp = { f32: Number.NaN, f16: Number.NaN }
    for (const precision of precisions) {
      const file = path.join(folder, `${precision}.gguf`)
      const lora = path.join(folder, `${precision}-lora.gguf`)
      await writeRandomGguf(file, model, precision)
      await writeAdapterGguf(lora, { model, adapter, precision })
      const found = await llamaCppProbabilities(file, { sequences, lora, threads: 1 })
      llamaCpp[precision] = largestDifference(found, adapted)
    }
    return {
      model: name,
      rankStabilized,
      positions: sequences.length,
      change: largestDifference(base, adapted),
      peft: largestDifference(peft.probabilities, adapted),
      llamaCpp,
      losses,
      versions: peft.versions,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function trainAdapter(
  model: string,
  folder: string,
  rankStabilized: boolean,
): Promise<{ adapter: string; losses: [number, number] }> {
  const losses: number[] = []
  const { path: adapter } = await train({
    model,
    output: path.join(folder, 'trained'),
    examples: randomRows(16).map(({ tokens, trained }) => ({ tokens, mask: trained })),
    method: { type: 'lora', rank, alpha: 2 * rank, rankStabilized },
    steps,
    packing: false,
    // Large, so that ten steps move the output far more than rounding does.
    learningRate: 1e-2,
    seed,
    onProgress(event) {
      if (event.type === 'step') losses.push(event.loss)
    },
  })
  return { adapter, losses: [losses[0]!, losses.at(-1)!] }
}

/** Tokens that stand for text in all the models; the second half of each row is trained. */
function randomRows(count: number): TrainingRow[] {
  const next = mulberry32(seed)
  return Array.from({ length: count }, () => ({
    tokens: Array.from({ length: 16 }, () => 14 + Math.floor(next() * 114)),
    trained: Array.from({ length: 16 }, (_, i) => Number(i >= 8)),
  }))
}
