/** @file SQL of vector stores. Every statement for a reader checks the reader's groups itself. */
import { type Cursor, type Page, type Queryable, selectPage } from '../../db/index.ts'
import type { Reader } from '../access.ts'
import { type Ownership, visible } from './ownership.ts'
import { FILE_SCHEME } from './purge.ts'
import type {
  Attributes,
  NewStoreFile,
  StoreBatch,
  StoreFields,
  StoreFile,
  StoreFileFilter,
  VectorStore,
} from './vector-store.ts'

export type NewStore = StoreFields & Ownership & { id: string }

/** Files of a store, or of a batch of it, that the reader may read. */
function counted(condition: string, readers: string): string {
  return `(select json_build_object(
      'inProgress', count(*) filter (where sf.status = 'in_progress'),
      'completed', count(*) filter (where sf.status = 'completed'),
      'failed', count(*) filter (where sf.status = 'failed'),
      'cancelled', count(*) filter (where sf.status = 'cancelled'),
      'total', count(*),
      'usageBytes', coalesce(sum(f.bytes) filter (where sf.status = 'completed'), 0))
    from graft.vector_store_file sf join graft.uploaded_file f on f.id = sf.file_id
    where ${condition} and ${visible('f', readers)})`
}

const STORE_COLUMNS = `s.id, s.principal, s.groups, s.name, s.description, s.metadata, s.created_at as "createdAt",
  s.last_active_at as "lastActiveAt", s.expires_after_days as "expiresAfterDays",
  s.last_active_at + make_interval(days => s.expires_after_days) as "expiresAt",
  s.expired or coalesce(s.last_active_at + make_interval(days => s.expires_after_days) <= now(), false) as "isExpired",
  ${counted('sf.store_id = s.id', '$1')} as files`

export async function insertStore(db: Queryable, store: NewStore): Promise<void> {
  const { id, principal, groups, name = '', description, metadata = {}, expiresAfterDays } = store
  await db.query(
    `insert into graft.vector_store (id, principal, groups, name, description, metadata, expires_after_days)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, principal, groups, name, description ?? null, metadata, expiresAfterDays ?? null],
  )
}

export async function findStore(
  db: Queryable,
  id: string,
  { groups }: Reader,
): Promise<VectorStore | undefined> {
  const [row] = await db.query<VectorStore>(
    `select ${STORE_COLUMNS} from graft.vector_store s where s.id = $2 and ${visible('s', '$1')}`,
    [groups, id.replaceAll('\0', '')],
  )
  return row
}

export async function selectStores(
  db: Queryable,
  { groups }: Reader,
  cursor: Cursor,
): Promise<Page<VectorStore>> {
  const from = 'graft.vector_store s'
  const where = visible('s', '$1')
  const source = { columns: STORE_COLUMNS, from, alias: 's', where, parameters: [groups] }
  return await selectPage<VectorStore>(db, source, cursor)
}

/** Fields that are absent stay; `expiresAfterDays: null` lets it live for ever. */
export async function updateStore(
  db: Queryable,
  id: string,
  { name, description, metadata, expiresAfterDays }: StoreFields,
): Promise<void> {
  await db.query(
    `update graft.vector_store set name = coalesce($2, name), description = coalesce($3, description),
       metadata = coalesce($4::jsonb, metadata),
       expires_after_days = case when $5 then $6 else expires_after_days end, last_active_at = now()
     where id = $1`,
    [
      id,
      name ?? null,
      description ?? null,
      metadata ?? null,
      expiresAfterDays !== undefined,
      expiresAfterDays ?? null,
    ],
  )
}

/** To the minute: a write for each of many searches would tell nothing more. */
export async function touchStore(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update graft.vector_store set last_active_at = now()
     where id = $1 and last_active_at < now() - interval '1 minute'`,
    [id],
  )
}

// --- Files of a store ---

const FILE_COLUMNS = `sf.file_id as "fileId", sf.store_id as "storeId", f.filename, sf.status, sf.error,
  sf.attributes, case when sf.status = 'completed' then f.bytes else 0 end as "usageBytes",
  sf.created_at as "createdAt"`
const FILES = 'graft.vector_store_file sf join graft.uploaded_file f on f.id = sf.file_id'

