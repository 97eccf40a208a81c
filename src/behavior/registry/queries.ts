/** @file The registry's SQL. */
import type { Queryable } from '../../db/index.ts'
import type { AdapterFile, AdapterVersion } from './adapter-version.ts'

const COLUMNS = `id::int, name, version, data_hash as "dataHash", base, base_hash as "baseHash", config,
  evaluation, verdict, hash, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "createdAt"`

export async function insertAdapter(
  db: Queryable,
  adapter: Omit<AdapterVersion, 'id' | 'version' | 'createdAt'>,
): Promise<AdapterVersion> {
  // Two registrations of one name at the same time must not take the same number.
  await db.query('select pg_advisory_xact_lock(hashtext($1))', [`graft.adapter ${adapter.name}`])
  const { name, dataHash, base, baseHash, config, evaluation, verdict, hash } = adapter
  const rows = await db.query<AdapterVersion>(
    `insert into graft.adapter (name, version, data_hash, base, base_hash, config, evaluation, verdict, hash)
     values ($1, coalesce((select max(version) from graft.adapter where name = $1), 0) + 1,
       $2, $3, $4, $5, $6, $7, $8)
     returning ${COLUMNS}`,
    [
      name,
      dataHash,
      base,
      baseHash,
      JSON.stringify(config),
      JSON.stringify(evaluation),
      verdict,
      hash,
    ],
  )
  return rows[0]!
}

export async function insertFiles(
  db: Queryable,
  adapterId: number,
  files: readonly AdapterFile[],
): Promise<void> {
  for (const { path, content } of files)
    await db.query(
      'insert into graft.adapter_file (adapter_id, path, content) values ($1, $2, $3)',
      [adapterId, path, Buffer.from(content.buffer, content.byteOffset, content.byteLength)],
    )
}

export async function selectFiles(db: Queryable, adapterId: number): Promise<AdapterFile[]> {
  return await db.query<AdapterFile>(
    'select path, content from graft.adapter_file where adapter_id = $1 order by path',
    [adapterId],
  )
}

export async function selectAdapters(db: Queryable, name?: string): Promise<AdapterVersion[]> {
  return await db.query<AdapterVersion>(
    `select ${COLUMNS} from graft.adapter where $1::text is null or name = $1 order by name, version desc`,
    [name ?? null],
  )
}

export async function selectByHash(
  db: Queryable,
  name: string,
  hash: string,
): Promise<AdapterVersion | undefined> {
  const rows = await db.query<AdapterVersion>(
    `select ${COLUMNS} from graft.adapter where name = $1 and hash = $2 order by version desc limit 1`,
    [name, hash],
  )
  return rows[0]
}

export async function deleteAdapter(db: Queryable, id: number): Promise<void> {
  await db.query('delete from graft.adapter where id = $1', [id])
}

/** Which versions a name of use stands for. */
export type AliasState = {
  readonly version: number
  readonly canaryVersion: number | null
  /** Share of the requests that go to the canary, below 1. */
  readonly canaryShare: number
}

export type Alias = AliasState & { readonly name: string; readonly alias: string }

export type AliasAction = 'promote' | 'canary' | 'rollback' | 'clear'

export type AliasChange = AliasState & { readonly action: AliasAction; readonly at: string }

const STATE = 'version, canary_version as "canaryVersion", canary_share as "canaryShare"'

export async function selectAliases(db: Queryable): Promise<Alias[]> {
  return await db.query<Alias>(
    `select name, alias, ${STATE} from graft.adapter_alias order by name, alias`,
  )
}

export async function selectAlias(
  db: Queryable,
  name: string,
  alias: string,
): Promise<Alias | undefined> {
  const rows = await db.query<Alias>(
    `select name, alias, ${STATE} from graft.adapter_alias where name = $1 and alias = $2`,
    [name, alias],
  )
  return rows[0]
}

/** Newest first. */
export async function selectChanges(
  db: Queryable,
  name: string,
  alias: string,
): Promise<AliasChange[]> {
  return await db.query<AliasChange>(
    `select action, ${STATE}, to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
     from graft.adapter_alias_change where name = $1 and alias = $2 order by id desc`,
    [name, alias],
  )
}

export async function saveAlias(
  db: Queryable,
  { name, alias, version, canaryVersion, canaryShare }: Alias,
  action: AliasAction,
): Promise<void> {
  const values = [name, alias, version, canaryVersion, canaryShare]
  await db.query(
    `insert into graft.adapter_alias (name, alias, version, canary_version, canary_share)
     values ($1, $2, $3, $4, $5)
     on conflict (name, alias) do update
     set version = $3, canary_version = $4, canary_share = $5, updated_at = now()`,
    values,
  )
  await db.query(
    `insert into graft.adapter_alias_change (name, alias, version, canary_version, canary_share, action)
     values ($1, $2, $3, $4, $5, $6)`,
    [...values, action],
  )
}
