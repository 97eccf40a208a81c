/** @file The real command line, in processes of its own, as a person or a script uses it. */
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../../src/assistant/index.ts'
import { type Database, openDatabase } from '../../src/db/index.ts'
import type { IngestReport, RetrievedChunk, StoredVersion } from '../../src/knowledge/index.ts'
import { type CliResult, finished, runCli, spawnCli } from '../helpers/cli.ts'
import { randomSentence, seededRandom } from '../helpers/random.ts'
import { temporaryFolder } from '../helpers/workspace.ts'

const cwd = temporaryFolder()
const workspace = path.join(cwd, '.graft')
const graft = (...args: string[]): Promise<CliResult> => runCli(args, { workspace, cwd })
const write = (uri: string, text: string): void => {
  mkdirSync(path.dirname(path.join(cwd, uri)), { recursive: true })
  writeFileSync(path.join(cwd, uri), text)
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await graft('--json', ...args)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

/** Owns the workspace, so that most commands need not start an engine: the last describes run without. */
let owner: Database

beforeAll(async () => {
  write(
    'docs/refunds.md',
    '# Refunds\n\n## Deadline\n\nRefunds are paid within 14 days. The form is online.\n',
  )
  write('docs/deep/travel.md', '# Travel\n\nTrains are booked by the office.\n')
  const { code, stdout } = await graft('add', 'docs')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^2 added \(2 chunks, \d+\.\d MB in \d+\.\d s\)\n$/)
  owner = await openDatabase({ workspace })
})

afterAll(async () => {
  await owner.close()
  rmSync(cwd, { recursive: true, force: true })
})

describe('graft add, remove and status', () => {
  it('repeat without harm, and tell what there was to do', async () => {
    expect((await graft('add', 'docs')).stdout).toMatch(/^2 unchanged /)
    write('docs/new.md', '# New\n\nA new page about parking.\n')
    expect(await json<IngestReport>('add', 'docs')).toMatchObject({
      added: 1,
      unchanged: 2,
      failed: [],
      interrupted: false,
    })
    expect((await graft('remove', 'docs/new.md')).stdout).toMatch(/^1 removed /)
    const nothing = await graft('remove', 'docs/new.md')
    expect(nothing).toMatchObject({ code: 1, stdout: 'nothing is indexed below docs/new.md\n' })
    rmSync(path.join(cwd, 'docs/new.md'))
  })

  it('take a document from standard input', async () => {
    const input = '# Parking\n\nThe garage closes at ten.\n'
    const added = await runCli(['add', '-', '--name', 'parking.md'], { workspace, cwd, input })
    expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 added /) })
    expect((await graft('search', 'garage')).stdout).toContain('The garage closes at ten.')
    expect((await graft('remove', 'parking.md')).stdout).toMatch(/^1 removed /)
    expect((await graft('search', 'garage')).stdout).toBe('nothing found\n')
  })

  it('show what is indexed', async () => {
    const { stdout } = await graft('status', '--documents')
    expect(stdout).toMatch(/^2 documents, 2 chunks, /)
    expect(stdout).toContain('default: 2 documents')
    expect(stdout).toMatch(/^refunds\.md\s+Refunds, 1 chunk, ver_\w+$/m)
    const state = await json<{ documents: { uri: string }[]; chunks: number }>(
      'status',
      '--documents',
    )
    expect(state.documents.map(({ uri }) => uri)).toEqual(['deep/travel.md', 'refunds.md'])
  })

  it('report a bad file, index the others and exit with 1', async () => {
    write('mixed/good.md', '# Good\n\nA good page about lockers.\n')
    write('mixed/empty.md', '')
    const { code, stdout, stderr } = await graft('add', 'mixed', '--collection', 'mixed')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^1 added, 1 failed /)
    expect(stderr).toMatch(/^failed: empty\.md: .+ \[empty_document\]\n {8}[A-Z].+\.$/m)
    expect((await graft('remove', 'mixed', '--collection', 'mixed')).code).toBe(0)
  })
})