/** A file that is in the store already is processed again, with its new attributes. */
export async function insertStoreFiles(
  tx: Queryable,
  storeId: string,
  files: readonly NewStoreFile[],
  batchId: string | undefined,
): Promise<void> {
  // Of a file that is named twice, the last counts: one statement cannot change a row twice.
  const unique = [...new Map(files.map((file) => [file.fileId, file])).values()]
  await tx.query(
    `insert into graft.vector_store_file (store_id, batch_id, file_id, attributes)
     select $1, $2, file_id, attributes::jsonb from unnest($3::text[], $4::text[]) as new (file_id, attributes)
     on conflict (store_id, file_id) do update set batch_id = excluded.batch_id,
       attributes = excluded.attributes, status = 'in_progress', error = null`,
    [
      storeId,
      batchId ?? null,
      unique.map(({ fileId }) => fileId),
      unique.map(({ attributes = {} }) => JSON.stringify(attributes)),
    ],
  )
}

export async function findStoreFile(
  db: Queryable,
  storeId: string,
  fileId: string,
  { groups }: Reader,
): Promise<StoreFile | undefined> {
  const [row] = await db.query<StoreFile>(
    `select ${FILE_COLUMNS} from ${FILES} where sf.store_id = $1 and sf.file_id = $2 and ${visible('f', '$3')}`,
    [storeId, fileId.replaceAll('\0', ''), groups],
  )
  return row
}

export async function selectStoreFiles(
  db: Queryable,
  storeId: string,
  { status, batchId, ...cursor }: StoreFileFilter,
  { groups }: Reader,
): Promise<Page<StoreFile>> {
  const source = {
    columns: FILE_COLUMNS,
    from: FILES,
    alias: 'sf',
    id: 'file_id',
    where: `sf.store_id = $1 and ${visible('f', '$2')}
      and ($3::text is null or sf.status = $3) and ($4::text is null or sf.batch_id = $4)`,
    parameters: [storeId, groups, status ?? null, batchId ?? null],
  }
  return await selectPage<StoreFile>(db, source, cursor)
}

export async function setAttributes(
  db: Queryable,
  storeId: string,
  fileId: string,
  attributes: Attributes,
): Promise<void> {
  await db.query(
    'update graft.vector_store_file set attributes = $3 where store_id = $1 and file_id = $2',
    [storeId, fileId, attributes],
  )
}

export async function storeFileText(
  db: Queryable,
  storeId: string,
  fileId: string,
  { groups }: Reader,
): Promise<string | undefined> {
  const [row] = await db.query<{ text: string }>(
    `select v.text from graft.document d join graft.version v on v.document_id = d.id and v.valid_to is null
     where d.collection = $1 and d.location = $2 and graft.may_read(d, $3)`,
    [storeId, FILE_SCHEME + fileId, groups],
  )
  return row?.text
}

export async function attributesOf(
  db: Queryable,
  storeId: string,
  fileIds: readonly string[],
): Promise<Map<string, Attributes>> {
  const rows = await db.query<{ fileId: string; attributes: Attributes }>(
    `select file_id as "fileId", attributes from graft.vector_store_file
     where store_id = $1 and file_id = any ($2)`,
    [storeId, fileIds],
  )
  return new Map(rows.map(({ fileId, attributes }) => [fileId, attributes]))
}

// --- Batches ---

export async function insertBatch(tx: Queryable, storeId: string, id: string): Promise<void> {
  await tx.query('insert into graft.vector_store_batch (id, store_id) values ($1, $2)', [
    id,
    storeId,
  ])
}

export async function findBatch(
  db: Queryable,
  storeId: string,
  id: string,
  { groups }: Reader,
): Promise<StoreBatch | undefined> {
  const [row] = await db.query<StoreBatch>(
    `select b.id, b.store_id as "storeId", b.created_at as "createdAt", b.cancelled as "isCancelled",
       ${counted('sf.batch_id = b.id', '$1')} as files
     from graft.vector_store_batch b where b.store_id = $2 and b.id = $3`,
    [groups, storeId, id.replaceAll('\0', '')],
  )
  return row
}

export async function cancelWaiting(tx: Queryable, batchId: string): Promise<void> {
  await tx.query('update graft.vector_store_batch set cancelled = true where id = $1', [batchId])
  await tx.query(
    `update graft.vector_store_file set status = 'cancelled' where batch_id = $1 and status = 'in_progress'`,
    [batchId],
  )
}
