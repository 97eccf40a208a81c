/** @file SQL of traces. What shows document text checks the reader's groups itself. */
import type { Queryable } from '../../db/index.ts'
import type { Reader } from '../../knowledge/index.ts'
import type { Trace, TraceOutcome, TraceSummary, TraceTexts } from './trace.ts'

/** Those of the reader's own, or all for the owner. A reader without a name has none. */
const IS_OWN = '($1::text[] is null or principal = $2)'

function ownership({ groups, principal }: Reader): [readonly string[] | null, string | null] {
  return [groups, principal ?? null]
}

/** Writes traces; one that is there already stays as it is. */
export async function insertTraces(db: Queryable, traces: readonly Trace[]): Promise<void> {
  const rows = traces.map(({ id, at, outcome, reader, texts, ...record }) => ({
    id,
    at,
    outcome,
    principal: reader.principal,
    reader_groups: reader.groups,
    texts,
    record,
  }))
  await db.query(
    `insert into graft.trace (id, at, principal, reader_groups, outcome, texts, record)
     select id, at, principal, reader_groups, outcome, texts, record
     from jsonb_to_recordset($1::jsonb) as row (id text, at timestamptz, principal text, reader_groups text[],
       outcome text, texts jsonb, record jsonb)
     on conflict (id) do nothing`,
    [storableJson(rows)],
  )
}

/** Postgres knows neither NUL nor halves of surrogate pairs. */
function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\ufffd') : part,
  )
}

/** Deletes what is older than `days`. */
export async function pruneTraces(db: Queryable, days: number): Promise<void> {
  await db.query('delete from graft.trace where at < now() - make_interval(secs => $1)', [
    days * 86_400,
  ])
}

type TraceRow = Pick<Trace, 'id' | 'outcome'> & {
  at: Date
  principal: string | null
  groups: string[] | null
  texts: TraceTexts | null
  record: Omit<Trace, 'id' | 'at' | 'outcome' | 'reader' | 'texts'>
}

export async function selectTrace(
  db: Queryable,
  id: string,
  reader: Reader,
): Promise<Trace | undefined> {
  const [row] = await db.query<TraceRow>(
    `select id, at, principal, reader_groups as groups, outcome, texts, record
     from graft.trace where ${IS_OWN} and id = $3`,
    [...ownership(reader), id],
  )
  if (!row) return undefined
  const { record, principal, groups, at, ...rest } = row
  return { ...rest, ...record, at: at.toISOString(), reader: { principal, groups } }
}

export type TraceQuery = {
  since: string | null
  principal: string | null
  outcome: TraceOutcome | null
  before: string | null
  limit: number
}

/** Newest first. */
export async function selectTraces(
  db: Queryable,
  { since, principal, outcome, before, limit }: TraceQuery,
  reader: Reader,
): Promise<TraceSummary[]> {
  const rows = await db.query<Omit<TraceSummary, 'at'> & { at: Date }>(
    `select id, at, outcome, principal, texts->>'question' as question, record->>'model' as model,
       record->'call'->>'adapter' as adapter, (record->'timings'->>'totalMs')::float8 as "totalMs"
     from graft.trace
     where ${IS_OWN} and ($3::timestamptz is null or at >= $3) and ($4::text is null or principal = $4)
       and ($5::text is null or outcome = $5) and ($6::text is null or id < $6)
     order by id desc limit $7`,
    [...ownership(reader), since, principal, outcome, before, limit],
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

/** Where a chunk stands, and what its document says today. */
export type ChunkSource = {
  chunkId: string
  versionId: string
  documentId: string
  collection: string
  title: string
  uri: string
  headingPath: string[]
  validFrom: string
  validTo: string | null
  groups: string[]
  start: number
  text: string
  /** The version that is current today: another one where the document was changed, null where it was removed. */
  currentVersionId: string | null
}

/** The chunks that the reader may see today, by id. */
export async function selectChunks(
  db: Queryable,
  chunkIds: readonly string[],
  reader: Reader,
): Promise<Map<string, ChunkSource>> {
  const rows = await db.query<
    Omit<ChunkSource, 'validFrom' | 'validTo'> & { validFrom: Date; validTo: Date | null }
  >(
    `select c.id::text as "chunkId", v.id as "versionId", d.id as "documentId", d.collection, v.title, d.uri,
       c.heading_path as "headingPath", v.valid_from as "validFrom", v.valid_to as "validTo", d.groups,
       c.start_offset as start, c.text,
       (select now.id from graft.version now where now.document_id = d.id and now.valid_to is null)
         as "currentVersionId"
     from graft.chunk c join graft.version v on v.id = c.version_id join graft.document d on d.id = v.document_id
     where c.id = any ($1::bigint[]) and graft.may_read(d, $2)`,
    [[...new Set(chunkIds)], reader.groups],
  )
  const sources = rows.map((row) => ({
    ...row,
    validFrom: row.validFrom.toISOString(),
    validTo: row.validTo?.toISOString() ?? null,
  }))
  return new Map(sources.map((source) => [source.chunkId, source]))
}
