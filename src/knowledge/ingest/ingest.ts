/**
 * @file Ingestion: read -> hash -> parse and chunk -> embed -> swap. New versions are built beside the old
 * ones and go live in one transaction per batch; what is unchanged costs one read and one hash.
 */
import type { Database } from '../../db/index.ts'
import { randomId, sha256 } from '../../util/hash.ts'
import type { DocumentEmbedder } from '../embed/index.ts'
import type { FittedEmbedders } from '../fit/index.ts'
import type { ParsedDocument, ParsePool } from '../parse/index.ts'
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
  /** Called while chunks get their vectors, after the documents have been added. */
  onEmbedding?: (done: number, total: number) => void
}

export type IngestParts = {
  db: Database
  parser: ParsePool
  /** The configured embedder, or in its place */
  embedder?: DocumentEmbedder
  /** those that are fitted to the corpus, of which the active one may change at any time. */
  fitted?: FittedEmbedders
}

/** Raise it when parsers or chunker change what they return: documents are then parsed anew. */
const PARSER_REVISION = 1
/** Large enough to amortise a commit (0.5 ms with fsync), small enough not to hold readers up for long. */
const BATCH_CHUNKS = 256
const BATCH_DOCUMENTS = 64

type Prepared = PreparedVersion & {
  outcome: 'added' | 'updated' | 'renamed'
  /** The document comes from another location, which is gone. */
  moved: boolean
}

type Run = {
  parts: IngestParts
  options: IngestOptions
  collection: string
  tally: Tally
  /** Whether the source lists a folder, and so says how its documents are named. */
  listing: boolean
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
  const listing = source.prefix !== undefined
  const run: Run = { parts, options, collection, tally, listing, gone }
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
  let batch: Prepared[] = []
  const known = await knownByLocation(items, run)
  let committing: Promise<void> = Promise.resolve()
  // The next batch is read and parsed while this one is committed.
  const flush = async (): Promise<void> => {
    const versions = batch
    batch = []
    await committing
    if (versions.length === 0) return
    committing = commit(versions, run)
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
): AsyncGenerator<Prepared> {
  const queue: Promise<Prepared | undefined>[] = []
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

/** Reads and parses one item; undefined when there is nothing to swap (unchanged, only moved, failed). */
async function prepare(
  item: SourceItem,
  known: KnownDocument | undefined,
  run: Run,
): Promise<Prepared | undefined> {
  const { tally, options, parts, gone } = run
  let moved: KnownDocument | undefined
  try {
    const { bytes, mediaType } = await item.read(options.signal)
    tally.report.bytes += bytes.length
    const contentHash = sha256(`${PARSER_REVISION}:${mediaType ?? ''}:`, bytes)
    if (known?.contentHash === contentHash) return await keep(known, run)
    moved = known ? undefined : takeMoved(contentHash, run)
    const input = { bytes, name: item.uri, ...(mediaType && { mediaType }) }
    const { document, chunks } = await parts.parser.parse(input)
    if (moved && isSameReading(moved, document)) return await rename(moved, item, run)
    const searchTexts = chunks.map(({ searchText }) => searchText)
    const vectors = await parts.embedder?.embedChunks(searchTexts, options.signal)
    const { location } = item
    // A file added alone keeps the path by which its folder is known.
    const uri = run.listing || !known ? item.uri : known.uri
    return {
      documentId: (known ?? moved)?.documentId ?? randomId('doc'),
      versionId: randomId('ver'),
      location,
      uri,
      contentHash,
      document,
      chunks,
      ...(vectors && { vectors }),
      outcome: moved ? 'renamed' : known?.contentHash ? 'updated' : 'added',
      moved: moved !== undefined,
    }
  } catch (error) {
    if (moved) gone.add(moved)
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
function takeMoved(contentHash: string, { gone }: Run): KnownDocument | undefined {
  const moved = [...gone].find((candidate) => candidate.contentHash === contentHash)
  if (moved) gone.delete(moved)
  return moved
}

/** Title and format may come from the file's name: a new name can change what the same bytes say. */
function isSameReading(former: KnownDocument, { title, mediaType }: ParsedDocument): boolean {
  return former.title === title && former.mediaType === mediaType
}

async function rename(
  { documentId }: KnownDocument,
  { location, uri }: SourceItem,
  { parts, tally, options: { groups } }: Run,
): Promise<undefined> {
  await parts.db.transaction(async (tx) => {
    await moveDocument(tx, documentId, location, uri)
    if (groups) await setGroups(tx, [documentId], groups)
  })
  tally.settle('renamed', uri)
}

async function commit(versions: Prepared[], run: Run): Promise<void> {
  const { parts, options, collection, tally } = run
  const fitted = await parts.fitted?.current()
  const embedderId = (parts.embedder ?? fitted)?.id
  const ready = fitted ? await embedVersions(versions, fitted) : versions
  await parts.db.transaction(async (tx) => {
    for (const { moved, documentId, location, uri } of versions)
      if (moved) await moveDocument(tx, documentId, location, uri)
    await swapVersions(tx, ready, {
      collection,
      ...(options.groups && { groups: options.groups }),
      ...(embedderId !== undefined && { embedderId }),
    })
  })
  // A model that became active since then did so before these chunks were there, or has found them.
  const now = await parts.fitted?.current()
  if (now?.id !== fitted?.id) await parts.fitted?.complete()
  for (const { outcome, uri, chunks } of versions) {
    tally.report.chunks += chunks.length
    tally.settle(outcome, uri)
  }
}

/** A fitted model takes microseconds, so it is asked last: with what is the active one then. */
async function embedVersions(
  versions: Prepared[],
  embedder: DocumentEmbedder,
): Promise<PreparedVersion[]> {
  return await Promise.all(
    versions.map(async (version) => {
      const vectors = await embedder.embedChunks(version.chunks.map(({ searchText }) => searchText))
      return { ...version, vectors }
    }),
  )
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
