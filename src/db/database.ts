/** @file The store's small interface: SQL in, rows out, over `pg` whether the server is embedded or remote. */
import { DatabaseError, type Pool, type PoolClient } from 'pg'
import { StoreError } from './errors.ts'

export type Row = Record<string, unknown>

export interface Queryable {
  /** Runs one statement with `$1`-style parameters and returns its rows. */
  query<R extends Row = Row>(sql: string, parameters?: unknown[]): Promise<R[]>
}

export interface Database extends Queryable {
  /** `embedded`: PGlite, here or in the process that owns the workspace; `server`: a Postgres server. */
  readonly kind: 'embedded' | 'server'
  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. Keep it
   * short: the embedded engine runs one transaction at a time.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /** Runs reads that all see the store as it was at the first of them. Keep it short, too. */
  snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Gives out a pool, a new one where the old one's server has gone away. */
export type PoolSource = {
  current(): Pool
  /** Called when no connection could be made: finds the server again, or becomes it. */
  reopen(): Promise<Pool>
  close(): Promise<void>
}

export function createDatabase(kind: Database['kind'], source: PoolSource): Database {
  const connect = async (): Promise<PoolClient> => {
    try {
      return await source.current().connect()
    } catch (cause) {
      if (!isUnreachable(cause)) throw storeError(cause)
      const pool = await source.reopen()
      return await pool.connect().catch((again: unknown) => {
        throw storeError(again)
      })
    }
  }
  return {
    kind,
    async query<R extends Row>(sql: string, parameters: unknown[] = []): Promise<R[]> {
      const client = await connect()
      return await withClient(client, () => run<R>(client, sql, parameters))
    },
    async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      const client = await connect()
      return await withClient(client, () => inTransaction(client, 'begin', work))
    },
    async snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      const client = await connect()
      return await withClient(client, () => inTransaction(client, BEGIN_SNAPSHOT, work))
    },
    close: () => source.close(),
  }
}

async function withClient<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  let broken = false
  try {
    return await work()
  } catch (error) {
    broken = error instanceof StoreError && error.code === 'connection_lost'
    throw error
  } finally {
    client.release(broken)
  }
}

const BEGIN_SNAPSHOT = 'begin isolation level repeatable read, read only'

async function inTransaction<T>(
  client: PoolClient,
  begin: string,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  const tx: Queryable = { query: (sql, parameters = []) => run(client, sql, parameters) }
  await tx.query(begin)
  try {
    const result = await work(tx)
    await tx.query('commit')
    return result
  } catch (error) {
    // A lost connection is rolled back by the server; only the first error matters to the caller.
    await tx.query('rollback').catch(() => undefined)
    throw error
  }
}

async function run<R extends Row>(
  client: PoolClient,
  sql: string,
  parameters: unknown[],
): Promise<R[]> {
  try {
    const result = await client.query<R>(sql, parameters)
    return result.rows
  } catch (cause) {
    throw storeError(cause)
  }
}

/** Postgres errors carry parameters and, after a colon, offending values, which are document text: cut them. */
function storeError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  if (cause instanceof DatabaseError) {
    const constraint = cause.constraint ? ` (constraint ${cause.constraint})` : ''
    const fact = cause.message.replace(/: ".*"$/s, '')
    return new StoreError(
      'query_failed',
      `Postgres answered ${cause.code ?? 'an error'}: ${fact}${constraint}`,
    )
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  return new StoreError('connection_lost', `the connection to the store ended: ${message}`, {
    hint: 'Run the command again; acknowledged writes are safe.',
  })
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'])

function isUnreachable(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && UNREACHABLE.has(code)) return true
  return error instanceof Error && /terminated|Cannot use a pool after/.test(error.message)
}
