/** @file TF-IDF: texts as sparse vectors of length 1 over the features that a corpus repeats. */

/** Sorted feature ids with their weights. */
export type SparseVector = { readonly ids: Uint32Array; readonly values: Float32Array }

export type TfIdf = {
  /** How many features a vector may have. */
  readonly size: number
  vectorOf(features: Iterable<string>): SparseVector
  /** The id of each feature that is known, with repetitions. */
  idsOf(features: Iterable<string>): Uint32Array
  /** The weight of one occurrence of each id. */
  readonly rarity: Float64Array
}

export type TfIdfOptions = {
  /** Features in fewer texts are left out; 2 by default. */
  minTexts?: number
  /** Only that many features are kept, those in the most texts first; all by default. */
  maxFeatures?: number
}

/** Learns features and their rarity from the features of each text. */
export function fitTfIdf(
  corpus: readonly (readonly string[])[],
  { minTexts = 2, maxFeatures = Number.POSITIVE_INFINITY }: TfIdfOptions = {},
): TfIdf {
  const kept = [...countTexts(corpus)]
    .filter(([, count]) => count >= minTexts)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, maxFeatures)
  const idOf = new Map(kept.map(([feature], id) => [feature, id]))
  // One is added as if every feature were in one more text, so that none weighs nothing.
  const rarity = Float64Array.from(
    kept,
    ([, count]) => 1 + Math.log((1 + corpus.length) / (1 + count)),
  )
  const idsOf = (features: Iterable<string>): Uint32Array =>
    Uint32Array.from([...features].flatMap((feature) => idOf.get(feature) ?? []))
  return {
    size: kept.length,
    rarity,
    idsOf,
    vectorOf(features) {
      const counts = new Map<number, number>()
      for (const id of idsOf(features)) counts.set(id, (counts.get(id) ?? 0) + 1)
      const ids = Uint32Array.from(counts.keys()).sort()
      return unitVector(ids, (id) => dampen(counts.get(id)!) * rarity[id]!)
    },
  }
}

/** The second occurrence says less than the first. */
export function dampen(count: number): number {
  return damped[count] ?? 1 + Math.log(count)
}

const damped = Float64Array.from({ length: 256 }, (_, count) => 1 + Math.log(count))

function countTexts(corpus: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const features of corpus)
    for (const feature of new Set(features)) counts.set(feature, (counts.get(feature) ?? 0) + 1)
  return counts
}

function unitVector(ids: Uint32Array, weightOf: (id: number) => number): SparseVector {
  const values = Float32Array.from(ids, weightOf)
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1
  return { ids, values: values.map((value) => value / length) }
}
