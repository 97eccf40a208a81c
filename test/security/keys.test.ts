/** @file Stored keys: whom they read as, what they may do, and that nothing gets around them. */
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiScope } from '../../src/knowledge/index.ts'
import { routeScopes } from '../../src/server/auth/scopes.ts'
import { createApp, startServer } from '../../src/server/index.ts'
import { codeOf } from '../helpers/http.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

let test: TestWorkspace
let app: Hono
let keys: Record<'ana' | 'bo' | 'admin' | 'owner', string>

beforeAll(async () => {
  test = await openTestWorkspace()
  const { knowledge, access } = test.workspace
  for (const [name, group] of Object.entries({ ana: 'hr', bo: 'sales' })) {
    await access.set(name, [group])
    const text = `# Plan\n\nThe budget of the plan is ${group}canary euros.\n`
    await knowledge.add({ name: `${group}canary.md`, text }, { groups: [group] })
  }
  keys = {
    ana: await make('ana', ['read']),
    bo: await make('bo', ['read', 'write']),
    admin: await make('bo', ['admin']),
    owner: await make(undefined, ['read']),
  }
  app = createApp(test.workspace, { host: '0.0.0.0' })
})

afterAll(() => test.close())

async function make(principal: string | undefined, scopes: ApiScope[]): Promise<string> {
  const { access } = test.workspace
  const { key } = await access.keys.create({
    name: 'test',
    scopes,
    ...(principal !== undefined && { principal }),
  })
  return key
}

async function get(path: string, key?: string): Promise<Response> {
  const headers = { ...(key !== undefined && { authorization: `Bearer ${key}` }) }
  return await app.request(`http://graft.example${path}`, { headers })
}

async function post(path: string, body: object, key: string): Promise<Response> {
  return await app.request(`http://graft.example${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${key}`,
    },
    body: JSON.stringify(body),
  })
}

/** Routes that read, each naming `as` where it can. */
function reads(as?: string): [path: string, body: object | undefined][] {
  const named = as === undefined ? '' : `&as=${as}`
  const question = 'What is the budget of the plan?'
  const search = { name: 'search', arguments: { query: question } }
  return [
    [`/api/search?q=budget${named}`, undefined],
    [`/api/documents?${named}`, undefined],
    ['/api/ask', { question, ...(as && { as }) }],
    [
      '/api/chat',
      {
        messages: [{ role: 'user', parts: [{ type: 'text', text: question }] }],
        ...(as && { as }),
      },
    ],
    [
      '/v1/chat/completions',
      { model: 'graft', messages: [{ role: 'user', content: question }], ...(as && { user: as }) },
    ],
    ['/v1/responses', { model: 'graft', input: question, ...(as && { user: as }) }],
    [`/mcp?${named}`, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: search }],
  ]
}

async function read(path: string, body: object | undefined, key: string): Promise<Response> {
  return body ? await post(path, body, key) : await get(path, key)
}

describe('a key of a principal', () => {
  it.each(reads())('reads %s with its rights, without naming anyone', async (path, body) => {
    const text = await (await read(path, body, keys.ana)).text()
    expect(text).toContain('hrcanary')
    expect(text).not.toContain('salescanary')
  })

  it.each(reads('bo'))('cannot read %s as someone else', async (path, body) => {
    const response = await read(path, body, keys.ana)
    expect([response.status, await codeOf(response)]).toEqual([403, 'not_this_principal'])
  })

  it('may name itself, and nobody by an empty name', async () => {
    expect((await get('/api/documents?as=ana', keys.ana)).status).toBe(200)
    expect((await get('/api/documents?as=', keys.ana)).status).toBe(403)
  })
})

describe('other keys', () => {
  it('of the owner read everything, or as whom the request names', async () => {
    const all = await (await get('/api/search?q=budget', keys.owner)).text()
    expect(all).toContain('hrcanary')
    expect(all).toContain('salescanary')
    const one = await (await get('/api/search?q=budget&as=bo', keys.owner)).text()
    expect(one).not.toContain('hrcanary')
  })

  it('with the scope admin act for others, and by themselves for their principal', async () => {
    expect(await (await get('/api/search?q=budget', keys.admin)).text()).not.toContain('hrcanary')
    expect(await (await get('/api/search?q=budget&as=ana', keys.admin)).text()).toContain(
      'hrcanary',
    )
  })
})

describe('a key is refused', () => {
  it('when it is missing, wrong, revoked or over', async () => {
    const { access } = test.workspace
    const { key, record } = await access.keys.create({ name: 'short', days: 1 })
    expect((await get('/api/documents', key)).status).toBe(200)
    await access.keys.revoke(record.id)
    const wrong = keys.ana.slice(0, -1) + (keys.ana.endsWith('A') ? 'B' : 'A')
    for (const given of [undefined, '', 'graft_', wrong, key, `${keys.ana} x`])
      expect((await get('/api/documents', given)).status, given).toBe(401)
  })

  it('also on loopback, where any other text counts as no key', async () => {
    const local = createApp(test.workspace, { host: '127.0.0.1' })
    const status = async (key: string): Promise<number> =>
      (
        await local.request('http://localhost/api/status', {
          headers: { authorization: `Bearer ${key}` },
        })
      ).status
    expect(
      await Promise.all(['unused', keys.ana, `graft_${'0'.repeat(12)}_x`].map(status)),
    ).toEqual([200, 200, 401])
  })
})

describe('scopes', () => {
  it('are known for every route', () => {
    const routes = app.routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => !/^ALL \/.*\*$|^GET \/\*$/.test(route))
    expect([...new Set(routes)].sort()).toEqual(Object.keys(routeScopes).sort())
  })

  it.each(Object.entries(routeScopes))('of %s are asked for: %s', async (route, scope) => {
    const others = (['read', 'write', 'train'] as const).filter((one) => one !== scope)
    const [method = '', pattern = ''] = route.split(' ')
    const path = pattern.replace('{.+}', '').replaceAll(/:\w+/g, 'x')
    const send = async (scopes: ApiScope[]): Promise<Response> =>
      await app.request(`http://graft.example${path}`, {
        method: method === 'ALL' ? 'POST' : method,
        headers: { authorization: `Bearer ${await make('ana', scopes)}` },
      })
    const refused = await send(others)
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'missing_scope'])
    for (const scopes of [[scope], ['admin' as const]])
      expect(await (await send(scopes)).text()).not.toContain('missing_scope')
  })
})

describe('a server on the network', () => {
  it('starts once there is a key that is valid', async () => {
    const fresh = await openTestWorkspace()
    const open = () => startServer(fresh.workspace, { host: '0.0.0.0', port: 0 })
    await expect(open()).rejects.toMatchObject({ code: 'key_required' })
    const { record } = await fresh.workspace.access.keys.create({ name: 'one' })
    const server = await open()
    expect(
      (await fetch(server.url.replace('0.0.0.0', '127.0.0.1').concat('/api/status'))).status,
    ).toBe(401)
    await server.close()
    await fresh.workspace.access.keys.revoke(record.id)
    await expect(open()).rejects.toMatchObject({ code: 'key_required' })
    await fresh.close()
  })
})
