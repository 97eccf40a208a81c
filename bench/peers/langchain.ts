/** @file LangChain.js: its splitter with its in-memory vector store, and its BM25 retriever. */
import type { CorpusChunk } from '../corpus.ts'
import { hashingVector } from '../hashing-embedder.ts'
import { importPeer, type Peer } from './peer.ts'

type Metadata = { document: string; collection: string }
type LangChainDocument = { pageContent: string; metadata: Metadata }
type Embeddings = {
  embedDocuments(texts: string[]): Promise<number[][]>
  embedQuery(text: string): Promise<number[]>
}
type Splitter = { splitDocuments(documents: LangChainDocument[]): Promise<LangChainDocument[]> }
type VectorStore = {
  addDocuments(documents: LangChainDocument[]): Promise<void>
  similaritySearch(
    query: string,
    k: number,
    filter?: (document: LangChainDocument) => boolean,
  ): Promise<LangChainDocument[]>
}
type SplitterModule = {
  RecursiveCharacterTextSplitter: new (options: {
    chunkSize: number
    chunkOverlap: number
  }) => Splitter
}
type MemoryModule = { MemoryVectorStore: new (embeddings: Embeddings) => VectorStore }
type Retriever = { invoke(query: string): Promise<LangChainDocument[]> }
type Bm25Module = {
  BM25Retriever: {
    fromDocuments(documents: LangChainDocument[], options: { k: number }): Retriever
  }
}

/** The longest chunk of Graft's chunker, without overlap, so that both cut about equally many. */
const CHUNK_SIZE = 2_000

const embeddings: Embeddings = {
  embedDocuments: async (texts) => texts.map((text) => Array.from(hashingVector(text))),
  embedQuery: async (text) => Array.from(hashingVector(text)),
}

export const langChainPeers: Peer[] = [
  {
    name: 'LangChain MemoryVectorStore',
    mode: 'dense',
    async index(chunks) {
      const { MemoryVectorStore } = await importPeer<MemoryModule>(
        '@langchain/classic/vectorstores/memory',
      )
      const passages = await split(chunks)
      const store = new MemoryVectorStore(embeddings)
      await store.addDocuments(passages)
      return {
        chunks: passages.length,
        async search(query, { collection } = {}) {
          const filter = collection && belongsTo(collection)
          const found = await store.similaritySearch(query, 10, ...(filter ? [filter] : []))
          return found.map(({ metadata }) => metadata.document)
        },
      }
    },
  },
  {
    name: 'LangChain BM25Retriever',
    mode: 'lexical',
    async index(chunks) {
      const { BM25Retriever } = await importPeer<Bm25Module>('@langchain/community/retrievers/bm25')
      const passages = await split(chunks)
      const retriever = BM25Retriever.fromDocuments(passages, { k: 10 })
      return {
        chunks: passages.length,
        async search(query, { collection } = {}) {
          // The retriever has no filter: one over the part of the passages is the closest there is.
          const source = collection ? partOf(collection) : retriever
          return (await source.invoke(query)).map(({ metadata }) => metadata.document)
        },
      }
      function partOf(collection: string): Retriever {
        return BM25Retriever.fromDocuments(passages.filter(belongsTo(collection)), { k: 10 })
      }
    },
  },
]

function belongsTo(collection: string): (document: LangChainDocument) => boolean {
  return ({ metadata }) => metadata.collection === collection
}

/** Whole documents, cut by LangChain's own splitter. */
async function split(chunks: CorpusChunk[]): Promise<LangChainDocument[]> {
  const { RecursiveCharacterTextSplitter } = await importPeer<SplitterModule>(
    '@langchain/textsplitters',
  )
  const texts = new Map<string, LangChainDocument>()
  for (const { document, collection, text } of chunks) {
    const known = texts.get(document)
    if (known) known.pageContent += `\n\n${text}`
    else texts.set(document, { pageContent: text, metadata: { document, collection } })
  }
  const splitter = new RecursiveCharacterTextSplitter({ chunkSize: CHUNK_SIZE, chunkOverlap: 0 })
  return await splitter.splitDocuments([...texts.values()])
}
