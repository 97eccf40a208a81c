/** @file kill -9 in the middle of ingestion, again and again: nothing acknowledged is lost, nothing half-done is served. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/index.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import { randomSentence, seededRandom } from '../helpers/random.ts'
import { temporaryFolder } from '../helpers/workspace.ts'

const KILLS = 20
const DOCUMENTS = 150
const EDITS_PER_RUN = 60

const seed = Number(process.env.GRAFT_TEST_SEED ?? Date.now() % 1_000_000)
const random = seededRandom(seed)
const home = temporaryFolder()
const documents = path.join(home, 'documents')
const workspaceFolder = path.join(home, 'workspace')
mkdirSync(path.join(home, 'tmp'))
const script = fileURLToPath(new URL('../helpers/ingest-process.ts', import.meta.url))

afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('a process that is killed in the first start of a workspace', () => {
  it('leaves a workspace that opens', async () => {
    const empty = path.join(home, 'empty')
    mkdirSync(empty)
    for (let i = 0; i < 5; i++) {
      const folder = path.join(home, `first-${i}`)
      await runUntilKilled({ afterStartMs: random.between(250, 900) }, folder, empty)
      const db = await openDatabase({ workspace: folder })
      expect(await db.query('select count(*) as n from graft.document')).toEqual([{ n: 0 }])
      await db.close()
    }
  }, 60_000)
})

describe('a process that is killed while it indexes', () => {
  it(`keeps the store whole (GRAFT_TEST_SEED=${seed})`, async () => {
    console.info(`crash test: GRAFT_TEST_SEED=${seed}`)
    mkdirSync(documents, { recursive: true })
    for (let i = 0; i < DOCUMENTS; i++) writeDocument(`page-${i}.md`)

    const runs: Run[] = []
    for (let i = 0; i < KILLS; i++) {
      // Counted from the start alone, a slow machine would be killed before it has done anything.
      const moments = [
        { afterStartMs: random.between(50, 1_500) },
        { afterOpenMs: random.between(100, 900) },
        { afterFirstMs: random.between(0, 60) },
      ]
      const run = await runUntilKilled(moments[i % moments.length]!)
      runs.push(run)
      await assertWhole(run.acknowledged)
      editDocuments()
    }
    const cut = runs.filter(({ acknowledged, ended }) => acknowledged.length > 0 && !ended)
    expect(cut.length).toBeGreaterThan(0)

    const last = await runUntilKilled({})
    expect(last.ended).toBe(true)
    await assertWhole(last.acknowledged)
    const uninterrupted = path.join(home, 'uninterrupted')
    const fresh = await openWorkspace(uninterrupted, { databaseUrl: '' })
    await fresh.knowledge.add(documents)
    const expected = await contents(fresh)
    await fresh.close()
    const survivor = await openWorkspace(workspaceFolder, { databaseUrl: '' })
    expect(await contents(survivor)).toEqual(expected)
    expect(expected.length).toBeGreaterThan(DOCUMENTS / 2)
    await survivor.close()
  }, 180_000)
})

/** When to kill: after the start, the opened workspace, or the first acknowledged document. */
type Moment = { afterStartMs?: number; afterOpenMs?: number; afterFirstMs?: number }

type Run = { acknowledged: string[]; ended: boolean }

/** Runs one indexing process; without a moment it runs to its end. */
async function runUntilKilled(
  moment: Moment,
  workspace = workspaceFolder,
  folder = documents,
): Promise<Run> {
  const child = spawn(process.execPath, [script, workspace, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: path.join(home, 'tmp') },
  })
  const kill = (ms: number): void => void setTimeout(() => child.kill('SIGKILL'), ms)
  if (moment.afterStartMs !== undefined) kill(moment.afterStartMs)
  let output = ''
  child.stdout.on('data', (data: Buffer) => {
    const before = output
    output += data
    const shows = (sign: string): boolean => !before.includes(sign) && output.includes(sign)
    if (shows('open') && moment.afterOpenMs !== undefined) kill(moment.afterOpenMs)
    // Only acknowledgements hold a blank.
    if (shows(' ') && moment.afterFirstMs !== undefined) kill(moment.afterFirstMs)
  })
  await new Promise((resolve) => child.once('close', resolve))
  const lines = output.split('\n').slice(0, -1)
  return {
    acknowledged: lines.filter((line) => line.includes(' ')),
    ended: lines.includes('closed'),
  }
}

