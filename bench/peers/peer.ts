/** @file What the speed bench needs of another library, and how such a library is loaded. */
import type { CorpusChunk } from '../corpus.ts'
import type { Search } from '../speed/measure-queries.ts'

export type Peer = {
  /** As the result table shows it. */
  name: string
  mode: 'lexical' | 'dense' | 'hybrid'
  /** Indexes the corpus; `chunks` is what the peer made of it. */
  index(chunks: CorpusChunk[]): Promise<{ chunks: number; search: Search }>
}

/**
 * Imports a package of bench/peers. `Surface` is the part of it that the bench uses: the packages are not
 * installed with Graft, so their own types cannot be relied on.
 */
export async function importPeer<Surface>(specifier: string): Promise<Surface> {
  return (await import(specifier)) as Surface
}
