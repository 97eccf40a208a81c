/** @file Orama: full text, exact vector search and both together, in memory. */
import type { CorpusChunk } from '../corpus.ts'
import { DIMENSIONS, hashingVector } from '../hashing-embedder.ts'
import { importPeer, type Peer } from './peer.ts'

type Index = { readonly schema: unknown }
type OramaChunk = Omit<CorpusChunk, 'sentence'> & { embedding?: number[] }
type OramaModule = {
  create(options: { schema: Record<string, string> }): Index
  insertMultiple(index: Index, documents: OramaChunk[], batchSize: number): Promise<string[]>
  search(
    index: Index,
    query: Record<string, unknown>,
  ): Promise<{ hits: { document: OramaChunk }[] }>
}

const BATCH = 500
const textSchema = { document: 'string', collection: 'enum', headings: 'string', text: 'string' }

export const oramaPeers: Peer[] = [
  orama('lexical', (text) => ({ mode: 'fulltext', term: text, properties: PROPERTIES })),
  orama('dense', (text) => ({ mode: 'vector', ...vectorOf(text) })),
  orama('hybrid', (text) => ({
    mode: 'hybrid',
    term: text,
    properties: PROPERTIES,
    ...vectorOf(text),
  })),
]

const PROPERTIES = ['headings', 'text']

/** A similarity of 0 lets every vector in: hashed words are less alike than Orama's default expects. */
function vectorOf(text: string): Record<string, unknown> {
  const value = Array.from(hashingVector(text))
  return { vector: { value, property: 'embedding' }, similarity: 0 }
}

function orama(mode: Peer['mode'], toQuery: (text: string) => Record<string, unknown>): Peer {
  return {
    name: 'Orama',
    mode,
    async index(chunks) {
      const { create, insertMultiple, search } = await importPeer<OramaModule>('@orama/orama')
      const vectors = mode === 'lexical' ? {} : { embedding: `vector[${DIMENSIONS}]` }
      const index = create({ schema: { ...textSchema, ...vectors } })
      const documents = chunks.map(({ sentence, ...chunk }): OramaChunk => {
        if (mode === 'lexical') return chunk
        return {
          ...chunk,
          embedding: Array.from(hashingVector(`${chunk.headings}\n${chunk.text}`)),
        }
      })
      await insertMultiple(index, documents, BATCH)
      return {
        chunks: chunks.length,
        async search(text, { collection } = {}) {
          const where = collection && { where: { collection: { eq: collection } } }
          const { hits } = await search(index, { ...toQuery(text), limit: 10, ...where })
          return hits.map(({ document }) => document.document)
        },
      }
    },
  }
}
