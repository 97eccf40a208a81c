/** @file For each example, earlier ones that ask nearly the same. */
import type { Entry, Example } from './example.ts'
import { createSimilarityIndex } from './similarity/similarity-index.ts'
import { promptOf } from './texts.ts'

export type Neighbour = {
  /** Position among the examples. */
  readonly at: number
  readonly similarity: number
}

/** Overlap of five-character pieces from which prompts count as nearly the same. */
export const NEARLY_SAME = 0.8

export function findNeighbours(
  examples: readonly Example[],
  threshold: number = NEARLY_SAME,
): Neighbour[][] {
  const index = createSimilarityIndex(threshold)
  return examples.map((example, at) => {
    const prompt = promptOf(example)
    const found = index.find(prompt).map(({ id, similarity }) => ({ at: id, similarity }))
    index.add(at, prompt)
    return found
  })
}

/** For each of `others`, the entry of `entries` that asks most nearly the same. */
export function findTwins(
  entries: readonly Entry[],
  others: readonly Entry[],
  threshold: number,
): { entry: Entry; twin: Entry; similarity: number }[] {
  if (entries.length === 0 || others.length === 0) return []
  const index = createSimilarityIndex(threshold)
  for (const [at, { example }] of entries.entries()) index.add(at, promptOf(example))
  return others.flatMap((entry) => {
    const prompt = promptOf(entry.example)
    const [best] = prompt === '' ? [] : index.find(prompt)
    return best ? [{ entry, twin: entries[best.id]!, similarity: best.similarity }] : []
  })
}
