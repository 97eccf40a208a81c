/** @file Texts as sets of short pieces, so that their overlap says how alike they are. */

/** Five characters: one changed word of a question changes a tenth to a third of its pieces. */
const SIZE = 5

/** Lower case, one blank between words, no punctuation: what must differ for texts to differ. */
export function normalise(text: string): string {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  return plain === '' ? text.trim() : plain
}

/** Hashes of all runs of five characters, in order and with repetitions. */
export function shingles(normalised: string): Uint32Array {
  const count = Math.max(1, normalised.length - SIZE + 1)
  const hashes = new Uint32Array(count)
  for (let start = 0; start < count; start++) {
    // FNV-1a over UTF-16 units, then a finaliser, since min-hashing needs all bits mixed.
    let hash = 0x811c9dc5
    const end = Math.min(start + SIZE, normalised.length)
    for (let at = start; at < end; at++)
      hash = Math.imul(hash ^ normalised.charCodeAt(at), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hashes[start] = (hash ^ (hash >>> 13)) >>> 0
  }
  return hashes
}

/** Share of the pieces of both texts that both have (Jaccard), by sorted unique hashes. */
export function overlap(a: Uint32Array, b: Uint32Array): number {
  let common = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      common++
      i++
      j++
    } else if (a[i]! < b[j]!) i++
    else j++
  }
  return common / (a.length + b.length - common)
}

export function sortedSet(hashes: Uint32Array): Uint32Array {
  const sorted = hashes.toSorted()
  let length = 0
  for (let at = 0; at < sorted.length; at++)
    if (at === 0 || sorted[at] !== sorted[at - 1]) sorted[length++] = sorted[at]!
  return sorted.subarray(0, length)
}

/** How alike two texts are, from 0 to 1. */
export function similarity(a: string, b: string): number {
  const [left, right] = [normalise(a), normalise(b)]
  return left === right ? 1 : overlap(sortedSet(shingles(left)), sortedSet(shingles(right)))
}
