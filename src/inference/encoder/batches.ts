/** @file Texts of like length together, so that little of a batch is padding. */

/** The numbers of the texts of each batch. A batch, filled up to its longest text, has at most `limit` tokens. */
export function batchesByLength(lengths: readonly number[], limit: number): number[][] {
  const order = lengths.map((_, text) => text).sort((a, b) => lengths[b]! - lengths[a]!)
  const batches: number[][] = []
  for (const text of order) {
    const batch = batches.at(-1)
    // The first text of a batch is its longest.
    if (batch && (batch.length + 1) * lengths[batch[0]!]! <= limit) batch.push(text)
    else batches.push([text])
  }
  return batches
}
