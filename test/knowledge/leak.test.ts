/** @file Every path that hands out text, as readers of different rights: no word of a foreign group comes out. */
import { rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AskOptions } from '../../src/assistant/index.ts'
import { type Knowledge, owner, type Reader } from '../../src/knowledge/index.ts'
import { createApp } from '../../src/server/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import { runCli } from '../helpers/cli.ts'
import { hashedEmbedder } from '../helpers/hashed-embedder.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'
import {
  addPage,
  canary,
  expectOwn,
  filterCombinations,
  type Group,
  groups,
  names,
  page,
  pageName,
  principals,
  queries,
  serialise,
  traceIds,
} from './leak-pages.ts'

const cwd = temporaryFolder()
let test: TestWorkspace
let workspace: Workspace
let knowledge: Knowledge
let readers: Record<string, Reader>
let firstDay: string
let versionIds: string[]
let app: ReturnType<typeof createApp>

beforeAll(async () => {
  test = await openTestWorkspace({ embedder: hashedEmbedder('leak/256', { dimensions: 256 }) })
  workspace = test.workspace
  knowledge = workspace.knowledge
  app = createApp(workspace, { host: '127.0.0.1' })
  for (const name of names) await workspace.access.set(name, principals[name]!.slice(0, 1))
  readers = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await workspace.access.reader(name)] as const),
    ),
  )
  for (const group of groups) {
    for (const kind of ['kept', 'replaced', 'removed']) await addPage(knowledge, group, kind, 'old')
    await addPage(knowledge, group, 'apart', 'old', `${canary(group)}collection`)
  }
  await setTimeout(20)
  firstDay = new Date().toISOString()
  const before = await knowledge.documents()
  await setTimeout(20)
  for (const group of groups) {
    await addPage(knowledge, group, 'replaced', 'new')
    await knowledge.remove(pageName(group, 'removed'))
  }
  const after = await knowledge.documents()
  versionIds = [...new Set([...before, ...after].map(({ versionId }) => versionId))]
})

afterAll(async () => {
  await test.close()
  rmSync(cwd, { recursive: true, force: true })
})

describe('the owner', () => {
  it('reads everything: the words that must not leak are there to be found', async () => {
    const found = JSON.stringify([
      await knowledge.search('budget', { limit: 200 }),
      await knowledge.search('budget', { limit: 200, asOf: firstDay }),
    ])
    for (const group of groups) {
      for (const kind of ['kept', 'replaced', 'removed', 'apart'])
        expect(found).toContain(`${canary(group)}${kind}old`)
      for (const part of ['title', 'heading', 'uri', 'collection', 'replacednew'])
        expect(found).toContain(`${canary(group)}${part}`)
    }
    expect(versionIds).toHaveLength(5 * groups.length)
    expect((await knowledge.versions(versionIds)).size).toBe(versionIds.length)
    expect(JSON.stringify(await json('/api/documents'))).toContain(canary('hr'))
  })
})

