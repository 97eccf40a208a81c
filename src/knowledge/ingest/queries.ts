/** @file SQL of ingestion: what is known of a place, the atomic swap of versions, tombstones. */
import type { Queryable } from '../../db/index.ts'
import { storable } from '../../util/storable.ts'
import type { Chunk } from '../chunk/index.ts'
import { insertVectors } from '../embed/index.ts'
import type { ParsedDocument } from '../parse/index.ts'

export type KnownDocument = {
  documentId: string
  location: string
  uri: string
  groups: string[]
  /** Hash, title and type of the current version; null after removal. */
  contentHash: string | null
  title: string | null
  mediaType: string | null
}

/** A parsed version ready to go live; `vectors[i]` belongs to `chunks[i]`. */
export type PreparedVersion = {
  documentId: string
  versionId: string
  location: string
  uri: string
  contentHash: string
  document: ParsedDocument
  chunks: Chunk[]
  vectors?: Float32Array[]
}

export type SwapOptions = {
  collection: string
  /** Replaces the groups of the documents; absent keeps them (new documents: everyone). */
  groups?: string[]
  embedderId?: number
}

const KNOWN = `
  select d.id as "documentId", d.location, d.uri, d.groups, v.content_hash as "contentHash", v.title,
    v.media_type as "mediaType"
  from graft.document d left join graft.version v on v.document_id = d.id and v.valid_to is null`

export async function findByLocation(
  db: Queryable,
  collection: string,
  locations: string[],
): Promise<KnownDocument[]> {
  return await db.query(`${KNOWN} where d.collection = $1 and d.location = any ($2)`, [
    collection,
    locations,
  ])
}

/** Documents whose location starts with `prefix`, removed ones too. */
export async function findByPrefix(
  db: Queryable,
  collection: string,
  prefix: string,
): Promise<KnownDocument[]> {
  return await db.query(
    `${KNOWN} where d.collection = $1 and starts_with(d.location, $2) order by d.uri`,
    [collection, prefix],
  )
}

export async function ensureCollection(db: Queryable, collection: string): Promise<void> {
  await db.query('insert into graft.collection (name) values ($1) on conflict do nothing', [
    collection,
  ])
}

/** Makes the prepared versions current and ends the ones they replace: call it inside one transaction. */
export async function swapVersions(
  tx: Queryable,
  versions: PreparedVersion[],
  options: SwapOptions,
): Promise<void> {
  const { rows, moment } = await lockDocuments(tx, versions, options)
  const idOf = new Map(rows.map(({ id, location }) => [location, id]))
  const placed = versions.map((version) => ({
    ...version,
    documentId: idOf.get(version.location)!,
  }))
  await endVersions(
    tx,
    placed.map(({ documentId }) => documentId),
    moment,
  )
  await insertVersions(tx, placed, moment)
  const chunkIds = await insertChunks(tx, placed, moment)
  if (options.embedderId !== undefined)
    await insertVectors(
      tx,
      options.embedderId,
      chunkIds,
      placed.flatMap(({ vectors }) => vectors ?? []),
    )
  await bumpCounter(tx, moment)
}

/** Ends the current versions of the documents; their text stays readable as of an earlier time. */
export async function tombstone(tx: Queryable, documentIds: string[]): Promise<void> {
  await tx.query('select 1 from graft.document where id = any ($1) order by id for update', [
    documentIds,
  ])
  const moment = await currentMoment(tx)
  await endVersions(tx, documentIds, moment)
  await bumpCounter(tx, moment)
}

/** A renamed file stays the same document: its citations and history remain. */
export async function moveDocument(
  tx: Queryable,
  documentId: string,
  location: string,
  uri: string,
): Promise<void> {
  await tx.query('update graft.document set location = $2, uri = $3 where id = $1', [
    documentId,
    location,
    uri,
  ])
  await bumpCounter(tx)
}

export async function setGroups(
  tx: Queryable,
  documentIds: string[],
  groups: string[],
): Promise<void> {
  await tx.query('update graft.document set groups = $2 where id = any ($1)', [documentIds, groups])
  await bumpCounter(tx)
}

// --- Parts of the swap ---

