/** @file SQL of fitted models: which one is active, what it has seen, who is fitting, and the corpus to fit to. */
import type { Database, Queryable } from '../../db/index.ts'
import type { PackedModel } from './fitted-model.ts'

export type ActiveEmbedder = {
  id: number
  name: string
  dimensions: number
  isFitted: boolean
}

export async function activeEmbedder(db: Queryable): Promise<ActiveEmbedder | undefined> {
  const [row] = await db.query<ActiveEmbedder>(
    `select m.id, m.name, m.dimensions, f.embedder_id is not null as "isFitted"
     from graft.embedder m left join graft.fitted_model f on f.embedder_id = m.id where m.active`,
  )
  return row
}

/** Undefined once the model has been replaced. */
export async function readModel(db: Queryable, id: number): Promise<PackedModel | undefined> {
  const [row] = await db.query<PackedModel>(
    'select terms, codes, scales from graft.fitted_model where embedder_id = $1',
    [id],
  )
  return row
}

/** Current chunks, and how many of them the active fitted model has not seen: all where there is none. */
export async function corpusState(db: Queryable): Promise<{ live: number; unseen: number }> {
  const [row] = await db.query<{ live: number; unseen: number }>(
    `select live_chunks as live,
       (select count(*) from graft.chunk c where c.valid_to is null and c.id > coalesce(
         (select f.last_chunk from graft.fitted_model f join graft.embedder m on m.id = f.embedder_id where m.active),
         0)) as unseen
     from graft.change`,
  )
  return row!
}

export type CorpusText = { id: number; text: string }

/** The next texts of the corpus by number, one in `stride`. For fitting only: nothing is handed to a reader. */
export async function corpusPage(
  db: Queryable,
  { after, stride, limit }: { after: number; stride: number; limit: number },
): Promise<CorpusText[]> {
  return await db.query<CorpusText>(
    `select id, search_text as text from graft.chunk
     where valid_to is null and id > $1 and id % $2 = 0 order by id limit $3`,
    [after, stride, limit],
  )
}

export async function lastChunk(db: Queryable): Promise<number> {
  const [row] = await db.query<{ last: number }>(
    'select coalesce(max(id), 0) as last from graft.chunk',
  )
  return row!.last
}

export async function insertModel(
  tx: Queryable,
  { terms, codes, scales }: PackedModel,
  { dimensions, lastChunk }: { dimensions: number; lastChunk: number },
): Promise<{ id: number; name: string }> {
  const [row] = await tx.query<{ id: number; name: string }>(
    `insert into graft.embedder (id, name, dimensions) overriding system value
     select id, 'fitted-' || id, $1 from nextval(pg_get_serial_sequence('graft.embedder', 'id')) as id
     returning id, name`,
    [dimensions],
  )
  await tx.query(
    `insert into graft.fitted_model (embedder_id, terms, codes, scales, last_chunk)
     values ($1, $2, $3, $4, $5)`,
    [row!.id, terms, codes, scales, lastChunk],
  )
  return row!
}

/** Fitted models that are not in use: replaced, or left behind by a fit that did not end. */
export async function idleModels(db: Queryable): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `select f.embedder_id as id from graft.fitted_model f join graft.embedder m on m.id = f.embedder_id
     where not m.active order by 1`,
  )
  return rows.map(({ id }) => id)
}

/** Large enough to be quick, small enough that searches in between hardly wait. */
const RETIRED_AT_ONCE = 2_000

/** Removes a model that is not in use with its vectors. */
export async function retireModel(db: Database, id: number): Promise<void> {
  for (;;) {
    const gone = await db.query(
      `delete from graft.embedding where embedder_id = $1 and position in
         (select position from graft.embedding where embedder_id = $1 order by position limit $2) returning 1`,
      [id, RETIRED_AT_ONCE],
    )
    if (gone.length === 0) break
  }
  await db.query('delete from graft.embedder where id = $1 and not active', [id])
  // An identifier cannot be a parameter; this one is a number of our own.
  if (db.kind === 'server')
    await db.query(`drop index if exists graft.embedding_hnsw_${Number(id)}`)
}

const CLAIM_SECONDS = 60

/** Claims the right to fit, or renews the claim; false while another process holds it. */
export async function claimFit(db: Queryable, holder: string): Promise<boolean> {
  const rows = await db.query(
    `update graft.fit_claim set holder = $1, claimed_until = clock_timestamp() + make_interval(secs => $2)
     where holder = $1 or claimed_until is null or claimed_until < clock_timestamp() returning 1`,
    [holder, CLAIM_SECONDS],
  )
  return rows.length > 0
}

export async function releaseFit(db: Queryable, holder: string): Promise<void> {
  await db.query(
    'update graft.fit_claim set holder = null, claimed_until = null where holder = $1',
    [holder],
  )
}

/** Statistics of many new or vanished vectors; the embedded engine cleans up by itself never. */
export async function tidyVectors(db: Database): Promise<void> {
  await db.query(
    db.kind === 'embedded' ? 'vacuum analyze graft.embedding' : 'analyze graft.embedding',
  )
}
