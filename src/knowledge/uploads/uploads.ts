/** @file Uploads of a workspace: files, the vector stores they are put into, and searching those. */
import type { Database } from '../../db/index.ts'
import { owner, type Reader } from '../access.ts'
import type { RetrieveOptions } from '../retrieve/retrieve.ts'
import type { RetrievedChunk } from '../retrieve/types.ts'
import { FILE_SCHEME } from './purge.ts'
import { attributesOf } from './store-queries.ts'
import { createStoreWorker, type IngestSource } from './store-worker.ts'
import type { UploadedFiles } from './uploaded-file.ts'
import { createUploadedFiles } from './uploaded-files.ts'
import type { Attributes, VectorStores } from './vector-store.ts'
import { createVectorStores } from './vector-stores.ts'

export type StoreHit = {
  readonly fileId: string
  readonly filename: string
  readonly attributes: Attributes
  readonly chunk: RetrievedChunk
}

/** Collection, reader and time are given by the store: its past is not kept. */
export type StoreSearchOptions = Pick<
  RetrieveOptions,
  'limit' | 'attributes' | 'reranking' | 'signal'
>

export type Uploads = {
  readonly files: UploadedFiles
  readonly stores: VectorStores
  /**
   * What a store holds on the queries, best first.
   * @throws KnowledgeError unknown_vector_store | vector_store_expired
   */
  search(
    storeId: string,
    queries: readonly string[],
    options?: StoreSearchOptions,
    reader?: Reader,
  ): Promise<StoreHit[]>
  /** Processes files of vector stores, and deletes what expires, until closed. One process does it at a time. */
  startWorker(): void
  close(): Promise<void>
}

export type UploadParts = {
  ingest: IngestSource
  search(query: string, options: RetrieveOptions): Promise<RetrievedChunk[]>
}

export function createUploads(db: Database, { ingest, search }: UploadParts): Uploads {
  const files = createUploadedFiles(db)
  const worker = createStoreWorker(db, files, ingest)
  const stores = createVectorStores(db, worker.wake)
  return {
    files,
    stores,
    async search(storeId, queries, options = {}, reader = owner) {
      await stores.touch(storeId, reader)
      const filter = { ...options, reader, collections: [storeId] }
      const found = await Promise.all(queries.map((query) => search(query, filter)))
      const chunks = bestOf(found.flat()).slice(0, options.limit)
      const places = chunks.map(({ uri }) => parseFileUri(uri))
      const ids = places.map(({ fileId }) => fileId)
      const attributes = await attributesOf(db, storeId, ids)
      return chunks.map((chunk, i) => {
        const place = places[i]!
        return { ...place, attributes: attributes.get(place.fileId) ?? {}, chunk }
      })
    },
    startWorker: worker.start,
    close: worker.close,
  }
}

/** File and name of an uploaded document, from its `uri`: `graft-file:FILE/NAME`. */
export function parseFileUri(uri: string): { fileId: string; filename: string } {
  const slash = uri.indexOf('/')
  return { fileId: uri.slice(FILE_SCHEME.length, slash), filename: uri.slice(slash + 1) }
}

/** A chunk that several queries found stands where it was found best. */
function bestOf(chunks: RetrievedChunk[]): RetrievedChunk[] {
  const best = new Map<string, RetrievedChunk>()
  for (const chunk of chunks.toSorted((a, b) => b.score - a.score))
    if (!best.has(chunk.chunkId)) best.set(chunk.chunkId, chunk)
  return [...best.values()]
}
