/** @file Fusion of ranked lists: interpolation of normalised scores, and reciprocal rank fusion. */
import type { Hit } from './queries.ts'

export type Fusion =
  /** Right when one leg may be much weaker: measured better than rank fusion there. */
  | { method: 'interpolation'; denseWeight: number }
  /** For strong encoders: scores of both legs are ignored, only ranks count. */
  | { method: 'rrf'; k: number }

/**
 * For encoders. With all-MiniLM-L6-v2, .4 was best on training claims and articles; rank fusion (k = 10) lost
 * .015 and .036 nDCG@10 to it, although the encoder is a strong leg of its own.
 */
export const defaultFusion: Fusion = { method: 'interpolation', denseWeight: 0.4 }

/** The fitted leg is the weaker by far and only tips the scales; chosen on training claims and articles. */
export const fittedFusion: Fusion = { method: 'interpolation', denseWeight: 0.15 }

/** Fuses two lists that are each sorted best first; returns all their chunks, best first. */
export function fuse(lexical: Hit[], dense: Hit[], fusion: Fusion = defaultFusion): Hit[] {
  const totals = new Map<number, number>()
  const add = (hits: Hit[], value: (hit: Hit, index: number) => number): void => {
    for (const [index, hit] of hits.entries())
      totals.set(hit.id, (totals.get(hit.id) ?? 0) + value(hit, index))
  }
  if (fusion.method === 'rrf') {
    for (const hits of [lexical, dense]) add(hits, (_, index) => 1 / (fusion.k + index + 1))
  } else {
    const share = dense.length === 0 ? 0 : fusion.denseWeight
    add(lexical, normaliser(lexical, 1 - share))
    add(dense, normaliser(dense, share))
  }
  return [...totals]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
}

/** Min-max normalisation within the list; a list of equal scores counts full. */
function normaliser(hits: Hit[], weight: number): (hit: Hit) => number {
  const scores = hits.map(({ score }) => score)
  const low = Math.min(...scores)
  const range = Math.max(...scores) - low
  return ({ score }) => (range === 0 ? weight : (weight * (score - low)) / range)
}
