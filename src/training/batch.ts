/** @file Fills the inputs of a training or scoring graph with the examples of a batch. */
import type { BatchShape } from '../models/index.ts'
import { type TensorData, tensorData } from '../onnx/index.ts'
import type { ExampleSet } from './examples.ts'
import type { MicroBatch } from './plan.ts'

export type Batch = {
  readonly shape: BatchShape
  readonly feeds: Readonly<Record<string, TensorData>>
  /** The example that each trained position belongs to; filled-up positions come last and have none. */
  readonly owners: readonly number[]
}

/** Padding: sees itself only, and nothing is learned from it. */
const paddingSegment = -1

/** `lossWeight` is what each trained token counts in the loss. */
export function fillBatch(set: ExampleSet, { rows, shape }: MicroBatch, lossWeight: number): Batch {
  const cells = shape.rows * shape.length
  const tokens = new BigInt64Array(cells)
  const positions = new BigInt64Array(cells)
  const segments = new Int32Array(cells).fill(paddingSegment)
  const trained = new BigInt64Array(shape.positions)
  const labels = new BigInt64Array(shape.positions)
  const owners: number[] = []

  const place = (example: number, segment: number, cell: number): number => {
    const start = set.starts[example]!
    const length = set.starts[example + 1]! - start
    for (let i = 0; i < length; i++) {
      tokens[cell + i] = BigInt(set.tokens[start + i]!)
      positions[cell + i] = BigInt(i)
      segments[cell + i] = segment
      if (i + 1 === length || set.mask[start + i + 1] === 0) continue
      trained[owners.length] = BigInt(cell + i)
      labels[owners.length] = BigInt(set.tokens[start + i + 1]!)
      owners.push(example)
    }
    return cell + length
  }
  for (const [row, examples] of rows.entries()) {
    let cell = row * shape.length
    for (const [segment, example] of examples.entries()) cell = place(example, segment, cell)
  }

  const lossWeights = new Float32Array(shape.positions).fill(lossWeight, 0, owners.length)
  const grid = [shape.rows, shape.length]
  return {
    shape,
    owners,
    feeds: {
      tokens: tensorData('int64', grid, tokens),
      positions: tensorData('int64', grid, positions),
      segments: tensorData('int32', grid, segments),
      trained: tensorData('int64', [shape.positions], trained),
      labels: tensorData('int64', [shape.positions], labels),
      lossWeights: tensorData('float32', [shape.positions], lossWeights),
    },
  }
}
