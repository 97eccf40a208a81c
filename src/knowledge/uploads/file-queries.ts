/** @file SQL of uploaded files. Every statement for a reader checks the reader's groups itself. */
import {
  type Cursor,
  type Database,
  type Page,
  type Queryable,
  selectPage,
} from '../../db/index.ts'
import type { Reader } from '../access.ts'
import { type Ownership, visible } from './ownership.ts'
import { purgeFiles } from './purge.ts'
import type { UploadedFile } from './uploaded-file.ts'

const COLUMNS = `f.id, f.principal, f.groups, f.filename, f.purpose, f.bytes, f.created_at as "createdAt",
  f.expires_at as "expiresAt"`
/** Files that are complete and have not expired. */
const PRESENT = 'f.bytes is not null and (f.expires_at is null or f.expires_at > now())'

/** An incomplete file, which no list shows. */
export async function insertFile(db: Queryable, id: string): Promise<void> {
  await db.query(
    `insert into graft.uploaded_file (id, groups, filename, purpose) values ($1, '{}', '', '')`,
    [id],
  )
}

export async function insertPart(
  db: Queryable,
  id: string,
  number: number,
  content: Uint8Array,
): Promise<void> {
  await db.query('insert into graft.uploaded_part (file_id, number, content) values ($1, $2, $3)', [
    id,
    number,
    Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  ])
}

export async function completeFile(
  db: Queryable,
  id: string,
  fields: Ownership & {
    filename: string
    purpose: string
    bytes: number
    expiresAfterSeconds?: number | undefined
  },
): Promise<UploadedFile> {
  const { principal, groups, filename, purpose, bytes, expiresAfterSeconds } = fields
  const [row] = await db.query<UploadedFile>(
    `update graft.uploaded_file f set principal = $2, groups = $3, filename = $4, purpose = $5, bytes = $6,
       created_at = now(), expires_at = now() + make_interval(secs => $7)
     where f.id = $1 returning ${COLUMNS}`,
    [id, principal, groups, filename, purpose, bytes, expiresAfterSeconds ?? null],
  )
  return row!
}

export async function findFile(
  db: Queryable,
  id: string,
  { groups }: Reader,
): Promise<UploadedFile | undefined> {
  const [row] = await db.query<UploadedFile>(
    `select ${COLUMNS} from graft.uploaded_file f where f.id = $1 and ${PRESENT} and ${visible('f', '$2')}`,
    [id.replaceAll('\0', ''), groups],
  )
  return row
}

/** Of these ids, those that there are and that the reader may read. */
export async function readableFiles(
  db: Queryable,
  ids: readonly string[],
  { groups }: Reader,
): Promise<Set<string>> {
  const rows = await db.query<{ id: string }>(
    `select f.id from graft.uploaded_file f where f.id = any ($1) and ${PRESENT} and ${visible('f', '$2')}`,
    [ids.map((id) => id.replaceAll('\0', '')), groups],
  )
  return new Set(rows.map(({ id }) => id))
}

export async function selectFiles(
  db: Queryable,
  { groups }: Reader,
  { purpose, ...cursor }: Cursor & { purpose?: string },
): Promise<Page<UploadedFile>> {
  const source = {
    columns: COLUMNS,
    from: 'graft.uploaded_file f',
    alias: 'f',
    where: `${PRESENT} and ${visible('f', '$1')} and ($2::text is null or f.purpose = $2)`,
    parameters: [groups, purpose ?? null],
  }
  return await selectPage<UploadedFile>(db, source, cursor)
}

export async function readPart(
  db: Queryable,
  id: string,
  number: number,
): Promise<Uint8Array | undefined> {
  const [row] = await db.query<{ content: Buffer }>(
    'select content from graft.uploaded_part where file_id = $1 and number = $2',
    [id, number],
  )
  return row?.content
}

/** With its documents in all vector stores. */
export async function deleteFile(db: Database, id: string): Promise<void> {
  await db.transaction((tx) => purgeFiles(tx, [id]))
}
