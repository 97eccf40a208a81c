import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase } from '../../test/helpers/workspace.ts'
import { databaseContract } from './database.contract.ts'
import { templateFile } from './engine/template.ts'
import { openDatabase } from './open.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-db-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the embedded store', () => {
  // The first connection owns the engine; the contract's others join it or find it again.
  databaseContract(() => openDatabase({ workspace: path.join(folder, 'contract') }))

  it('keeps everything over a restart', async () => {
    const workspace = path.join(folder, 'restart')
    const first = await openDatabase({ workspace })
    await first.query(`insert into graft.principal values ('ana', '{hr}')`)
    await first.close()
    const second = await openDatabase({ workspace })
    expect(await second.query('select name, groups from graft.principal')).toEqual([
      { name: 'ana', groups: ['hr'] },
    ])
    await second.close()
  })

  it('syncs its log to disk before it acknowledges', async () => {
    const db = await openDatabase({ workspace: path.join(folder, 'durable') })
    const [row] = await db.query(
      `select current_setting('fsync') as fsync, current_setting('wal_sync_method') as method, current_setting('synchronous_commit') as sync`,
    )
    expect(row).toEqual({ fsync: 'on', method: 'fsync', sync: 'on' })
    await db.close()
  })

  it('lets a second opener use the engine of the first, and take it over', async () => {
    const workspace = path.join(folder, 'shared')
    const owner = await openDatabase({ workspace })
    const guest = await openDatabase({ workspace })
    await owner.query(`insert into graft.principal values ('bo', '{}')`)
    expect(await guest.query('select name from graft.principal')).toEqual([{ name: 'bo' }])
    await owner.close()
    expect(await guest.query('select name from graft.principal')).toEqual([{ name: 'bo' }])
    await guest.close()
  })

  it('reaps the lock of a process that was killed, and loses nothing it had acknowledged', async () => {
    const workspace = path.join(folder, 'killed')
    const acknowledged = await writeUntilKilled(workspace, 400)
    expect(acknowledged).toBeGreaterThan(0)
    const db = await openDatabase({ workspace })
    const [row] = await db.query<{ n: number }>('select count(*) as n from graft.principal')
    expect(row!.n).toBeGreaterThanOrEqual(acknowledged)
    await db.close()
  })

  it('rejects the query of a guest whose owner is killed, and goes on by itself', async () => {
    const workspace = path.join(folder, 'orphaned')
    const owner = spawnScript(`
      import { openDatabase } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
      const db = await openDatabase({ workspace: ${JSON.stringify(workspace)} })
      console.log('ready')
      setInterval(() => undefined, 1000)`)
    await new Promise((resolve) => owner.stdout.once('data', resolve))
    const guest = await openDatabase({ workspace })
    const sleeping = guest.query('select pg_sleep(20)').catch((error: unknown) => error)
    setTimeout(() => owner.kill('SIGKILL'), 200)
    expect(await sleeping).toMatchObject({ code: 'connection_lost' })
    expect(await guest.query('select 1 as one')).toEqual([{ one: 1 }])
    await guest.close()
  })

  it('starts anew where the first start was killed half-way', async () => {
    const workspace = path.join(folder, 'half-made')
    await (await openDatabase({ workspace })).close()
    rmSync(path.join(workspace, 'data/global'), { recursive: true })
    writeFileSync(path.join(workspace, 'data.unfinished'), '')
    const db = await openDatabase({ workspace })
    expect(await db.query('select name from graft.principal')).toEqual([])
    expect(existsSync(path.join(workspace, 'data.unfinished'))).toBe(false)
    await db.close()
  })

  it('reaps a lock whose process id was given to another process', async () => {
    const workspace = path.join(folder, 'reused')
    await (await openDatabase({ workspace })).close()
    writeFileSync(
      path.join(workspace, 'lock'),
      JSON.stringify({ pid: process.pid, started: '1', socketDir: null }),
    )
    const db = await openDatabase({ workspace })
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
    await db.close()
  })

  it('refuses a workspace that a newer version has migrated', async () => {
    const workspace = path.join(folder, 'newer')
    const db = await openDatabase({ workspace })
    await db.query(`insert into graft.migration (name, checksum) values ('9999-future', 'x')`)
    await db.close()
    await expect(openDatabase({ workspace })).rejects.toMatchObject({ code: 'workspace_newer' })
  })

  it('says so when the folder cannot be written', async () => {
    const file = path.join(folder, 'a-file')
    writeFileSync(file, '')
    await expect(openDatabase({ workspace: path.join(file, 'ws') })).rejects.toMatchObject({
      code: 'workspace_unwritable',
    })
  })

  it('starts from a template that the installed PGlite made', () => {
    const manifest = new URL(
      '../../node_modules/@electric-sql/pglite/package.json',
      import.meta.url,
    )
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    expect(templateFile).toContain(`-${version}.`)
    expect(existsSync(templateFile)).toBe(true)
  })
})

describe.skipIf(!process.env.DATABASE_URL)('a Postgres server (DATABASE_URL)', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>
  beforeAll(async () => {
    database = await createDatabase()
  })
  afterAll(() => database.drop())
  databaseContract(() => openDatabase({ databaseUrl: database.url }))
})

describe('an unreachable server', () => {
  it('is named in the error', async () => {
    await expect(
      openDatabase({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' }),
    ).rejects.toMatchObject({
      code: 'connection_failed',
      message: expect.stringContaining('127.0.0.1'),
    })
  })
})

/** Starts a process that inserts rows and reports each; kills it after `ms`; returns the reported count. */
async function writeUntilKilled(workspace: string, ms: number): Promise<number> {
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
    const db = await openDatabase({ workspace: ${JSON.stringify(workspace)} })
    console.log('ready')
    for (let i = 0; ; i++) {
      await db.query('insert into graft.principal values ($1, $2)', ['row' + i, []])
      console.log(i)
    }`
  const child = spawnScript(script)
  let lines = 0
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), ms))
  for await (const data of child.stdout) lines += String(data).split('\n').length - 1
  return lines - 1
}

function spawnScript(script: string): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
