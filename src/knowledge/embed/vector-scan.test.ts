import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVectorScan, quantise } from './vector-scan.ts'

const vector = (dimensions: number, seed: number): Float32Array => {
  let state = seed * 2654435761 + 1
  return Float32Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state / 2 ** 31
  })
}

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  return dot / (Math.hypot(...a) * Math.hypot(...b))
}

describe('createVectorScan', () => {
  it('agrees with the float cosine within the rounding of int8, for any dimension', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 300 }),
        (dimensions, rows) => {
          const scan = createVectorScan(dimensions)
          const vectors = Array.from({ length: rows }, (_, i) => vector(dimensions, i + 1))
          for (const [i, v] of vectors.entries()) {
            const { codes, scale } = quantise(v)
            scan.add([i + 100], [codes], [scale])
          }
          const query = vector(dimensions, 9999)
          const hits = scan.search(query, rows)
          expect(hits).toHaveLength(rows)
          for (const { id, score } of hits) {
            expect(Math.abs(score - cosine(query, vectors[id - 100]!))).toBeLessThan(0.03)
          }
          for (let i = 1; i < hits.length; i++)
            expect(hits[i - 1]!.score).toBeGreaterThanOrEqual(hits[i]!.score)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('finds the best rows of a large set', () => {
    const scan = createVectorScan(64)
    const vectors = Array.from({ length: 5000 }, (_, i) => vector(64, i + 1))
    const quantised = vectors.map(quantise)
    scan.add(
      vectors.map((_, i) => i),
      quantised.map(({ codes }) => codes),
      quantised.map(({ scale }) => scale),
    )
    const query = vectors[1234]!
    const exact = vectors
      .map((v, id) => ({ id, score: cosine(query, v) }))
      .sort((a, b) => b.score - a.score)
    const found = scan.search(query, 20)
    expect(found[0]!.id).toBe(1234)
    const missed = exact.slice(0, 10).filter(({ id }) => !found.some((hit) => hit.id === id))
    expect(missed).toEqual([])
  })

  it('keeps a zero vector harmless', () => {
    const scan = createVectorScan(8)
    const { codes, scale } = quantise(new Float32Array(8))
    scan.add([1], [codes], [scale])
    expect(scan.search(vector(8, 1), 5)).toEqual([{ id: 1, score: 0 }])
  })
})
