/** @file Finds texts that are nearly equal to one given, among a hundred thousand. */
import { BANDS, bandKeys, estimateOverlap, signatureOf } from './min-hash.ts'
import { normalise, overlap, shingles, sortedSet } from './shingles.ts'

export type Match = { readonly id: number; readonly similarity: number }

export type SimilarityIndex = {
  /** Texts at least as similar as the threshold, the most similar first. */
  find(text: string): Match[]
  add(id: number, text: string): void
}

/** A text that occurs once or more often; `next` leads on in the chain of each band. */
type Item = {
  normalised: string
  ids: number[]
  signature: Uint32Array
  next: Int32Array
  set?: Uint32Array
}

/**
 * How many texts of one band are looked at, and how many of all are compared exactly: rows made from one
 * template would cost the square of their number.
 */
const CHAIN = 16
const COMPARED = 16
/** Ids that are returned for one text that occurs many times. */
const REPEATS = 8
/** Estimates are at most this far below the truth, but for one pair in two hundred. */
const ESTIMATE_ERROR = 0.15
const NONE = -1

export function createSimilarityIndex(threshold: number): SimilarityIndex {
  const items: Item[] = []
  const exact = new Map<string, number>()
  const heads = new Map<number, number>()

  const candidates = (signature: Uint32Array): Item[] => {
    const estimates = new Map<number, number>()
    for (const [band, key] of bandKeys(signature).entries()) {
      let at = heads.get(key) ?? NONE
      for (let steps = 0; at !== NONE && steps < CHAIN; steps++) {
        const item = items[at]!
        if (!estimates.has(at)) estimates.set(at, estimateOverlap(signature, item.signature))
        at = item.next[band]!
      }
    }
    return [...estimates]
      .filter(([, estimate]) => estimate >= threshold - ESTIMATE_ERROR)
      .sort(([, a], [, b]) => b - a)
      .slice(0, COMPARED)
      .map(([at]) => items[at]!)
  }

  // A text is usually looked for and then added.
  let recent = { normalised: '', signature: signatureOf(shingles('')) }
  const sign = (normalised: string): Uint32Array => {
    if (recent.normalised !== normalised)
      recent = { normalised, signature: signatureOf(shingles(normalised)) }
    return recent.signature
  }

  return {
    find(text) {
      const normalised = normalise(text)
      const same = exact.get(normalised)
      const matches = same === undefined ? [] : [{ item: items[same]!, similarity: 1 }]
      const near = candidates(sign(normalised)).filter((item) => item.normalised !== normalised)
      const set = near.length > 0 ? sortedSet(shingles(normalised)) : new Uint32Array()
      for (const item of near) {
        item.set ??= sortedSet(shingles(item.normalised))
        const similarity = overlap(set, item.set)
        if (similarity >= threshold) matches.push({ item, similarity })
      }
      return matches
        .sort((a, b) => b.similarity - a.similarity || a.item.ids[0]! - b.item.ids[0]!)
        .flatMap(({ item: { ids }, similarity }) =>
          ids.slice(0, REPEATS).map((id) => ({ id, similarity })),
        )
    },
    add(id, text) {
      const normalised = normalise(text)
      const same = exact.get(normalised)
      if (same !== undefined) {
        items[same]!.ids.push(id)
        return
      }
      const signature = sign(normalised)
      const keys = bandKeys(signature)
      const next = new Int32Array(BANDS)
      for (const [band, key] of keys.entries()) {
        next[band] = heads.get(key) ?? NONE
        heads.set(key, items.length)
      }
      exact.set(normalised, items.length)
      items.push({ normalised, ids: [id], signature, next })
    },
  }
}
