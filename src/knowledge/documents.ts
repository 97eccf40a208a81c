/** @file Reading what is stored: documents, versions, counts. The reader's groups are in every statement. */
import type { Queryable } from '../db/index.ts'
import { owner, type Reader } from './access.ts'
import { KnowledgeError } from './errors.ts'

export type DocumentInfo = {
  documentId: string
  collection: string
  title: string
  uri: string
  location: string
  mediaType: string
  groups: string[]
  versionId: string
  validFrom: string
  chunks: number
  chars: number
}

export type StoredVersion = {
  documentId: string
  versionId: string
  title: string
  uri: string
  mediaType: string
  text: string
  validFrom: string
  validTo: string | null
}

export type KnowledgeStatus = {
  documents: number
  versions: number
  chunks: number
  chars: number
  collections: { name: string; documents: number }[]
  /** ISO time of the last committed change. */
  lastChange: string | null
  /** Active embedder and how many current chunks lack its vector; null while the lexical leg works alone. */
  embedder: { name: string; dimensions: number; missing: number } | null
}

/** Current documents that the reader may see, by path. */
export async function listDocuments(
  db: Queryable,
  reader: Reader = owner,
): Promise<DocumentInfo[]> {
  const rows = await db.query<Omit<DocumentInfo, 'validFrom'> & { validFrom: Date }>(
    `select d.id as "documentId", d.collection, v.title, d.uri, d.location, v.media_type as "mediaType", d.groups,
       v.id as "versionId", v.valid_from as "validFrom", v.chars,
       (select count(*) from graft.chunk c where c.version_id = v.id) as chunks
     from graft.document d join graft.version v on v.document_id = d.id and v.valid_to is null
     where graft.may_read(d, $1) order by d.collection, d.uri`,
    [reader.groups],
  )
  return rows.map((row) => ({ ...row, validFrom: row.validFrom.toISOString() }))
}

/** A version with its whole text, current or past. @throws KnowledgeError unknown_version, also when the reader may not see it */
export async function openVersion(
  db: Queryable,
  versionId: string,
  reader: Reader = owner,
): Promise<StoredVersion> {
  const version = (await openVersions(db, [versionId], reader)).get(versionId)
  if (version) return version
  throw new KnowledgeError(
    'unknown_version',
    `there is no version "${versionId}" that you may read`,
    {
      hint: 'Use the versionId of a citation or of graft status --documents.',
    },
  )
}

export async function openVersions(
  db: Queryable,
  versionIds: string[],
  reader: Reader = owner,
): Promise<Map<string, StoredVersion>> {
  const rows = await db.query<
    Omit<StoredVersion, 'validFrom' | 'validTo'> & { validFrom: Date; validTo: Date | null }
  >(
    `select v.id as "versionId", v.document_id as "documentId", v.title, d.uri, v.media_type as "mediaType", v.text,
       v.valid_from as "validFrom", v.valid_to as "validTo"
     from graft.version v join graft.document d on d.id = v.document_id
     where v.id = any ($1) and graft.may_read(d, $2)`,
    // Postgres refuses NUL in a text; no id holds one.
    [versionIds.filter((id) => !id.includes('\0')), reader.groups],
  )
  return new Map(
    rows.map((row) => [
      row.versionId,
      {
        ...row,
        validFrom: row.validFrom.toISOString(),
        validTo: row.validTo?.toISOString() ?? null,
      },
    ]),
  )
}

/** Counts over what the reader may see, without versions that were never valid: results of tools. */
export async function readStatus(db: Queryable, reader: Reader = owner): Promise<KnowledgeStatus> {
  const [counts] = await db.query<{
    documents: number
    versions: number
    chunks: number
    chars: number
  }>(
    `select count(distinct d.id) filter (where v.valid_to is null) as documents, count(v.id) as versions,
       coalesce(sum(v.chars) filter (where v.valid_to is null), 0) as chars,
       (select count(*) from graft.chunk c join graft.document d on d.id = c.document_id
        where c.valid_to is null and graft.may_read(d, $1)) as chunks
     from graft.document d join graft.version v on v.document_id = d.id
     where graft.may_read(d, $1) and v.valid_to is distinct from v.valid_from`,
    [reader.groups],
  )
  const collections = await db.query<{ name: string; documents: number }>(
    `select d.collection as name, count(*) as documents
     from graft.document d join graft.version v on v.document_id = d.id and v.valid_to is null
     where graft.may_read(d, $1) group by 1 order by 1`,
    [reader.groups],
  )
  const [change] = await db.query<{ changedAt: Date | null }>(
    `select max(greatest(v.valid_from, v.valid_to)) as "changedAt"
     from graft.version v join graft.document d on d.id = v.document_id where graft.may_read(d, $1)`,
    [reader.groups],
  )
  const [embedder] = await db.query<{ name: string; dimensions: number; missing: number }>(
    `select name, dimensions, (select count(*) from graft.chunk c join graft.document d on d.id = c.document_id
        where c.valid_to is null and graft.may_read(d, $1) and not exists (select 1 from graft.embedding e where e.embedder_id = m.id and e.chunk_id = c.id)) as missing
     from graft.embedder m where active`,
    [reader.groups],
  )
  return {
    ...counts!,
    chars: Number(counts!.chars),
    collections,
    lastChange: change?.changedAt?.toISOString() ?? null,
    embedder: embedder ?? null,
  }
}
