/** @file The sizes of batches: how long rows are and how many make a batch. */
import { TrainingError } from './errors.ts'
import { type ExampleSet, exampleLength } from './examples.ts'
import type { Settings } from './options.ts'

export type Layout = {
  /** The most rows of a batch. */
  readonly rows: number
  /** Tokens of a row; without packing a batch is as long as its longest example. */
  readonly length: number | null
}

/**
 * SmolLM2-135M with LoRA trained 616 tok/s in batches of 1,024 tokens and 561 in batches of 256, on two
 * cores: little is lost where a small data set asks for small batches.
 */
const batchTokens = { least: 256, most: 1024 }

/** LoRA learns worse in few large steps than in many small ones ("LoRA Without Regret"). */
const wantedSteps = 100

/** Row lengths are multiples of this, so that kernels work on full vectors. */
const grain = 32

export type LayoutSettings = Pick<
  Settings,
  'packing' | 'rows' | 'length' | 'batchTokens' | 'epochs' | 'steps' | 'accumulate'
>

/** For scoring, where the size of a batch changes nothing but speed. */
export const scoringLayout: LayoutSettings = {
  packing: true,
  rows: null,
  length: null,
  batchTokens: batchTokens.most,
  epochs: 1,
  steps: null,
  accumulate: 1,
}

/** @throws TrainingError `invalid_option` when an example does not fit in a row. */
export function chooseLayout(
  set: ExampleSet,
  used: readonly number[],
  settings: LayoutSettings,
): Layout {
  if (!settings.packing) return { rows: settings.rows ?? 4, length: null }
  const lengths = used.map((example) => exampleLength(set, example))
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0)
  const natural = Math.max(longest, Math.min(batchTokens.least, total))
  const length = settings.length ?? roundUp(natural, grain)
  if (length < longest) throw rowTooShort(length, longest, used[lengths.indexOf(longest)]!)
  const tokens = settings.batchTokens ?? defaultTokens(total, settings)
  return { rows: settings.rows ?? Math.max(1, Math.round(tokens / length)), length }
}

/** Lengths of unpacked batches, few enough that few graphs are compiled: 32, 48, 64, 96, 128, … */
export function bucketLength(longest: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(longest, grain)))
  return longest <= (power * 3) / 4 ? Math.max(grain, (power * 3) / 4) : power
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

function defaultTokens(total: number, { epochs, steps, accumulate }: LayoutSettings): number {
  if (steps !== null) return batchTokens.most
  const tokens = (total * epochs) / (wantedSteps * accumulate)
  return Math.min(batchTokens.most, Math.max(batchTokens.least, tokens))
}

function rowTooShort(length: number, longest: number, example: number): TrainingError {
  return new TrainingError(
    'invalid_option',
    `length is ${length}, example ${example} has ${longest} tokens`,
    { hint: 'Raise length, leave it out, or set maxLength with tooLong: "skip".' },
  )
}
