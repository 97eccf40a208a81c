/**
 * @file Ingestion: read -> hash -> parse and chunk -> embed -> swap. New versions are built beside the old
 * ones and go live in one transaction per batch; what is unchanged costs one read and one hash.
 */
import type { Database } from '../../db/index.ts'
import { randomId, sha256 } from '../../util/hash.ts'
import type { DocumentEmbedder } from '../embed/index.ts'
import type { ParsePool } from '../parse/index.ts'
import type { Source, SourceItem } from '../sources/index.ts'
import {
  ensureCollection,
  findByLocation,
  findByPrefix,
  type KnownDocument,
  moveDocument,
  type PreparedVersion,
  setGroups,
  swapVersions,
  tombstone,
} from './queries.ts'
import {
  createTally,
  type IngestProgress,
  type IngestReport,
  type Tally,
  toFailure,
} from './report.ts'

export type IngestOptions = {
  /** Default `default`. */
  collection?: string
  /** Groups that may read the documents; absent: everyone, or as before for known documents. */
  groups?: string[]
  signal?: AbortSignal
  onProgress?: (progress: IngestProgress) => void
}

export type IngestParts = { db: Database; parser: ParsePool; embedder?: DocumentEmbedder }

/** Raise it when parsers or chunker change what they return: documents are then parsed anew. */
const PARSER_REVISION = 1
/** Large enough to amortise a commit (0.5 ms with fsync), small enough that readers wait below 100 ms. */
const BATCH_CHUNKS = 256
const BATCH_DOCUMENTS = 64

type Run = {
  parts: IngestParts
  options: IngestOptions
  collection: string
  tally: Tally
  /** Known documents of the source that are no longer in it: renamed or removed. */
  gone: Set<KnownDocument>
}

/**
 * Brings the documents of a source up to date. A document that cannot be read or parsed is reported and
 * the others go on; its last good version stays current.
 */
export async function ingest(
  source: Source,
  parts: IngestParts,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const { collection = 'default', onProgress } = options
  await ensureCollection(parts.db, collection)
  const gone = await missingDocuments(source, parts.db, collection)
  const tally = createTally(source.items.length + source.failures.length + gone.size, onProgress)
  const run: Run = { parts, options, collection, tally, gone }
  for (const { uri, error } of source.failures) tally.settle('failed', uri, toFailure(uri, error))
  await ingestItems(source.items, run)
  if (!tally.report.interrupted) await removeGone(run)
  return tally.report
}

/** Ends the given documents. Shares the report with `ingest`, so that callers print one kind of result. */
export async function removeDocuments(
  documents: KnownDocument[],
  db: Database,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const tally = createTally(documents.length, options.onProgress)
  const ids = documents.map(({ documentId }) => documentId)
  if (ids.length > 0) await db.transaction((tx) => tombstone(tx, ids))
  for (const { uri } of documents) tally.settle('removed', uri)
  return tally.report
}

async function missingDocuments(
  source: Source,
  db: Database,
  collection: string,
): Promise<Set<KnownDocument>> {
  const { prefix, removed = [], unlisted = [], items } = source
  const present = new Set(items.map(({ location }) => location))
  const known =
    prefix === undefined
      ? await findByLocation(db, collection, removed)
      : await findByPrefix(db, collection, prefix)
  return new Set(
    known.filter(
      ({ location, contentHash }) =>
        contentHash !== null &&
        !present.has(location) &&
        !unlisted.some((folder) => location.startsWith(folder)),
    ),
  )
}

async function ingestItems(items: SourceItem[], run: Run): Promise<void> {
  let batch: PreparedVersion[] = []
  const known = await knownByLocation(items, run)
  let committing: Promise<void> = Promise.resolve()
  // The next batch is read and parsed while this one is committed.
  const flush = async (): Promise<void> => {
    const versions = batch
    batch = []
    await committing
    if (versions.length === 0) return
    committing = commit(versions, known, run)
    // Awaited by the next flush; until then a failure must not count as unhandled.
    committing.catch(() => undefined)
  }
  for await (const prepared of prepareAll(items, known, run)) {
    batch.push(prepared)
    const chunks = batch.reduce((sum, { chunks }) => sum + chunks.length, 0)
    if (chunks >= BATCH_CHUNKS || batch.length >= BATCH_DOCUMENTS) await flush()
  }
  await flush()
  await committing
}

