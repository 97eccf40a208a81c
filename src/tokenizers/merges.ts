/** @file The merges of byte pair encoding, most frequent pair first, counted incrementally. */

/** A word as token ids, and how often it occurs. */
export type Word = { symbols: number[]; count: number }

type Pair = [left: number, right: number]
type Candidate = { pair: Pair; count: number; words: Set<number> }
type Change = { pair: Pair; delta: number }

export type MergeLimits = {
  /** The tokens so far; merged ones are appended. */
  tokens: string[]
  vocabSize: number
  minFrequency: number
}

/** Larger than any vocabulary: two ids in one exact number. */
const PAIR_BASE = 2 ** 24
const keyOf = ([left, right]: Pair): number => left * PAIR_BASE + right

/**
 * Merges the most frequent pair until the vocabulary is full or no pair is frequent enough; between equals,
 * the pair with the smaller ids. Changes `words` and `tokens`, and returns the merges in order.
 */
export function learnMerges(
  words: Word[],
  { tokens, vocabSize, minFrequency }: MergeLimits,
): [string, string][] {
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const { counts, candidates } = countPairs(words)
  const queue = createQueue(candidates)
  const merges: [string, string][] = []
  while (tokens.length < vocabSize) {
    const top = queue.pop()
    if (!top) break
    // Counts fall while a candidate waits: put it back where it belongs now.
    const count = counts.get(keyOf(top.pair)) ?? 0
    if (count !== top.count) {
      if (count > 0) queue.push({ ...top, count })
      continue
    }
    if (count < Math.max(1, minFrequency)) break

    const [left, right] = [tokens[top.pair[0]]!, tokens[top.pair[1]]!]
    const merged = left + right
    // Two ways to the same string make one token.
    const id = ids.get(merged) ?? tokens.push(merged) - 1
    ids.set(merged, id)
    merges.push([left, right])
    for (const candidate of applyMerge(words, top, { id, counts })) queue.push(candidate)
  }
  return merges
}

function countPairs(words: Word[]): { counts: Map<number, number>; candidates: Candidate[] } {
  const candidates = new Map<number, Candidate>()
  for (const [at, { symbols, count }] of words.entries())
    for (let i = 0; i + 1 < symbols.length; i++) {
      const pair: Pair = [symbols[i]!, symbols[i + 1]!]
      const candidate = candidates.get(keyOf(pair)) ?? { pair, count: 0, words: new Set() }
      candidate.count += count
      candidate.words.add(at)
      candidates.set(keyOf(pair), candidate)
    }
  const counts = new Map(Array.from(candidates, ([key, { count }]) => [key, count]))
  return { counts, candidates: [...candidates.values()] }
}

/** Merges a pair wherever it occurs; returns the pairs that came into being. */
function applyMerge(
  words: Word[],
  { pair, words: places }: Candidate,
  { id, counts }: { id: number; counts: Map<number, number> },
): Candidate[] {
  const born = new Map<number, Candidate>()
  for (const at of places) {
    const { symbols, count } = words[at]!
    for (const change of mergeInWord(symbols, pair, id)) {
      const key = keyOf(change.pair)
      counts.set(key, (counts.get(key) ?? 0) + change.delta * count)
      if (change.delta < 0) continue
      const candidate = born.get(key) ?? { pair: change.pair, count: 0, words: new Set() }
      candidate.words.add(at)
      born.set(key, candidate)
    }
  }
  const candidates: Candidate[] = []
  for (const [key, candidate] of born) {
    const count = counts.get(key)!
    if (count > 0) candidates.push({ ...candidate, count })
  }
  return candidates
}

function mergeInWord(symbols: number[], [left, right]: Pair, id: number): Change[] {
  const changes: Change[] = []
  for (let i = 0; i + 1 < symbols.length; i++) {
    if (symbols[i] !== left || symbols[i + 1] !== right) continue
    const before = symbols[i - 1]
    const after = symbols[i + 2]
    if (before !== undefined)
      changes.push({ pair: [before, left], delta: -1 }, { pair: [before, id], delta: 1 })
    symbols.splice(i, 2, id)
    if (after !== undefined)
      changes.push({ pair: [right, after], delta: -1 }, { pair: [id, after], delta: 1 })
  }
  return changes
}

/** A binary heap with the candidate to merge next on top. */
function createQueue(initial: Candidate[]): {
  push(candidate: Candidate): void
  pop(): Candidate | undefined
} {
  const heap: Candidate[] = []
  const push = (candidate: Candidate): void => {
    let at = heap.push(candidate) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(candidate, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = candidate
  }
  const pop = (): Candidate | undefined => {
    const top = heap[0]
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) sink(heap, last)
    return top
  }
  for (const candidate of initial) push(candidate)
  return { push, pop }
}

/** Puts a candidate in place of the top, at the depth where it belongs. */
function sink(heap: Candidate[], candidate: Candidate): void {
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, candidate)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = candidate
}

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.count > b.count || (a.count === b.count && keyOf(a.pair) < keyOf(b.pair))
}
