/** @file The cache of keys and values: a slot for each sequence, neighbours side by side as one batch. */
import type { ModelConfig } from '../models/index.ts'
import { type TensorData, tensorData } from '../onnx/index.ts'

export type KvCache = {
  /** Rows that each slot has room for. */
  readonly capacity: number
  /** Makes room for `rows` rows in each of `slots` slots. Rows beyond a smaller capacity are lost. */
  resize(slots: number, rows: number): void
  /** The caches of `count` slots from `first` on, as inputs of the decoder. Nothing is copied. */
  views(first: number, count: number): Readonly<Record<string, TensorData>>
  /**
   * Writes what a run of the decoder computed, [slots, layers · 2 · kvHeads, rows, headDim], behind the
   * rows that each slot from `first` on has.
   */
  write(first: number, starts: readonly number[], newRows: TensorData): void
  /** Exchanges the first `rows` rows of two slots. */
  swap(a: number, b: number, rows: number): void
  /** Zeros, since even a row that no one looks at must be finite: 0 · NaN is NaN. */
  clear(slot: number): void
}

/**
 * Room is made in steps of this many rows. Each step copies the cache once; larger ones would let every
 * token compute scores against more empty rows.
 */
const rowStep = 64

export function createKvCache({
  layerCount,
  kvHeadCount,
  headDim,
}: Pick<ModelConfig, 'layerCount' | 'kvHeadCount' | 'headDim'>): KvCache {
  const names = Array.from({ length: layerCount }, (_, layer) => [
    `keys ${layer}`,
    `values ${layer}`,
  ]).flat()
  let blocks = names.map(() => new Float32Array())
  let slots = 0
  let capacity = 0
  const known = new Map<string, Record<string, TensorData>>()
  const headSize = (): number => capacity * headDim
  const slotSize = (): number => kvHeadCount * headSize()

  const viewsOf = (first: number, count: number): Record<string, TensorData> => {
    const shape = [count, kvHeadCount, capacity, headDim]
    const [start, end] = [first * slotSize(), (first + count) * slotSize()]
    const views = blocks.map((block) => tensorData('float32', shape, block.subarray(start, end)))
    return Object.fromEntries(names.map((name, i) => [name, views[i]!]))
  }

  return {
    get capacity() {
      return capacity
    },
    resize(wantedSlots, rows) {
      const wanted = Math.ceil(rows / rowStep) * rowStep
      if (wanted === capacity && wantedSlots <= slots) return
      const size = wanted * headDim
      const heads = Math.max(slots, wantedSlots) * kvHeadCount
      const kept = Math.min(headSize(), size)
      blocks = blocks.map((block) => {
        const next = new Float32Array(heads * size)
        for (let head = 0; head < slots * kvHeadCount; head++)
          next.set(block.subarray(head * headSize(), head * headSize() + kept), head * size)
        return next
      })
      slots = Math.max(slots, wantedSlots)
      capacity = wanted
      known.clear()
    },
    views(first, count) {
      const key = `${first} ${count}`
      const views = known.get(key) ?? viewsOf(first, count)
      known.set(key, views)
      return views
    },
    write(first, starts, { shape, data }) {
      const size = shape[2]! * headDim
      let from = 0
      for (const [i, start] of starts.entries())
        for (const block of blocks)
          for (let head = 0; head < kvHeadCount; head++) {
            const to = ((first + i) * kvHeadCount + head) * headSize() + start * headDim
            block.set((data as Float32Array).subarray(from, from + size), to)
            from += size
          }
    },
    swap(a, b, rows) {
      const size = rows * headDim
      const other = new Float32Array(size)
      for (const block of blocks)
        for (let head = 0; head < kvHeadCount; head++) {
          const [left, right] = [a, b].map((slot) => (slot * kvHeadCount + head) * headSize())
          other.set(block.subarray(left!, left! + size))
          block.copyWithin(left!, right!, right! + size)
          block.set(other, right!)
        }
    },
    clear(slot) {
      for (const block of blocks) block.fill(0, slot * slotSize(), (slot + 1) * slotSize())
    },
  }
}
