/** @file The knowledge of a workspace: one object with the verbs that CLI, server and assistant use. */
import type { Database } from '../db/index.ts'
import { owner, type Reader } from './access.ts'
import {
  type DocumentInfo,
  type KnowledgeStatus,
  listDocuments,
  openVersion,
  openVersions,
  readStatus,
  type StoredVersion,
} from './documents.ts'
import type { EmbedderSetting } from './embed/index.ts'
import { createEmbedding, type TextEmbedder } from './embedding.ts'
import {
  type IngestOptions,
  type IngestReport,
  ingest,
  maintain,
  removeDocuments,
} from './ingest/index.ts'
import { findByLocation, findByPrefix, type KnownDocument, setGroups } from './ingest/queries.ts'
import { createParsePool } from './parse/index.ts'
import { type EvidenceOptions, selectEvidence } from './retrieve/evidence.ts'
import { type RetrieveOptions, retrieve } from './retrieve/retrieve.ts'
import type { Evidence, RetrievedChunk } from './retrieve/types.ts'
import {
  canonicalPath,
  changedItems,
  type FetchLimits,
  type FolderWatcher,
  fileLocation,
  isUrl,
  listSource,
  type PathChanges,
  type TextTarget,
  watchFolder,
} from './sources/index.ts'
import { createUploads, type Uploads } from './uploads/index.ts'

export type KnowledgeOptions = {
  /** Default: one that is fitted to the documents, once there are enough. `false`: search by words alone. */
  embedder?: EmbedderSetting | false
  fetchLimits?: FetchLimits
}

export type WatchOptions = IngestOptions & {
  /** Called after each batch of changes has been committed. */
  onReport?: (report: IngestReport) => void
  /** Called when a whole batch failed, for example because the store was away; it is tried again. */
  onError?: (error: unknown) => void
}

export type Knowledge = {
  /** Adds or refreshes a path, URL or text; a folder's missing files are removed. Idempotent. */
  add(target: string | TextTarget, options?: IngestOptions): Promise<IngestReport>
  /** Adds a path, then keeps following it until closed. */
  watch(target: string, options?: WatchOptions): Promise<FolderWatcher>
  /** Removes the documents below a path, URL or text name; what they said stays readable `asOf` earlier. */
  remove(target: string, options?: IngestOptions): Promise<IngestReport>
  /** Replaces the groups that may read the documents below a target, removed ones too; returns how many. */
  restrict(target: string, groups: string[], collection?: string): Promise<number>
  search(query: string, options?: RetrieveOptions): Promise<RetrievedChunk[]>
  /** Searches and selects the sentences that answer. */
  evidence(question: string, options?: RetrieveOptions & EvidenceOptions): Promise<Evidence>
  /** What gives vectors to texts; undefined while the workspace is searched by words alone. */
  embedder(): Promise<TextEmbedder | undefined>
  documents(reader?: Reader): Promise<DocumentInfo[]>
  versions(versionIds: string[], reader?: Reader): Promise<Map<string, StoredVersion>>
  /** A version with its text. @throws KnowledgeError unknown_version, also when the reader may not see it */
  version(versionId: string, reader?: Reader): Promise<StoredVersion>
  status(reader?: Reader): Promise<KnowledgeStatus>
  /** Uploaded files and vector stores. */
  readonly uploads: Uploads
  close(): Promise<void>
}

/** Chunks from which evidence sentences are selected: more add distractors, fewer lose answers. */
const EVIDENCE_CHUNKS = 10

export async function createKnowledge(
  db: Database,
  options: KnowledgeOptions = {},
): Promise<Knowledge> {
  const parser = createParsePool()
  const embedding = await createEmbedding(db, options.embedder)
  const ingestParts = { db, parser, ...embedding.ingestParts }
  const fetchLimits = options.fetchLimits ?? {}

  async function add(
    target: string | TextTarget,
    ingestOptions: IngestOptions = {},
  ): Promise<IngestReport> {
    const source = await listSource(target, fetchLimits, ingestOptions.signal)
    const report = await ingest(source, ingestParts, ingestOptions)
    await maintain(db)
    if (!report.interrupted) await embedding.update(report, ingestOptions)
    return report
  }

  async function search(
    query: string,
    retrieveOptions: RetrieveOptions = {},
  ): Promise<RetrievedChunk[]> {
    const dense = await embedding.leg()
    return await retrieve(query, { db, ...(dense && { dense }) }, retrieveOptions)
  }

  const uploads = createUploads(db, {
    search,
    async ingest(source, ingestOptions) {
      const report = await ingest(source, ingestParts, ingestOptions)
      await maintain(db)
      embedding.updateLater()
      return report
    },
  })

  return {
    add,
    search,
    uploads,
    async watch(target, watchOptions = {}) {
      const root = await canonicalPath(target)
      const { onReport, onError } = watchOptions
      const update = async ({ changed, deleted }: PathChanges): Promise<void> => {
        const items = await changedItems(root, changed)
        const source = { items, failures: [], removed: deleted.map(fileLocation) }
        onReport?.(await ingest(source, ingestParts, watchOptions))
        await maintain(db)
        embedding.updateLater(onError)
      }
      const watcher = await watchFolder(root, update, onError)
      // Watching starts first, so that nothing changes unseen while the folder is being read.
      onReport?.(await add(root, watchOptions))
      return watcher
    },
    async remove(target, removeOptions = {}) {
      const documents = await findTarget(db, target, removeOptions.collection)
      return await removeDocuments(documents.filter(isCurrent), db, removeOptions)
    },
    async restrict(target, groups, collection) {
      const documents = await findTarget(db, target, collection)
      await db.transaction((tx) =>
        setGroups(
          tx,
          documents.map(({ documentId }) => documentId),
          groups,
        ),
      )
      return documents.length
    },
    async evidence(question, evidenceOptions = {}) {
      const chunks = await search(question, { limit: EVIDENCE_CHUNKS, ...evidenceOptions })
      evidenceOptions.onChunks?.(chunks)
      return await selectEvidence(question, chunks, db, evidenceOptions)
    },
    embedder: embedding.embedder,
    documents: (reader) => listDocuments(db, reader),
    versions: (versionIds, reader) => openVersions(db, versionIds, reader ?? owner),
    version: (versionId, reader) => openVersion(db, versionId, reader),
    status: (reader) => readStatus(db, reader),
    async close() {
      await uploads.close()
      await embedding.close()
      await parser.close()
    },
  }
}

/** Documents named by a path (also of a deleted file), a folder, a URL or the name of a text. */
async function findTarget(
  db: Database,
  target: string,
  collection = 'default',
): Promise<KnownDocument[]> {
  const text = await findByLocation(db, collection, [`text:${target}`])
  if (text.length > 0) return text
  const location = isUrl(target)
    ? new URL(target).href
    : fileLocation(await canonicalPath(target).catch(() => target))
  const below = location.endsWith('/') ? location : `${location}/`
  const found = await findByPrefix(db, collection, location)
  return found.filter(
    (document) => document.location === location || document.location.startsWith(below),
  )
}

function isCurrent({ contentHash }: KnownDocument): boolean {
  return contentHash !== null
}
