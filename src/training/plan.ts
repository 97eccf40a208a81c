/** @file The whole run laid out before it starts: which examples are in which batch of which step. */

import type { BatchShape } from '../models/index.ts'
import { shuffled } from '../util/random.ts'
import { type ExampleSet, exampleLength, trainedCount } from './examples.ts'
import { bucketLength, chooseLayout, type Layout, roundUp, scoringLayout } from './layout.ts'
import type { Settings } from './options.ts'
import { packRows } from './pack.ts'
import { randomStream } from './randomness.ts'

/** Numbers of examples, row by row, and the shape they are laid out in. */
export type MicroBatch = {
  readonly rows: readonly (readonly number[])[]
  readonly shape: BatchShape
}

export type PlannedStep = {
  /** Counted from 0. */
  readonly epoch: number
  /** Their gradients are added up. */
  readonly batches: readonly MicroBatch[]
  /** Tokens that the loss is taken at; the step's loss is the mean over them. */
  readonly trained: number
  /** Tokens of examples. */
  readonly tokens: number
}

export type Plan = { readonly steps: readonly PlannedStep[]; readonly paddingShare: number }

/** Rows of examples before their batches have a shape. */
type Group = { readonly epoch: number; readonly batches: readonly (readonly number[][])[] }

/**
 * A function of its arguments alone: a run that is resumed skips the steps it has done, and goes on as
 * it would have.
 * @throws TrainingError `invalid_option`
 */
export function planRun(set: ExampleSet, used: readonly number[], settings: Settings): Plan {
  const layout = chooseLayout(set, used, settings)
  const groups = groupSteps(set, used, { ...settings, layout })
  const shaped = shapeBatches(
    set,
    groups.flatMap(({ batches }) => batches),
    layout,
  )
  let next = 0
  const steps = groups.map(({ epoch, batches }): PlannedStep => {
    const examples = batches.flat(2)
    return {
      epoch,
      batches: batches.map(() => shaped[next++]!),
      trained: total(examples, (example) => trainedCount(set, example)),
      tokens: total(examples, (example) => exampleLength(set, example)),
    }
  })
  const cells = total(shaped, ({ shape }) => shape.rows * shape.length)
  return { steps, paddingShare: 1 - total(steps, ({ tokens }) => tokens) / cells }
}

/** Packed batches that hold each example once, for scoring. */
export function planScoring(set: ExampleSet, used: readonly number[]): MicroBatch[] {
  const layout = chooseLayout(set, used, scoringLayout)
  const rows = rowsOf(set, used, layout)
  return shapeBatches(set, evenParts(rows, Math.ceil(rows.length / layout.rows)), layout)
}

function groupSteps(
  set: ExampleSet,
  used: readonly number[],
  settings: Settings & { layout: Layout },
): Group[] {
  const { layout, accumulate, seed } = settings
  const epochs = settings.steps === null ? settings.epochs : Number.POSITIVE_INFINITY
  const wanted = settings.steps ?? Number.POSITIVE_INFINITY
  const groups: Group[] = []
  for (let epoch = 0; epoch < epochs && groups.length < wanted; epoch++) {
    const order = shuffled(used, randomStream(seed, 'epoch', epoch))
    const rows = rowsOf(set, order, layout)
    // Even parts: a last step with a single example would weigh as much as one with all the others.
    const batches = evenParts(rows, Math.ceil(rows.length / layout.rows))
    const steps = evenParts(batches, Math.ceil(batches.length / accumulate))
    groups.push(...steps.map((part) => ({ epoch, batches: part })))
  }
  return groups.slice(0, wanted)
}

function rowsOf(set: ExampleSet, order: readonly number[], { length }: Layout): number[][] {
  if (length === null) return order.map((example) => [example])
  return packRows(order, (example) => exampleLength(set, example), length)
}

/** Gives batches shapes, few of them: each is a graph to compile. */
function shapeBatches(
  set: ExampleSet,
  batches: readonly (readonly (readonly number[])[])[],
  layout: Layout,
): MicroBatch[] {
  const rows = batches.reduce((most, batch) => Math.max(most, batch.length), 0)
  const sized = batches.map((batch) => ({
    batch,
    length: layout.length ?? bucketLength(longestOf(set, batch.flat())),
    count: total(batch.flat(), (example) => trainedCount(set, example)),
  }))
  const counts = Map.groupBy(sized, ({ length }) => length)
  const sizes = new Map(
    [...counts].map(([length, group]) => [
      length,
      positionSizes(
        group.map(({ count }) => count),
        rows * length,
      ),
    ]),
  )
  return sized.map(({ batch, length, count }) => {
    const positions = sizes.get(length)!.find((size) => size >= count)!
    return { rows: batch, shape: { rows, length, positions } }
  })
}

/**
 * How many trained positions graphs are made for, one or two sizes: a second one where it saves, on
 * average, computing logits for an eighth of the batch. Each graph keeps memory of its own.
 */
function positionSizes(counts: readonly number[], cells: number): number[] {
  const sorted = counts.toSorted((a, b) => a - b)
  const largest = sorted.at(-1)!
  const saved = sorted.map((count, i) => (largest - count) * (i + 1))
  const best = saved.indexOf(saved.reduce((most, value) => Math.max(most, value), 0))
  const sizes = saved[best]! >= (cells * counts.length) / 8 ? [sorted[best]!, largest] : [largest]
  return sizes.map((size) => Math.min(cells, roundUp(size, 8)))
}

/** Consecutive parts whose sizes differ by one at most. */
function evenParts<T>(items: readonly T[], parts: number): T[][] {
  const border = (part: number): number => Math.round((part * items.length) / parts)
  return Array.from({ length: parts }, (_, part) => items.slice(border(part), border(part + 1)))
}

function longestOf(set: ExampleSet, examples: readonly number[]): number {
  return examples.reduce((most, example) => Math.max(most, exampleLength(set, example)), 0)
}

function total<T>(items: readonly T[], countOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + countOf(item), 0)
}