describe('graft ask and show', () => {
  it('answer as JSON with quotes that the stored versions hold', async () => {
    const answer = await json<Answer>('ask', 'When are refunds paid?')
    expect(answer).toMatchObject({
      question: 'When are refunds paid?',
      abstained: false,
      answer: expect.stringContaining('14 days'),
      usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
      timings: {
        retrievalMs: expect.any(Number),
        firstTextMs: expect.any(Number),
        totalMs: expect.any(Number),
      },
      model: expect.any(String),
    })
    expect(answer.citations.length).toBeGreaterThan(0)
    for (const citation of answer.citations) {
      const { documentId, versionId, start, end, quote } = citation
      expect(citation).toMatchObject({
        title: 'Refunds',
        uri: 'refunds.md',
        unit: 'utf16',
        marker: expect.any(Number),
      })
      const version = await json<StoredVersion>('show', versionId)
      expect(version.documentId).toBe(documentId)
      expect(version.text.slice(start, end)).toBe(quote)
      expect((await graft('show', versionId)).stdout).toBe(`${version.text}\n`)
    }
  })

  it('print the answer, then its sources', async () => {
    const { code, stdout, stderr } = await graft('ask', 'When', 'are', 'refunds', 'paid?')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/14 days.*\[1\][\s\S]*\n\[1\](?:\[2\])? refunds\.md - Deadline\n/)
  })

  it('say so when the documents hold no answer', async () => {
    const answer = await json<Answer>('ask', 'Who won the chess tournament in Reykjavik?')
    expect(answer).toMatchObject({ abstained: true, citations: [] })
    expect(answer.answer.length).toBeGreaterThan(0)
  })

  it('stream every event as a line', async () => {
    const { stdout } = await graft('ask', '--events', 'When are refunds paid?')
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type)
    expect(types[0]).toBe('search')
    expect(types.at(-1)).toBe('finish')
    expect(types).toContain('citation')
  })

  it('answer from the documents as they were', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    const moment = new Date().toISOString()
    await new Promise((resolve) => setTimeout(resolve, 20))
    write(
      'docs/refunds.md',
      '# Refunds\n\n## Deadline\n\nRefunds are paid within 30 days. The form is online.\n',
    )
    await graft('add', 'docs')
    const question = 'When are refunds paid?'
    expect((await json<Answer>('ask', question)).answer).toContain('30 days')
    expect((await json<Answer>('ask', question, '--as-of', moment)).answer).toContain('14 days')
  })
})

describe('graft search', () => {
  it('explains the ranks', async () => {
    const { stdout } = await graft('search', 'trains', '--explain')
    expect(stdout).toMatch(/^1\. deep\/travel\.md /)
    expect(stdout).toMatch(/score \d\.\d{3} {3}lexical #1 \(\d+\.\d{3}\) {3}chunk 0 \[\d+, \d+\)/)
  })

  it('filters by path and collection', async () => {
    const uris = async (...args: string[]): Promise<string[]> =>
      (await json<{ chunks: RetrievedChunk[] }>('search', 'office form', ...args)).chunks.map(
        ({ uri }) => uri,
      )
    expect((await uris()).sort()).toEqual(['deep/travel.md', 'refunds.md'])
    expect(await uris('--path', 'deep/**')).toEqual(['deep/travel.md'])
    expect(await uris('--collection', 'none')).toEqual([])
    expect(await uris('--limit', '1')).toHaveLength(1)
  })
})

describe('graft access', () => {
  it('limits what a principal sees', async () => {
    expect(await json('access', 'set', 'ana', '--groups', 'hr, board')).toEqual({
      principal: 'ana',
      groups: ['hr', 'board'],
    })
    await graft('access', 'set', 'bo', '--groups', 'sales')
    expect((await graft('access', 'list')).stdout).toBe('ana: hr, board\nbo: sales\n')
    expect((await graft('access', 'restrict', 'docs/deep', '--groups', 'hr')).stdout).toBe(
      '1 document: hr\n',
    )
    expect((await graft('search', 'trains', '--as', 'ana')).stdout).toContain('deep/travel.md')
    expect((await graft('search', 'trains', '--as', 'bo')).stdout).toBe('nothing found\n')
    expect((await graft('status', '--documents')).stdout).toMatch(/travel\.md.*\[hr\]$/m)
    expect((await graft('access', 'restrict', 'docs/deep', '--groups', 'everyone')).code).toBe(0)
    expect((await graft('search', 'trains', '--as', 'bo')).stdout).toContain('deep/travel.md')
  })
})

describe('errors', () => {
  it.each([
    [['add', 'nowhere'], 'source_not_found'],
    [['add', 'file:///etc/passwd'], 'source_not_found'],
    [['search', 'x', '--as', 'nobody'], 'unknown_principal'],
    [['search', 'x', '--since', 'yesterday'], 'invalid_date'],
    [['ask', ' '], 'invalid_question'],
    [['show', 'ver_none'], 'unknown_version'],
    [['serve', '--host', '0.0.0.0', '--port', '0'], 'key_required'],
  ])('of %j exit with 1, a fact and a hint', async (args, code) => {
    const [plain, machine] = await Promise.all([graft(...args), graft('--json', ...args)])
    expect(plain).toMatchObject({ code: 1, stdout: '' })
    const [first = '', second = '', ...rest] = plain.stderr.trimEnd().split('\n')
    expect(first).toMatch(new RegExp(`^error: .+ \\[${code}\\]$`))
    expect(second).toMatch(/^hint: [A-Z].+/)
    expect(rest).toEqual([])
    expect(JSON.parse(machine.stdout)).toMatchObject({
      error: { code, message: expect.any(String) },
    })
  })

  it.each([
    [['nonsense']],
    [['ask']],
    [['add']],
    [['access', 'set', 'ana']],
    [['search', 'x', '--nonsense']],
  ])('of usage say how to get help: %j', async (args) => {
    const { code, stdout, stderr } = await graft(...args)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: /)
    expect(stderr).toContain('--help')
  })

  it('name a configuration that cannot be loaded', async () => {
    const elsewhere = path.join(cwd, 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(path.join(elsewhere, 'graft.config.ts'), 'export default 42\n')
    const { code, stderr } = await runCli(['status'], { workspace, cwd: elsewhere })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: graft\.config\.ts has no default export .*\nhint: /)
  })
})

