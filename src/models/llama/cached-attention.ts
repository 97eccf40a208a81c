/** @file Attention in generation: new rows over a cache of earlier ones, which is read where it lies. */
import {
  add,
  concat,
  input,
  matmul,
  reshape,
  rotary,
  softmax,
  splitInTwo,
  type Tensor,
  transpose,
} from '../../autodiff/index.ts'
import type { ModelConfig } from '../formats/index.ts'
import type { LlamaParts } from './llama.ts'
import { angleTables } from './rope.ts'

export type CachedAttention = {
  attend: LlamaParts['attend']
  /** Keys and values of the new rows [batch, layers · 2 · kvHeads, rows, headDim], keys first in each layer. */
  newRows(): Tensor
}

/**
 * Scores against the cache and against the new rows are computed apart and meet in one softmax, so that
 * no run copies the cache; ONNX Runtime's own cached attention returns it, and the binding copies all
 * that is returned. Inputs are those that `decoderGraph` lists.
 */
export function cachedAttention(config: ModelConfig, maxPositions: number): CachedAttention {
  const { headCount, kvHeadCount, headDim } = config
  const group = headCount / kvHeadCount
  const turned = {
    positions: input('positions', ['batch', 'rows'], 'int64'),
    ...angleTables(config, maxPositions),
  }
  const foldedRows = group === 1 ? 'rows' : `${group}*rows`
  const bias = input('bias', ['batch', 1, foldedRows, 'capacity+rows'])
  const columns = input('columns', [2], 'int64')
  const written: Tensor[] = []

  /** [batch, rows, kvHeads · width] to [batch, kvHeads, rows, width]. */
  const perHead = (x: Tensor): Tensor => {
    const [batch, rows] = x.shape
    return transpose(reshape(x, [batch!, rows!, kvHeadCount, headDim]), [0, 2, 1, 3])
  }
  /** The heads that share a key head become its rows: [batch, kvHeads, group · rows, headDim]. */
  const fold = (x: Tensor): Tensor => {
    const [batch, rows] = x.shape
    const apart = reshape(x, [batch!, rows!, kvHeadCount, group, headDim])
    return reshape(transpose(apart, [0, 2, 3, 1, 4]), [batch!, kvHeadCount, -1, headDim])
  }
  const unfold = (x: Tensor, shape: Tensor['shape']): Tensor => {
    const apart = reshape(x, [shape[0]!, kvHeadCount, group, shape[1]!, headDim])
    return reshape(transpose(apart, [0, 3, 1, 2, 4]), shape)
  }
  const cache = (name: string): Tensor => input(name, ['batch', kvHeadCount, 'capacity', headDim])

  return {
    attend(layer, queries, keys, values) {
      const q = fold(rotary(queries, turned))
      const newKeys = perHead(rotary(keys, turned))
      const newValues = perHead(values)
      written.push(newKeys, newValues)

      const scaled = { transposeB: true, scale: 1 / Math.sqrt(headDim) }
      const scores = concat(
        [matmul(q, cache(`keys ${layer}`), scaled), matmul(q, newKeys, scaled)],
        3,
      )
      const [past, recent] = splitInTwo(softmax(add(scores, bias)), 3, {
        sizes: columns,
        names: ['capacity', 'rows'],
      })
      const attended = add(matmul(past, cache(`values ${layer}`)), matmul(recent, newValues))
      return unfold(attended, queries.shape)
    },
    newRows: () => concat(written, 1),
  }
}