type VersionRow = {
  uri: string
  documentId: string
  text: string
  chunks: { ordinal: number; start: number; end: number; text: string; open: boolean }[] | null
}

/** Opens the store that the killed process left, and compares all of it with the files. */
async function assertWhole(acknowledged: string[]): Promise<void> {
  const db = await openDatabase({ workspace: workspaceFolder })
  const rows = await db.query<VersionRow>(
    `select d.uri, d.id as "documentId", v.text,
       (select json_agg(json_build_object('ordinal', c.ordinal, 'start', c.start_offset, 'end', c.end_offset,
          'text', c.text, 'open', c.valid_to is null) order by c.ordinal)
        from graft.chunk c where c.version_id = v.id) as chunks
     from graft.version v join graft.document d on d.id = v.document_id where v.valid_to is null`,
  )
  expect(new Set(rows.map(({ documentId }) => documentId)).size).toBe(rows.length)
  for (const { uri, text, chunks } of rows) {
    expect(
      chunks?.map(({ ordinal }) => ordinal),
      uri,
    ).toEqual(sectionsOf(text).map((_, i) => i))
    for (const chunk of chunks ?? []) {
      expect(chunk.open, uri).toBe(true)
      expect(chunk.text, uri).toBe(text.slice(chunk.start, chunk.end))
    }
  }
  const [stray] = await db.query<{ n: number }>(
    `select count(*) as n from graft.chunk c join graft.version v on v.id = c.version_id
     where c.valid_to is distinct from v.valid_to or c.valid_from <> v.valid_from`,
  )
  expect(stray!.n).toBe(0)

  const current = new Map(rows.map((row) => [row.uri, row]))
  for (const line of acknowledged) {
    const [outcome, uri] = line.split(' ') as [string, string]
    expect(['added', 'updated', 'renamed', 'removed', 'unchanged']).toContain(outcome)
    if (outcome === 'removed') expect(current.has(uri), line).toBe(false)
    else expect(current.get(uri)?.text, line).toBe(readDocument(uri))
  }
  for (const { uri, text } of sample(rows, 8)) {
    const found = await db.query<{ uri: string; text: string }>(
      `select d.uri, c.text from graft.search_current($1, null, null, null, null, null, 50) hit
         join graft.chunk c on c.id = hit.chunk_id join graft.document d on d.id = c.document_id`,
      [tokenOf(text)],
    )
    expect(found.length, uri).toBe(sectionsOf(text).length)
    expect(new Set(found.map((hit) => hit.uri))).toEqual(new Set([uri]))
  }
  await db.close()
}

/** What is current, in an order and form that two stores share. */
async function contents({ knowledge }: Workspace): Promise<unknown[]> {
  const all = await knowledge.documents()
  const versions = await knowledge.versions(all.map(({ versionId }) => versionId))
  return all.map(({ uri, title, chunks, chars, versionId }) => ({
    uri,
    title,
    chunks,
    chars,
    text: versions.get(versionId)?.text,
  }))
}

// --- The documents ---

let editions = 0

function writeDocument(uri: string): void {
  const token = `token${++editions}x`
  const sections = Array.from(
    { length: random.between(2, 7) },
    (_, i) => `## Section ${i}\n\nThe ${token} says: ${randomSentence(random, 30)}\n`,
  )
  writeFileSync(path.join(documents, uri), sections.join('\n'))
}

/** Between two runs people go on editing, renaming, deleting and creating. */
function editDocuments(): void {
  const uris = readdirSync(documents)
  for (let i = 0; i < EDITS_PER_RUN; i++) writeDocument(random.pick(uris))
  renameSync(path.join(documents, uris[0]!), path.join(documents, `renamed-${++editions}.md`))
  rmSync(path.join(documents, uris[1]!))
  writeDocument(`new-${++editions}.md`)
}

function readDocument(uri: string): string {
  return readFileSync(path.join(documents, uri), 'utf8')
}

function sectionsOf(text: string): string[] {
  return text.match(/^## /gm) ?? []
}

function tokenOf(text: string): string {
  return /token\d+x/.exec(text)![0]
}

function sample<T>(items: T[], count: number): T[] {
  return items.length === 0 ? [] : Array.from({ length: count }, () => random.pick(items))
}