describe.each(names)('%s', (name) => {
  const own = principals[name]!
  const foreign = groups.filter((group) => !own.includes(group))
  const reader = (): Reader => readers[name]!

  function expectOnlyOwn(output: unknown, where: string): void {
    const text = typeof output === 'string' ? output : serialise(output)
    for (const group of foreign) expect(text, where).not.toContain(canary(group))
  }

  it('finds what its own groups hold and nothing else, whatever the filter', async () => {
    for (const query of queries) {
      for (const filter of filterCombinations(firstDay)) {
        const where = `${query} ${JSON.stringify(filter)}`
        for (const fusion of [undefined, { method: 'rrf', k: 60 } as const]) {
          const options = { ...filter, limit: 200, reader: reader(), ...(fusion && { fusion }) }
          const chunks = await knowledge.search(query, options)
          expectOnlyOwn(chunks, where)
          if (query === 'budget') expectOwn(chunks, own, where)
        }
        const evidence = await knowledge.evidence(query, { ...filter, reader: reader() })
        expectOnlyOwn(evidence, where)
      }
    }
  })

  it('finds nothing foreign by asking for its very words', async () => {
    for (const group of foreign) {
      const query = `${canary(group)}keptold ${canary(group)}title`
      for (const filter of [{}, { asOf: firstDay }]) {
        const chunks = await knowledge.search(query, { ...filter, reader: reader(), limit: 200 })
        expectOnlyOwn(chunks, query)
        const { sentences } = await knowledge.evidence(query, { ...filter, reader: reader() })
        expectOnlyOwn(sentences, query)
      }
    }
  })

  it('gets answers, sources and citations from its own groups alone', async () => {
    const history = [
      { role: 'user' as const, content: 'What is the plan?' },
      { role: 'assistant' as const, content: 'There is a list.' },
    ]
    for (const filter of filterCombinations(firstDay)) {
      for (const options of [filter, { ...filter, history }]) {
        const events = await asked('What is the budget of the plan?', {
          ...options,
          reader: reader(),
        })
        expectOnlyOwn(events, JSON.stringify(options))
      }
    }
    const events = await asked('What is the budget of the plan?', { reader: reader() })
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['source', 'citation']))
  })

  it('opens and lists only what it may read', async () => {
    const versions = await knowledge.versions(versionIds, reader())
    expectOnlyOwn([...versions.values()], 'versions')
    for (const id of versionIds) {
      const opened = await knowledge.version(id, reader()).catch((error: Error) => error)
      expect(opened instanceof Error).toBe(!versions.has(id))
      expectOnlyOwn(opened instanceof Error ? opened.message : opened, 'version')
    }
    expect(versions.size).toBe(5 * own.length)
    const documents = await knowledge.documents(reader())
    expectOnlyOwn(documents, 'documents')
    expect(documents).toHaveLength(3 * own.length)
    const status = await knowledge.status(reader())
    expectOnlyOwn(status, 'status')
    expect(status).toMatchObject({
      documents: documents.length,
      versions: 5 * own.length,
      chunks: documents.reduce((sum, { chunks }) => sum + chunks, 0),
      chars: documents.reduce((sum, { chars }) => sum + chars, 0),
    })
    expect(status.collections.reduce((sum, { documents: n }) => sum + n, 0)).toBe(documents.length)
  })

  it('gets traces of its own answers alone, and in them and their replays nothing foreign', async () => {
    const question = 'What is the budget of the plan?'
    const [mine] = await traceIds(workspace, question, [reader()])
    const others = await traceIds(workspace, question, [
      owner,
      ...names.filter((n) => n !== name).map((n) => readers[n]!),
    ])
    const ways = {
      list: await workspace.traces.list(reader(), { limit: 500 }),
      get: await workspace.traces.get(mine!, reader()),
      stored: await workspace.traces.replay(mine!, reader()),
      today: await workspace.traces.replay(mine!, reader(), { today: true }),
      http: await json(`/api/traces/${mine}?as=${name}`),
      httpList: await json(`/api/traces?as=${name}&limit=500`),
      httpReplay: await postTo(`/api/traces/${mine}/replay`, { as: name, today: true }),
      httpFeedback: await postTo(`/api/traces/${mine}/feedback`, { as: name, vote: 'up' }),
    }
    for (const [way, output] of Object.entries(ways)) expectOnlyOwn(output, way)
    for (const way of ['get', 'stored', 'today', 'http', 'httpReplay'] as const)
      expectOwn(ways[way], own.slice(0, 1), way)
    for (const id of others) {
      expect(serialise(ways.list)).not.toContain(id)
      expect(serialise(ways.httpList)).not.toContain(id)
      const refused = { code: 'unknown_trace' }
      await expect(workspace.traces.get(id, reader())).rejects.toMatchObject(refused)
      await expect(workspace.traces.replay(id, reader())).rejects.toMatchObject(refused)
      await expect(workspace.feedback.give(id, reader(), { vote: 'up' })).rejects.toMatchObject(
        refused,
      )
      const found = await app.request(`http://localhost/api/traces/${id}?as=${name}`)
      expect(found.status).toBe(404)
      for (const action of ['replay', 'feedback'])
        expect(await postTo(`/api/traces/${id}/${action}`, { as: name, vote: 'up' })).toContain(
          'unknown_trace',
        )
    }
  })

  it('gets nothing foreign over HTTP', async () => {
    for (const filter of filterCombinations(firstDay)) {
      const { collections, ...rest } = filter
      const parameters = { q: 'budget', limit: '50', as: name, ...(rest as Record<string, string>) }
      const query = new URLSearchParams({
        ...parameters,
        ...(collections && { collection: collections[0]! }),
      })
      expectOnlyOwn(await json(`/api/search?${query}`), String(query))
    }
    for (const group of groups) {
      const query = new URLSearchParams({
        q: 'budget',
        as: name,
        collection: `${canary(group)}collection`,
      })
      expectOnlyOwn(await json(`/api/search?${query}`), String(query))
    }
    for (const asOf of [undefined, firstDay]) {
      const events = await postTo('/api/ask', {
        question: 'What is the budget of the plan?',
        as: name,
        asOf,
      })
      expectOnlyOwn(events, `ask ${asOf}`)
      expect(events).toContain('event: citation')
    }
    expectOnlyOwn(await json(`/api/documents?as=${name}`), 'documents')
    await expectOwnDocuments(name)
    expectOnlyOwn(await json(`/api/status?as=${name}`), 'status')
    let opened = 0
    for (const id of versionIds) {
      const response = await app.request(`http://localhost/api/versions/${id}?as=${name}`)
      expectOnlyOwn(await response.text(), `versions/${id}`)
      if (response.ok) opened++
      else expect(response.status).toBe(404)
    }
    expect(opened).toBe(5 * own.length)
  })

  it('gets nothing foreign on the command line', async () => {
    const all = [...(await knowledge.versions(versionIds)).values()]
    const version = (groupsOf: readonly Group[]): string =>
      all.find(({ uri }) => uri.startsWith(canary(groupsOf[0]!)))!.versionId
    const cli = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
      const { code, stdout, stderr } = await runCli([...args, '--as', name], {
        workspace: test.folder,
        cwd,
      })
      return { code, output: stdout + stderr }
    }
    const question = 'What is the budget of the plan?'
    const [mine] = await traceIds(workspace, question, [reader()])
    const [foreignTrace] = await traceIds(workspace, question, [owner])
    const [asked, then, found, listed, shown, traced, again, refused, closed] = await Promise.all([
      cli('ask', question, '--events'),
      cli('ask', question, '--as-of', firstDay, '--json'),
      cli('search', 'budget', '--limit', '200', '--explain'),
      cli('status', '--documents'),
      cli('show', version(own)),
      cli('trace', mine!),
      cli('replay', mine!, '--today'),
      cli('show', version(foreign)),
      cli('trace', foreignTrace!),
    ])
    const traces = await cli('traces', '--limit', '500')
    expect(traces.output).toContain(mine)
    expect(traces.output).not.toContain(foreignTrace)
    for (const { output } of [asked, then, found, listed, shown, traced, again, refused, closed])
      expectOnlyOwn(output, 'command line')
    expect(closed).toMatchObject({ code: 1, output: expect.stringContaining('unknown_trace') })
    for (const { code, output } of [asked, then, found, listed, shown, traced, again]) {
      expect(code).toBe(0)
      expect(output).toContain('canary')
    }
    expect(refused.code).toBe(1)
    expect(refused.output).toContain('unknown_version')
  })
})

