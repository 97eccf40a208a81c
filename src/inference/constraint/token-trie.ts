/** @file The vocabulary as a tree of bytes, so that tokens that start alike are ruled out together. */
import { type Configuration, dead, type Matcher } from './matcher.ts'

export type TokenTrie = {
  /** The bytes of a token; empty for tokens outside the tree. */
  bytes(id: number): Uint8Array
  /** Sets the bit of every token that the matcher can read from here. */
  allow(matcher: Matcher, start: Configuration, mask: Int32Array): void
}

/** Tokens without bytes are left out: they would never end a text, and never change it. */
export function createTokenTrie(tokens: ReadonlyMap<number, Uint8Array>): TokenTrie {
  const sorted = [...tokens]
    .filter(([, bytes]) => bytes.length > 0)
    .map(([id, bytes]) => ({ id, bytes, key: Buffer.from(bytes).toString('latin1') }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.id - b.id))
  const nodes = buildNodes(sorted)
  return {
    bytes: (id) => tokens.get(id) ?? new Uint8Array(),
    allow: (matcher, start, mask) => allowTokens(nodes, matcher, start, mask),
  }
}

type SortedToken = { id: number; bytes: Uint8Array }

/** Nodes in depth-first order: a node's subtree is what lies between it and the node it names as `after`. */
type Nodes = {
  count: number
  byte: Uint8Array
  depth: Uint32Array
  after: Int32Array
  /** Tokens of node i: `ids` from firstToken[i] to firstToken[i + 1]. */
  firstToken: Int32Array
  ids: Int32Array
}

function buildNodes(sorted: SortedToken[]): Nodes {
  const shared = sorted.map(({ bytes }, i) => sharedPrefix(bytes, sorted[i - 1]?.bytes))
  const count = sorted.reduce((sum, { bytes }, i) => sum + bytes.length - shared[i]!, 0)
  const nodes: Nodes = {
    count,
    byte: new Uint8Array(count),
    depth: new Uint32Array(count),
    after: new Int32Array(count),
    firstToken: new Int32Array(count + 1).fill(-1),
    ids: Int32Array.from(sorted, ({ id }) => id),
  }
  let node = 0
  for (const [i, { bytes }] of sorted.entries()) {
    for (let depth = shared[i]!; depth < bytes.length; depth++, node++) {
      nodes.byte[node] = bytes[depth]!
      nodes.depth[node] = depth
    }
    // A token equal to the one before shares its node.
    if (nodes.firstToken[node - 1] === -1) nodes.firstToken[node - 1] = i
  }
  nodes.firstToken[count] = sorted.length
  fillFirstTokens(nodes)
  linkSubtrees(nodes)
  return nodes
}

/** Nodes without a token begin where the next one begins, so that their stretch is empty. */
function fillFirstTokens({ count, firstToken }: Nodes): void {
  for (let node = count - 1; node >= 0; node--)
    if (firstToken[node] === -1) firstToken[node] = firstToken[node + 1]!
}

/** A subtree ends at the next node that is not deeper. */
function linkSubtrees({ count, depth, after }: Nodes): void {
  const open: number[] = []
  for (let node = 0; node <= count; node++) {
    const level = node < count ? depth[node]! : 0
    while (open.length > level) after[open.pop()!] = node
    open.push(node)
  }
}

function sharedPrefix(bytes: Uint8Array, previous: Uint8Array = new Uint8Array()): number {
  let length = 0
  while (length < bytes.length && bytes[length] === previous[length]) length++
  return length
}

function allowTokens(nodes: Nodes, matcher: Matcher, start: Configuration, mask: Int32Array): void {
  const { count, byte, depth, after, firstToken, ids } = nodes
  // The configuration before each byte on the way to the current node.
  const path: Configuration[] = [start]
  let node = 0
  while (node < count) {
    const at = depth[node]!
    const before = path[at]!
    const next = before.next[byte[node]!] ?? matcher.step(before, byte[node]!)
    if (next === dead) {
      node = after[node]!
      continue
    }
    path[at + 1] = next
    for (let i = firstToken[node]!; i < firstToken[node + 1]!; i++)
      mask[ids[i]! >> 5]! |= 1 << (ids[i]! & 31)
    node++
  }
}
