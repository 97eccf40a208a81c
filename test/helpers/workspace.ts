/** @file Workspaces for tests: a fresh embedded store, or a fresh database on the server of DATABASE_URL. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { GraftConfig } from '../../src/config.ts'
import { type Database, openDatabase } from '../../src/db/index.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'

export type Store = 'embedded' | 'server'

/** The stores at hand: a Postgres server only where DATABASE_URL names one. */
export const stores: readonly Store[] = process.env.DATABASE_URL
  ? ['embedded', 'server']
  : ['embedded']

export type TestWorkspace = {
  readonly workspace: Workspace
  /** Folder of the workspace; its parent is removed by `close`. */
  readonly folder: string
  /** A further connection to the same store, as another process would have it. */
  openStore(): Promise<Database>
  /** The same workspace opened once more, with another configuration if given. */
  reopen(config?: GraftConfig): Promise<Workspace>
  close(): Promise<void>
}

/** Opens an empty workspace; `close` removes it again. */
export async function openTestWorkspace(
  config: GraftConfig = {},
  store: Store = 'embedded',
): Promise<TestWorkspace> {
  const folder = path.join(temporaryFolder(), 'workspace')
  const database = store === 'server' ? await createDatabase() : undefined
  // An empty URL also keeps an embedded test away from the server that DATABASE_URL names.
  const databaseUrl = database?.url ?? ''
  const open = (settings: GraftConfig): Promise<Workspace> =>
    openWorkspace(folder, { ...settings, databaseUrl })
  const workspace = await open(config)
  const others: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(opened: T): T => {
    others.push(opened)
    return opened
  }
  return {
    workspace,
    folder,
    openStore: async () => keep(await openDatabase({ workspace: folder, databaseUrl })),
    reopen: async (settings = config) => keep(await open(settings)),
    async close() {
      for (const other of others) await other.close().catch(() => undefined)
      await workspace.close()
      await database?.drop()
      rmSync(path.dirname(folder), { recursive: true, force: true })
    },
  }
}

/** A new folder with its canonical path. */
export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'graft-test-'))
}

/** An empty database on the server of DATABASE_URL. */
export async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `graft_test_${randomBytes(6).toString('hex')}`
  await onServer(`create database ${name}`)
  const url = new URL(process.env.DATABASE_URL!)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) }
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await client.connect()
  await client.query(sql)
  await client.end()
}
