/** @file Keys of the HTTP API: each stands for a principal, may do what its scopes say, and can be revoked. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Queryable } from '../db/index.ts'
import { resolveReader } from './access.ts'
import { KnowledgeError } from './errors.ts'

/**
 * `read`: ask, search and open documents; `write`: upload, change and delete them, and give feedback; `train`:
 * jobs and the registry; `admin`: all of that, in anyone's name.
 */
export const apiScopes = ['read', 'write', 'train', 'admin'] as const
export type ApiScope = (typeof apiScopes)[number]

export type ApiKey = {
  readonly id: string
  readonly name: string
  /** Whose rights it reads with; null is the owner of the workspace. */
  readonly principal: string | null
  readonly scopes: readonly ApiScope[]
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
}

export type NewApiKey = {
  name: string
  /** Default: the owner. */
  principal?: string
  /** Default `read`. */
  scopes?: readonly ApiScope[]
  /** Days from now; default: no end. */
  days?: number
}

/** `graft_` and the id, by which the key is found; then the secret. */
const KEY = /^graft_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/
const LONGEST_NAME = 100
const LONGEST_DAYS = 3650

const COLUMNS = `id, name, principal, scopes, created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", revoked_at as "revokedAt"`

/**
 * Makes a key. Its text is given out this once.
 * @throws KnowledgeError `invalid_option`, `unknown_principal`
 */
export async function createApiKey(
  db: Queryable,
  { name, principal, scopes = ['read'], days }: NewApiKey,
): Promise<{ key: string; record: ApiKey }> {
  assertName(name)
  assertDays(days)
  // Known principals only: a key for a name that someone takes later would be theirs.
  if (principal !== undefined) await resolveReader(db, principal)
  const id = randomBytes(6).toString('hex')
  const secret = randomBytes(32).toString('base64url')
  const [row] = await db.query<Row>(
    `insert into graft.api_key (id, secret_sha256, name, principal, scopes, expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(days => $6::int)) returning ${COLUMNS}`,
    [id, digest(secret), name, principal ?? null, [...new Set(scopes)], days ?? null],
  )
  return { key: `graft_${id}_${secret}`, record: toKey(row!) }
}

/** Newest first. */
export async function listApiKeys(db: Queryable): Promise<ApiKey[]> {
  const rows = await db.query<Row>(
    `select ${COLUMNS} from graft.api_key order by created_at desc, id`,
  )
  return rows.map(toKey)
}

/** From now on the key is refused. @throws KnowledgeError `unknown_key` */
export async function revokeApiKey(db: Queryable, id: string): Promise<ApiKey> {
  const [row] = await db.query<Row>(
    `update graft.api_key set revoked_at = coalesce(revoked_at, now()) where id = $1
     returning ${COLUMNS}`,
    [id],
  )
  if (row) return toKey(row)
  throw new KnowledgeError('unknown_key', `there is no API key ${id}`, {
    hint: 'See the ids with: graft keys list',
  })
}

/** The record of a key that is valid now; undefined for every other text. */
export async function authenticate(db: Queryable, given: string): Promise<ApiKey | undefined> {
  const [, id, secret] = KEY.exec(given) ?? []
  if (id === undefined || secret === undefined) return undefined
  const [row] = await db.query<Row & { hash: Uint8Array }>(
    `select ${COLUMNS}, secret_sha256 as hash from graft.api_key
     where id = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [id],
  )
  if (!row || !timingSafeEqual(digest(secret), row.hash)) return undefined
  // To the minute: a write for each request would cost more than it tells.
  await db.query(
    `update graft.api_key set last_used_at = now()
     where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [id],
  )
  return toKey(row)
}

export function hasScope({ scopes }: Pick<ApiKey, 'scopes'>, scope: ApiScope): boolean {
  return scopes.includes(scope) || scopes.includes('admin')
}

type Time = Date | string | null
type Row = Omit<ApiKey, 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'revokedAt'> & {
  createdAt: Time
  expiresAt: Time
  lastUsedAt: Time
  revokedAt: Time
}

function toKey({ id, name, principal, scopes, ...times }: Row): ApiKey {
  const iso = (time: Time): string | null => (time === null ? null : new Date(time).toISOString())
  return {
    id,
    name,
    principal,
    scopes,
    createdAt: iso(times.createdAt)!,
    expiresAt: iso(times.expiresAt),
    lastUsedAt: iso(times.lastUsedAt),
    revokedAt: iso(times.revokedAt),
  }
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function assertName(name: string): void {
  const { length } = name.trim()
  if (length > 0 && length <= LONGEST_NAME) return
  throw new KnowledgeError('invalid_option', `the name of the key has ${length} characters`, {
    hint: `Give it 1 to ${LONGEST_NAME}, such as the program that uses it.`,
  })
}

function assertDays(days: number | undefined): void {
  if (days === undefined || (Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS)) return
  throw new KnowledgeError('invalid_option', `the key is to be valid for ${days} days`, {
    hint: `Give a whole number from 1 to ${LONGEST_DAYS}, or leave it out.`,
  })
}
