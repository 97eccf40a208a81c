/**
 * @file Exact nearest-neighbour scan over int8 vectors in WebAssembly SIMD. At the sizes one process
 * serves it beats an ANN index: no build, no recall lost, filters stay exact (bench/results).
 */
import { scanWasm } from './scan-wasm.ts'

/** A unit vector in int8: value = code * scale. */
export type Quantised = { codes: Int8Array; scale: number }

export type ScanHit = { id: number; score: number }

export type VectorScan = {
  readonly size: number
  /** Adds rows; ids need not be ordered. */
  add(ids: number[], codes: Int8Array[], scales: number[]): void
  /** The `limit` best rows by cosine similarity, best first; only allowed ids where a set is given. */
  search(query: Float32Array, limit: number, allowed?: ReadonlySet<number>): ScanHit[]
}

type Scan = (query: number, rows: number, count: number, dims: number, out: number) => void

const module_ = new WebAssembly.Module(Buffer.from(scanWasm, 'base64'))
const PAGE = 65_536
const LANES = 16

/** Scales the vector to unit length and rounds it to int8. A zero vector stays zero. */
export function quantise(vector: Float32Array): Quantised {
  let square = 0
  let largest = 0
  for (let i = 0; i < vector.length; i++) {
    square += vector[i]! * vector[i]!
    largest = Math.max(largest, Math.abs(vector[i]!))
  }
  const length = Math.sqrt(square) || 1
  const scale = largest / length / 127 || 1 / 127
  const codes = new Int8Array(vector.length)
  for (let i = 0; i < vector.length; i++) codes[i] = Math.round(vector[i]! / length / scale)
  return { codes, scale }
}

export function createVectorScan(dimensions: number): VectorScan {
  const dims = Math.ceil(dimensions / LANES) * LANES
  const memory = new WebAssembly.Memory({ initial: 1, maximum: PAGE })
  const { scan } = new WebAssembly.Instance(module_, { env: { memory } }).exports as unknown as {
    scan: Scan
  }
  const ids: number[] = []
  let scales = new Float32Array(1024)

  // Memory layout: query, then rows, then one int32 score for each row.
  const rowsAt = dims
  const scoresAt = (): number => Math.ceil((rowsAt + ids.length * dims) / 4) * 4

  function reserve(): void {
    const missing = scoresAt() + ids.length * 4 - memory.buffer.byteLength
    // Growth by an eighth keeps the number of copies logarithmic.
    if (missing > 0) memory.grow(Math.ceil(Math.max(missing, memory.buffer.byteLength / 8) / PAGE))
    if (ids.length > scales.length) {
      const larger = new Float32Array(ids.length * 2)
      larger.set(scales)
      scales = larger
    }
  }

  return {
    get size() {
      return ids.length
    },
    add(newIds, codes, newScales) {
      const first = ids.length
      for (const id of newIds) ids.push(id)
      reserve()
      const bytes = new Int8Array(memory.buffer)
      for (const [i, row] of codes.entries()) bytes.set(row, rowsAt + (first + i) * dims)
      scales.set(newScales, first)
    },
    search(query, limit, allowed) {
      const { codes, scale } = quantise(query)
      new Int8Array(memory.buffer, 0, dims).fill(0).set(codes)
      scan(0, rowsAt, ids.length, dims, scoresAt())
      const dots = new Int32Array(memory.buffer, scoresAt(), ids.length)
      const passes = allowed ? (row: number): boolean => allowed.has(ids[row]!) : always
      return topRows(dots, { scales, limit, passes }).map((row) => ({
        id: ids[row]!,
        score: dots[row]! * scale * scales[row]!,
      }))
    },
  }
}

type Ranking = { scales: Float32Array; limit: number; passes: (row: number) => boolean }

const always = (): boolean => true

/** Rows of the `limit` largest products, best first: a bounded insertion into a sorted list. */
function topRows(dots: Int32Array, { scales, limit, passes }: Ranking): number[] {
  const rows: number[] = []
  const values: number[] = []
  for (let row = 0; row < dots.length; row++) {
    const value = dots[row]! * scales[row]!
    if (rows.length >= limit && value <= values[rows.length - 1]!) continue
    if (!passes(row)) continue
    let at = rows.length
    while (at > 0 && values[at - 1]! < value) at--
    rows.splice(at, 0, row)
    values.splice(at, 0, value)
    if (rows.length > limit) {
      rows.pop()
      values.pop()
    }
  }
  return rows
}
