/** @file Who may talk to the server, and how many answers it gives at once. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, startServer } from '../../src/server/index.ts'
import { ask, askRaw, codeOf } from '../helpers/http.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

let test: TestWorkspace
let app: Hono

beforeAll(async () => {
  test = await openTestWorkspace()
  const text = '# Refunds\n\n## Deadline\n\nRefunds are paid within 14 days.\n'
  await test.workspace.knowledge.add({ name: 'refunds.md', text })
  app = createApp(test.workspace, { host: '127.0.0.1' })
})

afterAll(() => test.close())

describe('who may talk to the server', () => {
  it('is no page of another origin', async () => {
    const body = JSON.stringify({ question: 'When?' })
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost:9999',
      'http://localhost.evil.example',
    ]) {
      const response = await askRaw(app, body, { origin })
      expect([response.status, await codeOf(response)], origin).toEqual([403, 'foreign_origin'])
    }
    expect((await askRaw(app, body, { origin: 'http://localhost' })).status).toBe(200)
  })

  it('is no name that was bound to loopback from outside', async () => {
    for (const host of ['evil.example', '127.0.0.1.evil.example', '192.168.1.1', '0.0.0.0']) {
      const response = await app.request(`http://${host}/api/status`)
      expect([response.status, await codeOf(response)], host).toEqual([403, 'foreign_origin'])
    }
    for (const host of ['localhost', '127.0.0.1', '[::1]', 'localhost:4747']) {
      expect((await app.request(`http://${host}/api/status`)).status, host).toBe(200)
    }
  })

  it('is only who holds the key, where there is one', async () => {
    const locked = createApp(test.workspace, { host: '0.0.0.0', apiKey: 'open sesame' })
    const status = async (authorization?: string): Promise<number> =>
      (
        await locked.request('http://graft.example/api/status', {
          headers: { ...(authorization !== undefined && { authorization }) },
        })
      ).status
    expect(
      await Promise.all(
        [undefined, '', 'Bearer', 'Bearer open', 'open sesame!', 'Basic open sesame'].map(status),
      ),
    ).toEqual([401, 401, 401, 401, 401, 401])
    expect(await status('Bearer open sesame')).toBe(200)
    const refused = await locked.request('http://graft.example/api/documents')
    expect(JSON.stringify(await refused.json())).not.toContain('sesame')
    expect((await locked.request('http://graft.example/')).status).toBe(200)
  })

  it('is nobody on another address than loopback, unless there is a key', async () => {
    await expect(startServer(test.workspace, { host: '0.0.0.0', port: 0 })).rejects.toMatchObject({
      code: 'key_required',
      hint: expect.stringContaining('GRAFT_API_KEY'),
    })
  })

  it('is told when the port is taken', async () => {
    const first = await startServer(test.workspace, { port: 0 })
    const port = Number(new URL(first.url).port)
    await expect(startServer(test.workspace, { port })).rejects.toMatchObject({
      code: 'address_in_use',
    })
    expect((await fetch(`${first.url}/api/status`)).status).toBe(200)
    await first.close()
  })
})

describe('answers at once', () => {
  it('are limited, also when many questions arrive together', async () => {
    const limited = createApp(test.workspace, { host: '127.0.0.1', maxConcurrent: 2 })
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => ask(limited, { question: 'When are refunds paid?' })),
    )
    const statuses = responses.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 200, 429, 429, 429, 429, 429, 429])
    const refused = responses.find(({ status }) => status === 429)!
    expect(await codeOf(refused)).toBe('too_many_requests')
    await Promise.all(responses.filter(({ ok }) => ok).map((response) => response.text()))
    expect((await ask(limited, { question: 'When are refunds paid?' })).status).toBe(200)
  })

  it('give their place back after an error, and when they are never read', async () => {
    const limited = createApp(test.workspace, { host: '127.0.0.1', maxConcurrent: 1 })
    for (let i = 0; i < 3; i++) {
      const failing = await ask(limited, { question: 'When?', asOf: 'never' })
      expect(await failing.text()).toContain('invalid_date')
      const unread = await ask(limited, { question: 'When are refunds paid?' })
      expect(unread.status).toBe(200)
      await unread.body?.cancel()
    }
    expect((await ask(limited, { question: 'When?' })).status).toBe(200)
  })

  it('give their place back when the client goes away', async () => {
    const model = slowModel()
    const workspace = await test.reopen({ model: { baseURL: await model.start(), model: 'slow' } })
    const limited = createApp(workspace, { host: '127.0.0.1', maxConcurrent: 1 })
    const server = serve({ fetch: limited.fetch, hostname: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/ask`
    const send = (signal?: AbortSignal): Promise<Response> =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ question: 'When are refunds paid?' }),
        ...(signal && { signal }),
      })
    const leaving = new AbortController()
    const first = await send(leaving.signal)
    await first.body!.getReader().read()
    expect((await send()).status).toBe(429)
    await expect.poll(() => model.open, { timeout: 5_000 }).toBe(1)
    leaving.abort()
    await expect.poll(() => model.open, { timeout: 5_000 }).toBe(0)
    await expect
      .poll(
        async () => {
          const next = new AbortController()
          const { status } = await send(next.signal)
          next.abort()
          return status
        },
        { timeout: 5_000 },
      )
      .toBe(200)
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    await model.stop()
  })
})

/** A model server that takes every request and never answers. */
function slowModel(): { open: number; start(): Promise<string>; stop(): Promise<void> } {
  const server = http.createServer((request, response) => {
    request.resume()
    model.open++
    response.on('close', () => model.open--)
  })
  const model = {
    open: 0,
    async start() {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return model
}
