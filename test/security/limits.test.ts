/** @file What one caller may use, and that logs tell nothing of what was said. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp, type LogEntry, startServer } from '../../src/server/index.ts'
import { createTokenBuckets } from '../../src/server/limits/token-bucket.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { type ObedientServer, startObedientServer } from './obedient-server.ts'

const CANARY = 'budgetcanary'

let test: TestWorkspace
let model: ObedientServer

beforeAll(async () => {
  model = await startObedientServer()
  test = await openTestWorkspace({ model: { baseURL: model.baseURL, model: 'obedient' } })
  const text = `# Plan ${CANARY}title\n\nThe budget of the plan is ${CANARY} euros.\n`
  await test.workspace.knowledge.add({ name: `${CANARY}.md`, text })
})

afterAll(async () => {
  await test?.close()
  await model?.close()
})

type App = ReturnType<typeof createApp>

async function ask(app: App, key: string, host = 'graft.example'): Promise<Response> {
  return await app.request(`http://${host}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: 'graft',
      messages: [{ role: 'user', content: `What is the budget? ${CANARY}question` }],
    }),
  })
}

async function errorOf(response: Response): Promise<{ type: string; code: string }> {
  return ((await response.json()) as { error: { type: string; code: string } }).error
}

describe('requests in a minute', () => {
  it('are counted for each key, and refused with the time to wait', async () => {
    const { keys } = test.workspace.access
    const app = createApp(test.workspace, { host: '0.0.0.0', limits: { requestsPerMinute: 2 } })
    const [one, other] = [await keys.create({ name: 'one' }), await keys.create({ name: 'other' })]
    const status = async (key: string): Promise<Response> =>
      await app.request('http://graft.example/api/status', {
        headers: { authorization: `Bearer ${key}` },
      })
    expect([(await status(one.key)).status, (await status(one.key)).status]).toEqual([200, 200])
    const refused = await status(one.key)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await errorOf(refused)).toMatchObject({ type: 'requests', code: 'rate_limit_exceeded' })
    expect((await status(other.key)).status).toBe(200)
  })

  it('also limit guesses of keys', async () => {
    const app = createApp(test.workspace, { host: '0.0.0.0', limits: { requestsPerMinute: 3 } })
    const guess = async (index: number): Promise<number> =>
      (
        await app.request('http://graft.example/api/status', {
          headers: { authorization: `Bearer guess ${index}` },
        })
      ).status
    const statuses: number[] = []
    for (let index = 0; index < 5; index++) statuses.push(await guess(index))
    expect(statuses).toEqual([401, 401, 401, 429, 429])
  })

  it('come back evenly', () => {
    const buckets = createTokenBuckets(60)
    for (let index = 0; index < 60; index++) expect(buckets.take('a', 0)).toBe(0)
    expect(buckets.take('a', 0)).toBeCloseTo(1)
    expect(buckets.take('a', 500)).toBeCloseTo(0.5)
    expect(buckets.take('a', 1_000)).toBe(0)
    expect(buckets.take('b', 1_000)).toBe(0)
    expect(buckets.take('a', 1e9)).toBe(0)
  })
})

describe('tokens in a day', () => {
  it('are counted over restarts, and refuse further answers to that key alone', async () => {
    const { keys } = test.workspace.access
    const limits = { tokensPerDay: 1_000 }
    const { key, record } = await keys.create({ name: 'budget' })
    const first = await ask(createApp(test.workspace, { host: '0.0.0.0', limits }), key)
    expect(first.status).toBe(200)
    const { usage } = (await first.json()) as { usage: { total_tokens: number } }
    expect(await keys.spent(record.id)).toBe(usage.total_tokens)
    await keys.spend(record.id, 1_000)
    const again = createApp(test.workspace, { host: '0.0.0.0', limits })
    const refused = await ask(again, key)
    expect(refused.status).toBe(429)
    expect(await errorOf(refused)).toMatchObject({ type: 'insufficient_quota' })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask(again, (await keys.create({ name: 'fresh' })).key)).status).toBe(200)
  })
})

describe('sizes', () => {
  it('of addresses, headers and bodies are bounded', async () => {
    const app = createApp(test.workspace, { host: '127.0.0.1', limits: { bodyBytes: 50 } })
    const long = await app.request(`http://localhost/api/search?q=${'x'.repeat(9_000)}`)
    expect(long.status).toBe(400)
    expect((await ask(app, '', 'localhost')).status).toBe(413)
    const server = await startServer(test.workspace, { port: 0 })
    const heavy = await fetch(`${server.url}/api/status`, {
      headers: { 'x-heavy': 'x'.repeat(20_000) },
    })
    expect(heavy.status).toBe(431)
    await server.close()
  })

  it('leave no room for requests that never end', async () => {
    const server = await startServer(test.workspace, { port: 0 })
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('POST /api/ask HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    // Closing the server ends what hangs; the time-outs of Node end it on a server that goes on.
    await server.close()
    await closed
  })
})

describe('the log', () => {
  it('has a line for each request, and nothing of what was said, by whom or with which key', async () => {
    const entries: LogEntry[] = []
    const { keys } = test.workspace.access
    const { key, record } = await keys.create({ name: `${CANARY}name` })
    const printed: string[] = []
    const spy = vi
      .spyOn(console, 'error')
      .mockImplementation((...line) => void printed.push(line.join(' ')))
    const app = createApp(test.workspace, { host: '0.0.0.0', log: (entry) => entries.push(entry) })
    const headers = { authorization: `Bearer ${key}` }
    const get = (path: string) => app.request(`http://graft.example${path}`, { headers })
    await (await ask(app, key)).text()
    await get(`/api/search?q=${CANARY}&as=${CANARY}`)
    await get(`/api/versions/${CANARY}`)
    await get(`/v1/models/${CANARY}`)
    await get(`/${CANARY}`)
    await ask(app, `graft_${CANARY}`)
    spy.mockRestore()
    expect(entries.map(({ route, status, error }) => [route, status, error])).toEqual([
      ['/v1/chat/completions', 200, null],
      ['/api/search', 404, 'unknown_principal'],
      ['/api/versions/:id', 404, 'unknown_version'],
      ['/v1/models/:id{.+}', 404, 'unknown_model'],
      [null, 404, 'not_found'],
      ['/v1/chat/completions', 401, 'unauthorized'],
    ])
    expect(entries[0]).toMatchObject({ key: record.id, request: expect.stringMatching(/^req_/) })
    const log = JSON.stringify([entries, printed])
    expect(log).not.toContain(CANARY)
    expect(log).not.toContain(key.slice(19))
  })

  it('tells where the server failed, not what the message quotes', async () => {
    const printed: string[] = []
    const spy = vi
      .spyOn(console, 'error')
      .mockImplementation((...line) => void printed.push(line.join(' ')))
    const entries: LogEntry[] = []
    const broken = Object.create(test.workspace, {
      knowledge: {
        value: {
          ...test.workspace.knowledge,
          search: () => Promise.reject(new TypeError(`text: ${CANARY}`)),
        },
      },
    })
    const app = createApp(broken, { host: '127.0.0.1', log: (entry) => entries.push(entry) })
    const response = await app.request('http://localhost/api/search?q=x')
    spy.mockRestore()
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain(CANARY)
    expect(entries[0]).toMatchObject({ status: 500, error: 'TypeError' })
    expect(printed.join()).toMatch(/^unexpected TypeError at /)
    expect(printed.join()).not.toContain(CANARY)
  })
})
