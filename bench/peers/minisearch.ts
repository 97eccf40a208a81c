/** @file MiniSearch: full text in memory, BM25+ with OR of the query's words (its default). */
import type { CorpusChunk } from '../corpus.ts'
import { importPeer, type Peer } from './peer.ts'

type Found = Pick<CorpusChunk, 'id' | 'document' | 'collection' | 'text'>
type MiniSearch = {
  addAll(documents: CorpusChunk[]): void
  search(query: string, options: { filter?: (found: Found) => boolean }): Found[]
}
type MiniSearchModule = {
  default: new (options: { fields: string[]; storeFields: string[] }) => MiniSearch
}

export const miniSearch: Peer = {
  name: 'MiniSearch',
  mode: 'lexical',
  async index(chunks) {
    const { default: Index } = await importPeer<MiniSearchModule>('minisearch')
    const index = new Index({
      fields: ['headings', 'text'],
      storeFields: ['document', 'collection', 'headings', 'text'],
    })
    index.addAll(chunks)
    return {
      chunks: chunks.length,
      async search(query, { collection } = {}) {
        const filter = collection && ((found: Found) => found.collection === collection)
        const found = index.search(query, { ...(filter && { filter }) })
        return found.slice(0, 10).map(({ document }) => document)
      },
    }
  },
}
