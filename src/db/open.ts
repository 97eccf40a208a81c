/** @file Opens the store: a Postgres server by URL, or the embedded one in a workspace folder. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { createDatabase, type Database, type PoolSource } from './database.ts'
import { type Engine, startEngine } from './engine/engine.ts'
import { StoreError } from './errors.ts'
import { acquireLock, type Lock, type LockRecord } from './lock.ts'
import { migrate } from './migrate.ts'

export type OpenOptions = {
  /** Workspace folder of the embedded store; created when missing. Default `.graft`. */
  workspace?: string
  /** Postgres server; the embedded store is not touched then. */
  databaseUrl?: string
}

/** Postgres recommends a handful of connections per core; the embedded engine serialises them anyway. */
const POOL_SIZE = 8
/** A first boot unpacks the template and migrates: about a second, more on a loaded machine. */
const OWNER_BOOT_MS = 30_000

/**
 * Opens the store and brings its schema up to date. When another process owns the workspace, the
 * returned store talks to that process.
 * @throws StoreError workspace_locked, workspace_unwritable, connection_failed, engine_failed
 */
export async function openDatabase(options: OpenOptions = {}): Promise<Database> {
  const { workspace = '.graft', databaseUrl } = options
  const source = databaseUrl
    ? serverSource(databaseUrl)
    : await embeddedSource(path.resolve(workspace))
  const db = createDatabase(databaseUrl ? 'server' : 'embedded', source)
  try {
    await migrate(db)
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

function serverSource(connectionString: string): PoolSource {
  const pool = newPool({ connectionString, connectionTimeoutMillis: 10_000 })
  return {
    current: () => pool,
    async reopen() {
      const { host, database } = new pg.Client({ connectionString })
      throw new StoreError(
        'connection_failed',
        `no Postgres server answers at ${host}, database ${database}`,
        {
          hint: 'Check DATABASE_URL and that the server runs, or unset it to use the embedded store.',
        },
      )
    },
    close: () => pool.end(),
  }
}

type Session = { pool: pg.Pool; owned?: { engine: Engine; lock: Lock; socketDir: string } }

async function embeddedSource(workspace: string): Promise<PoolSource> {
  let session = await openSession(workspace)
  let reopening: Promise<Session> | undefined
  return {
    current: () => session.pool,
    async reopen() {
      reopening ??= replaceSession(workspace, session).finally(() => {
        reopening = undefined
      })
      session = await reopening
      return session.pool
    },
    close: () => endSession(session),
  }
}

async function replaceSession(workspace: string, old: Session): Promise<Session> {
  await endSession(old).catch(() => undefined)
  return await openSession(workspace)
}

async function openSession(workspace: string): Promise<Session> {
  const deadline = Date.now() + OWNER_BOOT_MS
  for (;;) {
    const taken = acquireLock(workspace)
    if ('lock' in taken) return await becomeOwner(workspace, taken.lock)
    const pool = await joinOwner(taken.owner)
    if (pool) return { pool }
    if (Date.now() > deadline) throw lockedError(workspace, taken.owner)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function becomeOwner(workspace: string, lock: Lock): Promise<Session> {
  const data = prepareDataDir(workspace)
  // A folder of its own keeps the socket private (mkdtemp is 0700) and its path below the 108-byte limit.
  const socketDir = mkdtempSync(path.join(os.tmpdir(), 'graft-'))
  try {
    const engine = await startEngine({ dataDir: data.dir, socketFile: socketFile(socketDir) })
    data.finish()
    lock.publish(socketDir)
    return { pool: socketPool(socketDir), owned: { engine, lock, socketDir } }
  } catch (error) {
    rmSync(socketDir, { recursive: true, force: true })
    lock.release()
    throw error
  }
}

/**
 * The first start fills the data folder, marked as unfinished meanwhile: what a process left that was
 * killed there holds nothing yet, and is made anew.
 */
function prepareDataDir(workspace: string): { dir: string; finish(): void } {
  const dir = path.join(workspace, 'data')
  const marker = path.join(workspace, 'data.unfinished')
  if (existsSync(marker)) rmSync(dir, { recursive: true, force: true })
  if (!existsSync(dir)) writeFileSync(marker, '', { mode: 0o600 })
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return {
    dir,
    finish() {
      if (!existsSync(marker)) return
      rmSync(marker)
      // A power cut must not bring the marker back: the folder would be taken for unfinished.
      const folder = openSync(workspace, 'r')
      fsyncSync(folder)
      closeSync(folder)
    },
  }
}

/** Connects to the owner's engine; undefined while it boots or when it has just ended. */
async function joinOwner(owner: LockRecord): Promise<pg.Pool | undefined> {
  if (owner.socketDir === null) return undefined
  const pool = socketPool(owner.socketDir)
  try {
    await pool.query('select 1')
    return pool
  } catch {
    await pool.end()
    return undefined
  }
}

async function endSession({ pool, owned }: Session): Promise<void> {
  if (!pool.ended) await pool.end()
  if (!owned) return
  await owned.engine.close()
  rmSync(owned.socketDir, { recursive: true, force: true })
  owned.lock.release()
}

function lockedError(workspace: string, owner: LockRecord): StoreError {
  return new StoreError(
    'workspace_locked',
    `the workspace ${workspace} is owned by process ${owner.pid}, which does not answer`,
    {
      hint: `Stop process ${owner.pid}. If it is not Graft, delete ${path.join(workspace, 'lock')}.`,
    },
  )
}

// --- Connections ---

/** libpq's naming: a host that starts with a slash is the folder of the socket `.s.PGSQL.<port>`. */
const SOCKET_PORT = 5432

function socketFile(socketDir: string): string {
  return path.join(socketDir, `.s.PGSQL.${SOCKET_PORT}`)
}

function socketPool(socketDir: string): pg.Pool {
  return newPool({ host: socketDir, port: SOCKET_PORT, user: 'postgres', database: 'postgres' })
}

function newPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    max: POOL_SIZE,
    ...config,
    types: { getTypeParser },
    allowExitOnIdle: true,
  })
  // An idle connection that ends is replaced on the next use; without a listener it would end the process.
  pool.on('error', () => undefined)
  // The same for one in use: its query is rejected, which is where the loss is told.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

const INT8_OID = 20

/** Our counters stay far below 2^53, so int8 is read as a number; everything else as `pg` does. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as 'text')
}