/** Row locks order concurrent swaps of the same document, so the moment is taken after them. */
async function lockDocuments(
  tx: Queryable,
  versions: PreparedVersion[],
  { collection, groups }: SwapOptions,
): Promise<{ rows: { id: string; location: string }[]; moment: string }> {
  const sorted = [...versions].sort((a, b) => (a.location < b.location ? -1 : 1))
  const rows = await tx.query<{ id: string; location: string }>(
    `insert into graft.document as d (id, collection, location, uri, groups)
     select id, $1, location, uri, coalesce($5, '{everyone}'::text[])
     from unnest($2::text[], $3::text[], $4::text[]) as new (id, location, uri)
     on conflict (collection, location) do update set uri = excluded.uri, groups = coalesce($5, d.groups)
     returning d.id, d.location`,
    [
      collection,
      sorted.map((v) => v.documentId),
      sorted.map((v) => v.location),
      sorted.map((v) => v.uri),
      groups ?? null,
    ],
  )
  return { rows, moment: await currentMoment(tx) }
}

/** Whole milliseconds, which an ISO time can name: `asOf` a version's `validFrom` then finds that version. */
async function currentMoment(tx: Queryable): Promise<string> {
  const [now] = await tx.query<{ moment: string }>(
    `select date_trunc('milliseconds', clock_timestamp())::text as moment`,
  )
  return now!.moment
}

async function endVersions(tx: Queryable, documentIds: string[], moment: string): Promise<void> {
  const [ended] = await tx.query<{ chunks: number }>(
    `with ended_version as (
       update graft.version set valid_to = $2 where document_id = any ($1) and valid_to is null returning id
     ), ended_chunk as (
       update graft.chunk set valid_to = $2
       where version_id in (select id from ended_version) returning 1
     )
     select count(*) as chunks from ended_chunk`,
    [documentIds, moment],
  )
  await tx.query(
    'update graft.change set dead_chunks = dead_chunks + $1, live_chunks = live_chunks - $1',
    [ended?.chunks ?? 0],
  )
}

async function insertVersions(
  tx: Queryable,
  versions: PreparedVersion[],
  moment: string,
): Promise<void> {
  await tx.query(
    `insert into graft.version (id, document_id, title, media_type, content_hash, text, chars, metadata, valid_from)
     select id, document_id, title, media_type, content_hash, text, chars, metadata::jsonb, $9
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::text[])
       as new (id, document_id, title, media_type, content_hash, text, chars, metadata)`,
    [
      versions.map((v) => v.versionId),
      versions.map((v) => v.documentId),
      versions.map((v) => storable(v.document.title)),
      versions.map((v) => v.document.mediaType),
      versions.map((v) => v.contentHash),
      versions.map((v) => storable(v.document.text)),
      versions.map((v) => v.document.text.length),
      versions.map((v) =>
        storable(JSON.stringify(v.document.metadata).replaceAll('\\u0000', '\\ufffd')),
      ),
      moment,
    ],
  )
}

/** ASCII "unit separator": joins headings for the trip, since unnest flattens arrays of arrays. */
const SEPARATOR = '\u001f'

async function insertChunks(
  tx: Queryable,
  versions: PreparedVersion[],
  moment: string,
): Promise<number[]> {
  const rows = versions.flatMap((version) => version.chunks.map((chunk) => ({ version, chunk })))
  const inserted = await tx.query<{ id: number }>(
    `insert into graft.chunk (document_id, version_id, ordinal, heading_path, start_offset, end_offset, text, sentences, search_text, valid_from)
     select document_id, version_id, ordinal, string_to_array(headings, $10), first, last, text,
       string_to_array(sentences, ',')::int[], search_text, $11
     from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[])
       with ordinality as new (document_id, version_id, ordinal, headings, first, last, text, sentences, search_text, position)
     order by position
     returning id`,
    [
      rows.map(({ version }) => version.documentId),
      rows.map(({ version }) => version.versionId),
      rows.map(({ chunk }) => chunk.ordinal),
      rows.map(({ chunk }) =>
        storable(
          chunk.headingPath.map((heading) => heading.replaceAll(SEPARATOR, ' ')).join(SEPARATOR),
        ),
      ),
      rows.map(({ chunk }) => chunk.start),
      rows.map(({ chunk }) => chunk.end),
      rows.map(({ version, chunk }) =>
        storable(version.document.text.slice(chunk.start, chunk.end)),
      ),
      rows.map(({ chunk }) => chunk.sentences.flatMap(({ start, end }) => [start, end]).join(',')),
      rows.map(({ chunk }) => storable(chunk.searchText)),
      SEPARATOR,
      moment,
    ],
  )
  await tx.query('update graft.change set live_chunks = live_chunks + $1', [inserted.length])
  return inserted.map(({ id }) => id)
}

async function bumpCounter(tx: Queryable, moment?: string): Promise<void> {
  await tx.query(
    'update graft.change set counter = counter + 1, changed_at = coalesce($1, clock_timestamp())',
    [moment ?? null],
  )
}
