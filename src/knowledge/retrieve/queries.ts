/** @file SQL of retrieval. Every statement that returns text checks the reader's groups itself. */
import type { Queryable } from '../../db/index.ts'
import { vectorParameter } from '../embed/index.ts'
import type { SqlFilter } from './filter.ts'
import type { SourceRef } from './types.ts'

export type Hit = { id: number; score: number }

/** A chunk that BM25 found, with the text in which it was found: its headings are the first line. */
export type Candidate = Hit & { text: string }

/** Of chunks that the function has let pass; a subquery, so that each is fetched by its key. */
const SEARCH_TEXT = '(select c.search_text from graft.chunk c where c.id = hit.chunk_id) as text'

export async function searchCurrent(
  db: Queryable,
  query: string,
  filter: SqlFilter,
  limit: number,
): Promise<Candidate[]> {
  const { readers, collections, pattern, since, until, attributes } = filter
  return await db.query<Candidate>(
    `select chunk_id as id, score, ${SEARCH_TEXT} from graft.search_current($1, $2, $3, $4, $5, $6, $7, $8) hit`,
    [query, readers, collections, pattern, since, until, limit, attributes],
  )
}

export async function searchPast(
  db: Queryable,
  query: string,
  filter: SqlFilter,
  limit: number,
): Promise<Candidate[]> {
  const { readers, collections, pattern, asOf, attributes } = filter
  return await db.query<Candidate>(
    `select chunk_id as id, score, ${SEARCH_TEXT} from graft.search_past($1, $2, $3, $4, $5, $6, $7) hit`,
    [query, readers, collections, pattern, asOf, limit, attributes],
  )
}

export async function searchVector(
  db: Queryable,
  embedderId: number,
  vector: Float32Array,
  filter: SqlFilter,
  limit: number,
): Promise<Hit[]> {
  const { readers, collections, pattern, since, until, attributes } = filter
  const parameter = vectorParameter(vector)
  const hits = await db.query<Hit>(
    'select chunk_id as id, score from graft.search_vector($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [embedderId, parameter, readers, collections, pattern, since, until, limit, attributes],
  )
  return hits.filter(hasDirection)
}

/** A text without words may have a zero vector, whose cosine is not a number. */
function hasDirection({ score }: Hit): boolean {
  return Number.isFinite(score)
}

/** Which of the chunks pass the filter; with float similarity to the query, which corrects int8 rounding. */
export async function rescore(
  db: Queryable,
  embedderId: number,
  vector: Float32Array,
  ids: number[],
  filter: SqlFilter,
): Promise<Hit[]> {
  const { readers, collections, pattern, since, until, attributes } = filter
  const parameter = vectorParameter(vector)
  const hits = await db.query<Hit>(
    `select c.id, 1 - (e.vector <=> $2::vector) as score
     from unnest($3::bigint[]) as wanted (id)
       cross join lateral (select * from graft.chunk where id = wanted.id and valid_to is null limit 1) c
       cross join lateral (select vector from graft.embedding where embedder_id = $1 and chunk_id = wanted.id limit 1) e
       join graft.document d on d.id = c.document_id
     where graft.may_read(d, $4)
       and ($5::text[] is null or d.collection = any ($5)) and ($6::text is null or d.uri ~ $6)
       and ($7::timestamptz is null or c.valid_from >= $7) and ($8::timestamptz is null or c.valid_from < $8)
       and ($9::jsonpath is null or graft.has_attributes(d, $9))
     order by score desc`,
    [embedderId, parameter, ids, readers, collections, pattern, since, until, attributes],
  )
  return hits.filter(hasDirection)
}

export type ChunkRow = Omit<SourceRef, 'validFrom' | 'validTo'> & {
  chunkId: string
  ordinal: number
  headingPath: string[]
  start: number
  end: number
  text: string
  sentences: number[]
  validFrom: Date
  validTo: Date | null
}

/** The chunks' text, for a reader who may see it; with `asOf` null only what is current. */
export async function hydrate(
  db: Queryable,
  ids: number[],
  { readers, asOf }: SqlFilter,
): Promise<ChunkRow[]> {
  return await db.query<ChunkRow>(
    `select c.id::text as "chunkId", c.ordinal, c.heading_path as "headingPath", c.start_offset as start,
       c.end_offset as "end", c.text, c.sentences, c.document_id as "documentId", c.version_id as "versionId",
       d.collection, v.title, d.uri, c.valid_from as "validFrom", c.valid_to as "validTo"
     from graft.chunk c join graft.document d on d.id = c.document_id join graft.version v on v.id = c.version_id
     where c.id = any ($1) and graft.may_read(d, $2)
       and case when $3::timestamptz is null then c.valid_to is null
         else c.valid_from <= $3 and (c.valid_to is null or c.valid_to > $3) end`,
    [ids, readers, asOf],
  )
}

/** Self-scores of words under BM25 (0: not in the corpus, null: stop word) and the number of current chunks. */
export type WordWeights = { chunks: number; weights: Map<string, number | null> }

export async function wordWeights(db: Queryable, words: string[]): Promise<WordWeights> {
  const rows = await db.query<{ word: string; weight: number | null; chunks: number }>(
    'select word, weight, live_chunks as chunks from graft.word_weight($1), graft.change',
    [words],
  )
  const weights = new Map(rows.map(({ word, weight }) => [word, weight]))
  return { chunks: rows[0]?.chunks ?? 0, weights }
}

/** Changes whenever what can be found has changed. */
export async function changeCounter(db: Queryable): Promise<number> {
  const [row] = await db.query<{ counter: number }>('select counter from graft.change')
  return row!.counter
}

/** Every current chunk that passes the filter: for filters too selective to be met by widening a scan. */
export async function passingChunks(db: Queryable, filter: SqlFilter): Promise<Set<number>> {
  const { readers, collections, pattern, since, until, attributes } = filter
  const rows = await db.query<{ id: number }>(
    `select c.id from graft.chunk c join graft.document d on d.id = c.document_id
     where c.valid_to is null and graft.may_read(d, $1)
       and ($2::text[] is null or d.collection = any ($2)) and ($3::text is null or d.uri ~ $3)
       and ($4::timestamptz is null or c.valid_from >= $4) and ($5::timestamptz is null or c.valid_from < $5)
       and ($6::jsonpath is null or graft.has_attributes(d, $6))`,
    [readers, collections, pattern, since, until, attributes],
  )
  return new Set(rows.map(({ id }) => id))
}