async function knownByLocation(
  items: SourceItem[],
  { parts, collection }: Run,
): Promise<Map<string, KnownDocument>> {
  const known = await findByLocation(
    parts.db,
    collection,
    items.map(({ location }) => location),
  )
  return new Map(known.map((document) => [document.location, document]))
}

/** A few documents in flight keep the parser thread busy while the last batch is committed. */
const IN_FLIGHT = 8

async function* prepareAll(
  items: SourceItem[],
  known: Map<string, KnownDocument>,
  run: Run,
): AsyncGenerator<PreparedVersion> {
  const queue: Promise<PreparedVersion | undefined>[] = []
  for (const item of items) {
    if (run.options.signal?.aborted) break
    queue.push(prepare(item, known.get(item.location), run))
    if (queue.length < IN_FLIGHT) continue
    const prepared = await queue.shift()
    if (prepared) yield prepared
  }
  for (const pending of queue) {
    const prepared = await pending
    if (prepared) yield prepared
  }
  if (run.options.signal?.aborted) run.tally.report.interrupted = true
}

/** Reads and parses one item; undefined when there is nothing to swap (unchanged, renamed, failed). */
async function prepare(
  item: SourceItem,
  known: KnownDocument | undefined,
  run: Run,
): Promise<PreparedVersion | undefined> {
  const { tally, options, parts } = run
  try {
    const { bytes, mediaType } = await item.read(options.signal)
    tally.report.bytes += bytes.length
    const contentHash = sha256(`${PARSER_REVISION}:${mediaType ?? ''}:`, bytes)
    if (known?.contentHash === contentHash) return await keep(known, run)
    if (!known && (await rename(item, contentHash, run))) return undefined
    const name = item.uri
    const { document, chunks } = await parts.parser.parse({
      bytes,
      name,
      ...(mediaType && { mediaType }),
    })
    const vectors = await parts.embedder?.embedChunks(
      chunks.map(({ searchText }) => searchText),
      options.signal,
    )
    const documentId = known?.documentId ?? randomId('doc')
    const { location, uri } = item
    return {
      documentId,
      versionId: randomId('ver'),
      location,
      uri,
      contentHash,
      document,
      chunks,
      ...(vectors && { vectors }),
    }
  } catch (error) {
    if (!options.signal?.aborted) tally.settle('failed', item.uri, toFailure(item.uri, error))
    return undefined
  }
}

async function keep(known: KnownDocument, { options, parts, tally }: Run): Promise<undefined> {
  const { groups } = options
  if (groups && groups.join() !== known.groups.join()) {
    await parts.db.transaction((tx) => setGroups(tx, [known.documentId], groups))
    tally.settle('updated', known.uri)
  } else tally.settle('unchanged', known.uri)
}

/** The same content at a new place while its old place is gone: the document moved. */
async function rename(
  { location, uri }: SourceItem,
  contentHash: string,
  { gone, parts, tally }: Run,
): Promise<boolean> {
  const document = [...gone].find((candidate) => candidate.contentHash === contentHash)
  if (!document) return false
  gone.delete(document)
  await parts.db.transaction((tx) => moveDocument(tx, document.documentId, location, uri))
  tally.settle('renamed', uri)
  return true
}

async function commit(
  versions: PreparedVersion[],
  known: Map<string, KnownDocument>,
  run: Run,
): Promise<void> {
  const { parts, options, collection, tally } = run
  const embedderId = parts.embedder?.id
  await parts.db.transaction((tx) =>
    swapVersions(tx, versions, {
      collection,
      ...(options.groups && { groups: options.groups }),
      ...(embedderId !== undefined && { embedderId }),
    }),
  )
  for (const { location, uri, chunks } of versions) {
    tally.report.chunks += chunks.length
    tally.settle(known.get(location)?.contentHash ? 'updated' : 'added', uri)
  }
}

async function removeGone({ gone, parts, tally }: Run): Promise<void> {
  const documents = [...gone]
  if (documents.length === 0) return
  await parts.db.transaction((tx) =>
    tombstone(
      tx,
      documents.map(({ documentId }) => documentId),
    ),
  )
  for (const { uri } of documents) tally.settle('removed', uri)
}
