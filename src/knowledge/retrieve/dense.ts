/** @file The dense leg: pgvector on a server, the in-process int8 scan over the embedded store. */
import type { Database, Queryable } from '../../db/index.ts'
import { createVectorScan, type DocumentEmbedder, type VectorScan } from '../embed/index.ts'
import type { SqlFilter } from './filter.ts'
import { defaultFusion, type Fusion } from './fuse.ts'
import { changeCounter, type Hit, passingChunks, rescore, searchVector } from './queries.ts'

/** Embedding asks a model, which may take long; it comes before the snapshot in which the rest is read. */
export type DenseLeg = {
  /** How its scores are best fused with the lexical leg's. */
  readonly fusion: Fusion
  /** Undefined for a query without any word that the embedder knows. */
  embed(query: string, signal?: AbortSignal): Promise<Float32Array | undefined>
  nearest(db: Queryable, vector: Float32Array, filter: SqlFilter, limit: number): Promise<Hit[]>
}

export function createDenseLeg(
  { kind }: Database,
  embedder: DocumentEmbedder,
  fusion: Fusion = defaultFusion,
): DenseLeg {
  return {
    fusion,
    async embed(query, signal) {
      const vector = await embedder.embedQuery(query, signal)
      return vector.some((value) => value !== 0) ? vector : undefined
    },
    nearest: kind === 'server' ? serverSearch(embedder) : scanSearch(embedder),
  }
}

function serverSearch({ id }: DocumentEmbedder): DenseLeg['nearest'] {
  return (db, vector, filter, limit) => searchVector(db, id, vector, filter, limit)
}

/** int8 rounding moves neighbours by a few ranks: rescoring this many times the limit in float repairs it. */
const RESCORE_FACTOR = 2
/** A filter takes some away: with this many, readers of a third of the corpus still get their limit at once. */
const FILTERED_RESCORE_FACTOR = 3
/** Chunks replaced since the load stay in memory until they are this share. */
const STALE_SHARE = 0.3

/**
 * The scan knows nothing of rights and filters: SQL decides. Most filters pass enough of the nearest
 * rows; for a selective one, SQL first names every chunk that passes.
 */
function scanSearch(embedder: DocumentEmbedder): DenseLeg['nearest'] {
  const cache = createScanCache(embedder)
  return async (db, vector, filter, limit) => {
    const scan = await cache.fresh(db)
    const wanted = limit * (isOpen(filter) ? RESCORE_FACTOR : FILTERED_RESCORE_FACTOR)
    const best = async (allowed?: ReadonlySet<number>): Promise<Hit[]> => {
      const ids = scan.search(vector, wanted, allowed).map(({ id }) => id)
      return (await rescore(db, embedder.id, vector, ids, filter)).slice(0, limit)
    }
    const hits = await best()
    if (hits.length >= limit || scan.size <= wanted) return hits
    return await best(await passingChunks(db, filter))
  }
}

function isOpen(filter: SqlFilter): boolean {
  return Object.values(filter).every((value) => value === null)
}

type CodeRow = { id: number; codes: Buffer; scale: number; position: number }

function createScanCache({ id, dimensions }: DocumentEmbedder): {
  fresh(db: Queryable): Promise<VectorScan>
} {
  let scan = createVectorScan(dimensions)
  let counter = -1
  let newest = 0
  let turn: Promise<unknown> = Promise.resolve()

  async function refresh(db: Queryable): Promise<VectorScan> {
    const now = await changeCounter(db)
    if (now === counter) return scan
    const [live] = await db.query<{ count: number }>(
      'select count(*) from graft.chunk where valid_to is null',
    )
    if (scan.size > (live?.count ?? 0) * (1 + STALE_SHARE)) {
      scan = createVectorScan(dimensions)
      newest = 0
    }
    await load(db)
    counter = now
    return scan
  }

  async function load(db: Queryable): Promise<void> {
    for (;;) {
      const rows = await db.query<CodeRow>(
        `select e.chunk_id as id, e.codes, e.scale, e.position
         from graft.embedding e join graft.chunk c on c.id = e.chunk_id
         where e.embedder_id = $1 and e.position > $2 and c.valid_to is null order by e.position limit 4096`,
        [id, newest],
      )
      if (rows.length === 0) return
      scan.add(
        rows.map((row) => row.id),
        rows.map(({ codes }) => new Int8Array(codes)),
        rows.map(({ scale }) => scale),
      )
      newest = rows.at(-1)!.position
    }
  }

  return {
    // One after the other: who joined a refresh under way would miss what was committed since it began.
    fresh(db) {
      const refreshed = turn.then(() => refresh(db))
      turn = refreshed.catch(() => undefined)
      return refreshed
    },
  }
}
