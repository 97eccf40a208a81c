/** @file Upkeep that a server's autovacuum does sooner or later and the embedded engine never. */
import type { Database } from '../../db/index.ts'

/** Planner statistics this far from the corpus make it read whole tables. */
const ANALYZE_SHARE = 0.3
/** Replaced chunks stay in the word index until VACUUM and slow searches down. */
const VACUUM_SHARE = 0.2
const VACUUM_LEAST = 1_000

type Change = { live: number; dead: number; analyzed: number }

/** Refreshes statistics and clears dead index entries when enough has changed; else costs one query. */
export async function maintain(db: Database): Promise<void> {
  const [change] = await db.query<Change>(
    'select live_chunks as live, dead_chunks as dead, analyzed_chunks as analyzed from graft.change',
  )
  const { live, dead, analyzed } = change!
  if (db.kind === 'embedded' && dead > Math.max(VACUUM_LEAST, VACUUM_SHARE * live)) {
    await db.query('vacuum graft.chunk')
    await db.query('update graft.change set dead_chunks = dead_chunks - $1', [dead])
  }
  if (Math.abs(live - analyzed) > ANALYZE_SHARE * live) {
    await db.query('analyze graft.document, graft.version, graft.chunk, graft.embedding')
    await db.query('update graft.change set analyzed_chunks = $1', [live])
  }
}
