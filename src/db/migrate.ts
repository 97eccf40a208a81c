/** @file Numbered, checksummed SQL migrations; what was applied never changes. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Database, Queryable } from './database.ts'
import { StoreError } from './errors.ts'

type Migration = { name: string; sql: string; checksum: string }

const folder = new URL('../../assets/migrations/', import.meta.url)
/** Any fixed number, the same in every release: "graft" in base 36, cut to 31 bits. */
const MIGRATION_LOCK = 28_093_313

/** Applies what is missing, in order, each in its own transaction. @throws StoreError */
export async function migrate(db: Database): Promise<void> {
  const known = readMigrations()
  const applied = await appliedMigrations(db)
  for (const name of applied.keys()) {
    if (known.some((migration) => migration.name === name)) continue
    throw new StoreError(
      'workspace_newer',
      `the store has migration "${name}", which this version of Graft does not know`,
      {
        hint: 'Use the newer version of Graft that wrote this workspace.',
      },
    )
  }
  for (const migration of known) {
    const checksum = applied.get(migration.name)
    if (checksum === undefined) await apply(db, migration)
    else if (checksum !== migration.checksum) throw changedError(migration.name)
  }
}

async function appliedMigrations(db: Queryable): Promise<Map<string, string>> {
  const [table] = await db.query<{ exists: boolean }>(
    `select to_regclass('graft.migration') is not null as exists`,
  )
  if (!table?.exists) return new Map()
  const rows = await db.query<{ name: string; checksum: string }>(
    'select name, checksum from graft.migration',
  )
  return new Map(rows.map(({ name, checksum }) => [name, checksum]))
}

async function apply(db: Database, { name, sql, checksum }: Migration): Promise<void> {
  await requireExtensions(db)
  await db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await tx.query('create schema if not exists graft')
    await tx.query(
      'create table if not exists graft.migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    )
    const [row] = await tx.query('select 1 from graft.migration where name = $1', [name])
    if (row) return
    await tx.query(sql)
    await tx.query('insert into graft.migration (name, checksum) values ($1, $2)', [name, checksum])
  })
}

async function requireExtensions(db: Queryable): Promise<void> {
  const rows = await db.query<{ name: string }>(
    `select name from pg_available_extensions where name in ('vector', 'pg_textsearch')`,
  )
  const missing = ['vector', 'pg_textsearch'].filter(
    (name) => !rows.some((row) => row.name === name),
  )
  if (missing.length === 0) return
  const [server] = await db.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  )
  throw new StoreError(
    'extension_missing',
    `Postgres ${server?.version} offers no extension ${missing.join(' and no ')}`,
    {
      hint: "Use Postgres 17 or newer with pgvector and pg_textsearch (in shared_preload_libraries), for example Debian's postgresql-18-pgvector and postgresql-18-pg-textsearch.",
    },
  )
}

function readMigrations(): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, folder), 'utf8')
      return {
        name: file.replace(/\.sql$/, ''),
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      }
    })
}

function changedError(name: string): StoreError {
  return new StoreError(
    'migration_changed',
    `migration "${name}" differs from the one this store was built with`,
    {
      hint: 'Restore the file from the release; a change of schema is a new, higher-numbered migration.',
    },
  )
}
