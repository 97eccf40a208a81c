/**
 * @file First weights that can already look up what followed a token earlier in the text: two attention
 * heads set by hand as an induction circuit (Olsson et al. 2022, https://arxiv.org/abs/2209.11895). All
 * weights are trained from there on; the architecture stays a plain Llama.
 */
import path from 'node:path'
import {
  type ModelConfig,
  openSafetensors,
  writeSafetensorsFolder,
} from '../../src/models/index.ts'
import { createDraw, type Draw } from './draw.ts'

/** All embeddings share this much of the first dimension: something that is the same at every position. */
const CONSTANT = 0.5
/** Fast rotations tell a neighbour from the others; slow ones leave contents comparable at a distance. */
const FAST_PAIRS = 7
const CONTENT_PAIRS = 16

/** Of the random outputs that are added to the residual stream. */
const RANDOM_GAIN = 0.02

type Matrix = { data: Float32Array; columns: number }

/** Rewrites the weights of a folder that `initializeWeights` made. */
export async function addInductionCircuit(
  folder: string,
  config: ModelConfig,
  seed: number,
): Promise<void> {
  const file = await openSafetensors(path.join(folder, 'model.safetensors'))
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>()
  for (const [name, { shape }] of file.tensors)
    weights.set(name, { shape, data: (await file.read(name)).data.slice() })
  await file.close()
  const matrix = (name: string): Matrix => {
    const { shape, data } = weights.get(name)!
    return { data, columns: shape.at(-1)! }
  }
  setCircuit(matrix, config, createDraw(seed))
  await writeSafetensorsFolder(
    folder,
    [...weights].map(([name, { shape, data }]) => ({
      name,
      shape: [...shape],
      dtype: 'F32' as const,
      data: () => data,
    })),
  )
}

function setCircuit(
  matrix: (name: string) => Matrix,
  { hiddenSize, headDim, layerCount, rope }: ModelConfig,
  draw: Draw,
): void {
  const embeddings = matrix('model.embed_tokens.weight')
  for (let at = 0; at < embeddings.data.length; at += hiddenSize) embeddings.data[at] = CONSTANT
  const tokenNorm = 0.04 * Math.sqrt(hiddenSize)
  const firstRms = Math.hypot(CONSTANT, tokenNorm) / Math.sqrt(hiddenSize)
  const half = headDim / 2
  // What random heads and layers add would drown the circuit; they grow where they are of use.
  for (let layer = 0; layer < layerCount; layer++)
    for (const part of ['self_attn.o_proj', 'mlp.down_proj']) {
      const { data } = matrix(`model.layers.${layer}.${part}.weight`)
      for (let i = 0; i < data.length; i++) data[i]! *= RANDOM_GAIN
    }
  const content = orthonormal(2 * CONTENT_PAIRS, hiddenSize, draw)
  const written = orthonormal(2 * CONTENT_PAIRS, hiddenSize, draw)
  const copied = orthonormal(headDim, hiddenSize, draw)

  // Layer 0, head 0: attends to the position before, and writes its token into a place of its own.
  const previous = headOf(matrix, 0)
  const constant = CONSTANT / firstRms
  const sharpness = Math.sqrt(50 * Math.sqrt(headDim)) / Math.sqrt(FAST_PAIRS) / constant
  for (let pair = 0; pair < FAST_PAIRS; pair++) {
    const angle = rope.theta ** (-pair / half)
    setRow(previous.query, pair, unit(hiddenSize, sharpness * Math.cos(angle)))
    setRow(previous.query, pair + half, unit(hiddenSize, -sharpness * Math.sin(angle)))
    setRow(previous.key, pair, unit(hiddenSize, sharpness))
    setRow(previous.key, pair + half, unit(hiddenSize, 0))
  }
  for (let row = FAST_PAIRS; row < half; row++)
    for (const offset of [row, row + half]) {
      setRow(previous.query, offset, unit(hiddenSize, 0))
      setRow(previous.key, offset, unit(hiddenSize, 0))
    }
  for (const [row, direction] of content.entries()) {
    setRow(previous.value, row, direction)
    setColumn(previous.output, row, written[row]!, 0.1)
  }

  // Layer 1, head 0: looks for places behind the current token, and copies what stands there.
  const lookup = headOf(matrix, 1)
  for (let row = 0; row < headDim; row++) {
    setRow(lookup.query, row, unit(hiddenSize, 0))
    setRow(lookup.key, row, unit(hiddenSize, 0))
    setRow(lookup.value, row, copied[row]!)
    setColumn(lookup.output, row, copied[row]!, 0.25)
  }
  for (let pair = 0; pair < CONTENT_PAIRS; pair++)
    for (const [side, offset] of [0, half].entries()) {
      const row = half - CONTENT_PAIRS + pair + offset
      const source = 2 * pair + side
      setRow(
        lookup.query,
        row,
        content[source]!.map((value) => 2 * value),
      )
      setRow(
        lookup.key,
        row,
        written[source]!.map((value) => 2 * value),
      )
    }
  if (layerCount < 2) throw new Error('an induction circuit takes two layers')
}

function headOf(
  matrix: (name: string) => Matrix,
  layer: number,
): Record<'query' | 'key' | 'value' | 'output', Matrix> {
  const attention = (part: string): Matrix =>
    matrix(`model.layers.${layer}.self_attn.${part}_proj.weight`)
  return {
    query: attention('q'),
    key: attention('k'),
    value: attention('v'),
    output: attention('o'),
  }
}

function setRow({ data, columns }: Matrix, row: number, values: Float32Array): void {
  data.set(values, row * columns)
}

function setColumn(
  { data, columns }: Matrix,
  column: number,
  values: Float32Array,
  gain: number,
): void {
  for (const [row, value] of values.entries()) data[row * columns + column] = gain * value
}

/** `value` in the dimension that all embeddings share. */
function unit(size: number, value: number): Float32Array {
  const row = new Float32Array(size)
  row[0] = value
  return row
}

/** Random directions at right angles to one another and to the shared dimension. */
function orthonormal(count: number, size: number, draw: Draw): Float32Array[] {
  const rows: Float32Array[] = []
  while (rows.length < count) {
    const row = Float32Array.from(
      { length: size },
      () => draw.next() + draw.next() + draw.next() - 1.5,
    )
    row[0] = 0
    for (const other of rows) {
      const dot = row.reduce((sum, value, i) => sum + value * other[i]!, 0)
      for (let i = 0; i < size; i++) row[i]! -= dot * other[i]!
    }
    const norm = Math.hypot(...row)
    rows.push(row.map((value) => value / norm))
  }
  return rows
}
