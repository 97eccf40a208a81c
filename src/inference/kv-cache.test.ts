import { describe, expect, it } from 'vitest'
import { type TensorData, tensorData } from '../onnx/index.ts'
import { createKvCache, type KvCache } from './kv-cache.ts'

const shape = { layerCount: 2, kvHeadCount: 2, headDim: 2 }
/** Blocks of two layers, heads and values of a head. */
const valuesPerRow = 2 * 2 * 2 * 2

/** New rows with values that tell them apart, in the layout of the decoder. */
function newRows(slots: number, rows: number, first: number): TensorData {
  const size = slots * rows * valuesPerRow
  return tensorData(
    'float32',
    [slots, 2 * 2 * 2, rows, 2],
    Float32Array.from({ length: size }, (_, i) => first + i),
  )
}

/** The first `rows` rows of a slot: of each block and head in turn. */
function read(cache: KvCache, slot: number, rows: number): number[] {
  return Object.values(cache.views(slot, 1)).flatMap(({ data }) =>
    [0, 1].flatMap((head) => {
      const start = head * cache.capacity * 2
      return [...(data as Float32Array).slice(start, start + rows * 2)]
    }),
  )
}

const numbers = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i)

describe('the cache', () => {
  it('hands out what was written, layer by layer and head by head', () => {
    const cache = createKvCache(shape)
    cache.resize(2, 3)
    cache.write(0, [0, 0], newRows(2, 3, 1))
    expect(cache.capacity).toBe(64)
    expect(Object.keys(cache.views(0, 1))).toEqual(['keys 0', 'values 0', 'keys 1', 'values 1'])
    expect(read(cache, 0, 3)).toEqual(numbers(1, 48))
    expect(read(cache, 1, 3)).toEqual(numbers(49, 48))
  })

  it('writes behind what each slot has', () => {
    const cache = createKvCache(shape)
    cache.resize(3, 3)
    cache.write(1, [0, 2], newRows(2, 1, 1))
    expect(read(cache, 1, 1)).toEqual(numbers(1, 16))
    expect(read(cache, 2, 3).filter((_, i) => i % 6 >= 4)).toEqual(numbers(17, 16))
    expect(read(cache, 0, 3)).toEqual(new Array(48).fill(0))
  })

  it('shows neighbours as one batch, without a copy', () => {
    const cache = createKvCache(shape)
    cache.resize(3, 1)
    const both = cache.views(1, 2)['keys 1']!
    cache.write(1, [0, 0], newRows(2, 1, 1))
    expect(both.shape).toEqual([2, 2, 64, 2])
    expect([...(both.data as Float32Array).slice(0, 2)]).toEqual([9, 10])
    expect(cache.views(1, 2)['keys 1']).toBe(both)
  })

  it('keeps rows when it grows and shrinks', () => {
    const cache = createKvCache(shape)
    cache.resize(1, 3)
    cache.write(0, [0], newRows(1, 3, 1))
    cache.resize(4, 65)
    expect(cache.capacity).toBe(128)
    expect(read(cache, 0, 3)).toEqual(numbers(1, 48))
    cache.write(3, [0], newRows(1, 3, 100))
    cache.resize(2, 3)
    expect(cache.capacity).toBe(64)
    expect(read(cache, 0, 3)).toEqual(numbers(1, 48))
    expect(read(cache, 3, 3)).toEqual(numbers(100, 48))
  })

  it('exchanges and clears slots', () => {
    const cache = createKvCache(shape)
    cache.resize(2, 3)
    cache.write(0, [0, 0], newRows(2, 3, 1))
    cache.swap(0, 1, 3)
    expect(read(cache, 0, 3)).toEqual(numbers(49, 48))
    expect(read(cache, 1, 3)).toEqual(numbers(1, 48))
    cache.clear(0)
    expect(read(cache, 0, 3)).toEqual(new Array(48).fill(0))
    expect(read(cache, 1, 3)).toEqual(numbers(1, 48))
  })
})