describe('help', () => {
  const commands = [
    [],
    ['add'],
    ['ask'],
    ['search'],
    ['status'],
    ['remove'],
    ['access'],
    ['access', 'set'],
    ['access', 'list'],
    ['access', 'restrict'],
    ['show'],
    ['serve'],
    ['start'],
  ]

  it('is there for every command, and opens no workspace', async () => {
    const untouched = path.join(cwd, 'untouched')
    const results = await Promise.all(
      commands.map((command) => runCli([...command, '--help'], { workspace: untouched, cwd })),
    )
    for (const [i, { code, stdout, stderr }] of results.entries()) {
      expect([code, stderr], commands[i]!.join(' ')).toEqual([0, ''])
      expect(stdout).toContain(['Usage: graft', ...commands[i]!].join(' '))
      expect(stdout).toContain('--workspace <folder>')
    }
    expect(existsSync(untouched)).toBe(false)
  }, 60_000)

  it('tells the version', async () => {
    expect((await graft('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('graft serve', () => {
  it('shares its workspace with other commands, and ends on Ctrl-C', async () => {
    await owner.close()
    const server = spawnCli(['serve', '--port', '0', '--watch', 'docs'], { workspace, cwd })
    const ended = finished(server)
    const [line] = (await once(server.stdout, 'data')) as [Buffer]
    const url = /Graft is ready at (http:\/\/127\.0\.0\.1:\d+)/.exec(String(line))![1]!
    const status = async (): Promise<{ documents: number }> =>
      (await (await fetch(`${url}/api/status`)).json()) as { documents: number }
    expect((await status()).documents).toBe(2)

    write('extra/lockers.md', '# Lockers\n\nLockers are on floor two.\n')
    expect((await graft('add', 'extra')).stdout).toMatch(/^1 added /)
    expect((await status()).documents).toBe(3)
    expect((await json<Answer>('ask', 'Where are the lockers?')).answer).toContain('floor two')
    write('docs/watched.md', '# Watched\n\nThe bicycle room is below.\n')
    await expect.poll(async () => (await status()).documents, { timeout: 5_000 }).toBe(4)

    server.kill('SIGINT')
    const { code, stderr } = await ended
    expect(code).toBe(130)
    expect(stderr).toContain('Stopping; what is done is saved.')
    expect((await graft('search', 'bicycle')).stdout).toContain('watched.md')
  })
})

describe('Ctrl-C during graft add', () => {
  it('exits with 130, keeps what is done, and the next run does the rest', async () => {
    const many = 1_200
    const random = seededRandom(7)
    for (let i = 0; i < many; i++) {
      const sections = Array.from(
        { length: 4 },
        (_, s) => `## Part ${s}\n\n${randomSentence(random, 60)}\n`,
      )
      write(`many/page-${i}.md`, sections.join('\n'))
    }
    const interrupted = path.join(cwd, 'interrupted')
    const child = spawnCli(['--json', 'add', 'many'], { workspace: interrupted, cwd })
    const ended = finished(child)
    await committed(interrupted)
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    expect([code, stderr]).toEqual([
      130,
      '\nStopping; what is done is saved. Press Ctrl-C again to end at once.\n',
    ])
    const report = JSON.parse(stdout) as IngestReport
    expect(report).toMatchObject({ interrupted: true, failed: [] })
    expect(report.added).toBeGreaterThan(0)
    expect(report.added).toBeLessThan(many)

    const state = (await runCli(['--json', 'status'], { workspace: interrupted, cwd })).stdout
    expect(JSON.parse(state)).toMatchObject({ documents: report.added, chunks: report.added * 4 })
    const rest = await runCli(['--json', 'add', 'many'], { workspace: interrupted, cwd })
    expect(JSON.parse(rest.stdout)).toMatchObject({
      added: many - report.added,
      unchanged: report.added,
      failed: [],
      interrupted: false,
    })
    const after = (await runCli(['--json', 'status'], { workspace: interrupted, cwd })).stdout
    expect(JSON.parse(after)).toMatchObject({ documents: many, chunks: many * 4, versions: many })
  }, 90_000)
})

/** Waits until the other process has committed its first batch. */
async function committed(folder: string): Promise<void> {
  while (!existsSync(path.join(folder, 'lock')))
    await new Promise((resolve) => setTimeout(resolve, 20))
  const db = await openDatabase({ workspace: folder })
  for (;;) {
    const [row] = await db.query<{ n: number }>('select count(*) as n from graft.version')
    if (row!.n > 0) return await db.close()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