describe('a principal that does not exist', () => {
  it('is refused on every path', async () => {
    await expect(workspace.access.reader('eve')).rejects.toMatchObject({
      code: 'unknown_principal',
    })
    for (const path of [
      '/api/search?q=budget',
      '/api/documents?',
      '/api/status?',
      '/api/traces?',
      '/api/traces/tr_0?',
      `/api/versions/${versionIds[0]}?`,
    ]) {
      const response = await app.request(`http://localhost${path}&as=eve`)
      expect(response.status, path).toBe(404)
      expect(await response.text()).toContain('unknown_principal')
    }
    const answer = await postTo('/api/ask', { question: 'What is the budget?', as: 'eve' })
    expect(answer).toContain('unknown_principal')
    expect(answer).not.toContain('canary')
    const commands = [['ask', 'budget'], ['search', 'budget'], ['status'], ['show', versionIds[0]!]]
    const results = await Promise.all(
      commands.map((args) => runCli([...args, '--as', 'eve'], { workspace: test.folder, cwd })),
    )
    for (const { code, stdout, stderr } of results) {
      expect(code).toBe(1)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^error: .*"eve".*unknown_principal/)
    }
  })

  it('with an empty name is not the owner', async () => {
    await expect(workspace.access.reader('')).rejects.toMatchObject({ code: 'unknown_principal' })
    const response = await app.request('http://localhost/api/documents?as=')
    expect(response.status).toBe(404)
    expect(await postTo('/api/ask', { question: 'budget?', as: '' })).toContain('unknown_principal')
  })
})

