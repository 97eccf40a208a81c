/** @file Deleting for good: what was uploaded leaves no version behind, as of no time. */
import type { Database, Queryable } from '../../db/index.ts'

/** What the location of an uploaded document begins with; the id of its file follows. */
export const FILE_SCHEME = 'graft-file:'

export async function purgeFiles(tx: Queryable, ids: readonly string[]): Promise<void> {
  await purgeDocuments(tx, 'd.location = any ($1)', [ids.map((id) => FILE_SCHEME + id)])
  await tx.query('delete from graft.uploaded_file where id = any ($1)', [ids])
}

/** One file out of one store; the file stays. */
export async function purgeFromStore(
  tx: Queryable,
  storeId: string,
  fileId: string,
): Promise<void> {
  await purgeDocuments(tx, 'd.collection = $1 and d.location = $2', [storeId, FILE_SCHEME + fileId])
  await tx.query('delete from graft.vector_store_file where store_id = $1 and file_id = $2', [
    storeId,
    fileId,
  ])
}

export async function purgeStore(tx: Queryable, id: string): Promise<void> {
  await purgeDocuments(tx, 'd.collection = $1', [id])
  await tx.query('delete from graft.vector_store where id = $1', [id])
  await tx.query('delete from graft.collection where name = $1', [id])
}

/** Uploads whose client has gone away long ago. */
const ABANDONED_HOURS = 24

/** A store whose time is over but whose documents are still there. */
const OVERDUE =
  'not expired and last_active_at + make_interval(days => expires_after_days) <= now()'

/** Whether `sweep` would find something. */
export const SWEEPABLE: string = `
  exists (select 1 from graft.uploaded_file where expires_at <= now())
  or exists (select 1 from graft.uploaded_file
    where bytes is null and created_at < now() - make_interval(hours => ${ABANDONED_HOURS}))
  or exists (select 1 from graft.vector_store where ${OVERDUE})`

/** Deletes what has expired, what was never completed, and documents whose file left during processing. */
export async function sweep(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    const files = await tx.query<{ id: string }>(
      `select id from graft.uploaded_file where expires_at <= now()
         or (bytes is null and created_at < now() - make_interval(hours => ${ABANDONED_HOURS}))`,
    )
    if (files.length > 0)
      await purgeFiles(
        tx,
        files.map(({ id }) => id),
      )
    const stores = await tx.query<{ id: string }>(
      `update graft.vector_store set expired = true where ${OVERDUE} returning id`,
    )
    if (stores.length > 0)
      await purgeDocuments(tx, 'd.collection = any ($1)', [stores.map(({ id }) => id)])
    await purgeOrphans(tx)
  })
}

/** Documents that were committed after their file had been taken out of the store. */
export async function purgeOrphans(tx: Queryable): Promise<void> {
  const orphaned = `starts_with(d.location, $1) and d.collection in (select id from graft.vector_store)
    and not exists (select 1 from graft.vector_store_file f
      where f.store_id = d.collection and f.file_id = substr(d.location, length($1) + 1)
        and f.status in ('in_progress', 'completed'))`
  await purgeDocuments(tx, orphaned, [FILE_SCHEME])
}

async function purgeDocuments(
  tx: Queryable,
  where: string,
  parameters: readonly unknown[],
): Promise<void> {
  const [gone] = await tx.query<{ documents: number; chunks: number }>(
    `with gone as (delete from graft.document d where ${where} returning d.id)
     select (select count(*) from gone) as documents,
       (select count(*) from graft.chunk c join gone on gone.id = c.document_id where c.valid_to is null) as chunks`,
    [...parameters],
  )
  if (gone!.documents === 0) return
  await tx.query(
    `update graft.change set counter = counter + 1, changed_at = clock_timestamp(),
       live_chunks = live_chunks - $1, dead_chunks = dead_chunks + $1`,
    [gone!.chunks],
  )
}