describe('changed rights', () => {
  it('take effect at once, also for the past', async () => {
    const name = pageName('everyone', 'replaced')
    const sees = async (): Promise<boolean[]> => {
      const reader = readers.bo!
      const documents = await knowledge.documents(reader)
      const now = await knowledge.search('budget', { reader, limit: 200 })
      const then = await knowledge.search('budget', { reader, limit: 200, asOf: firstDay })
      const opened = await knowledge.versions(versionIds, reader)
      return [documents, now, then, [...opened.values()]].map((rows) =>
        rows.some(({ uri }) => uri === name),
      )
    }
    expect(await sees()).toEqual([true, true, true, true])
    expect(await knowledge.restrict(name, ['hr'])).toBe(1)
    expect(await sees()).toEqual([false, false, false, false])
    // An update without groups keeps the restriction.
    await knowledge.add({ name, text: page('everyone', 'replaced', 'newest') })
    expect(await sees()).toEqual([false, false, false, false])
    expect(await knowledge.restrict(name, ['everyone'])).toBe(1)
    expect(await sees()).toEqual([true, true, true, true])
  })

  it('of a principal take effect with its next request', async () => {
    await workspace.access.set('cy', ['hr'])
    expect(serialise(await json('/api/documents?as=cy'))).toContain(canary('hr'))
    await workspace.access.set('cy', [])
    expect(serialise(await json('/api/documents?as=cy'))).not.toContain(canary('hr'))
    expect(serialise(await json('/api/documents?as=cy'))).toContain(canary('everyone'))
  })
})

async function asked(question: string, options: AskOptions): Promise<{ type: string }[]> {
  return await Array.fromAsync(workspace.ask(question, options))
}

async function json(path: string): Promise<unknown> {
  const response = await app.request(`http://localhost${path}`)
  expect(response.status, path).toBe(200)
  return await response.json()
}

/** One document after the other: those of others are not there, and none can be changed, nor any adapter seen. */
async function expectOwnDocuments(name: string): Promise<void> {
  const reader = readers[name]!
  const own = new Set((await knowledge.documents(reader)).map(({ documentId }) => documentId))
  expect(own.size).toBe(3 * principals[name]!.length)
  for (const { documentId } of await knowledge.documents()) {
    const url = `http://localhost/api/documents/${documentId}?as=${name}`
    const isOwn = own.has(documentId)
    const opened = await app.request(url)
    expect(opened.status).toBe(isOwn ? 200 : 404)
    const text = await opened.text()
    for (const group of groups)
      if (!principals[name]!.includes(group)) expect(text).not.toContain(canary(group))
    // Who else may read it is for the owner to know.
    if (isOwn) expect(JSON.parse(text)).toMatchObject({ readers: null })
    expect((await workspace.documentVersions(documentId, reader)).length > 0).toBe(isOwn)
    expect((await app.request(url, { method: 'DELETE' })).status).toBe(403)
  }
  const form = new FormData()
  const init = { method: 'POST', body: form }
  expect((await app.request(`http://localhost/api/documents?as=${name}`, init)).status).toBe(403)
  const adapters = await app.request(`http://localhost/api/behavior/adapters?as=${name}`)
  expect(adapters.status).toBe(403)
}

async function postTo(path: string, body: Record<string, unknown>): Promise<string> {
  const response = await app.request(`http://localhost${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return await response.text()
}
