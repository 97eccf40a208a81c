/** @file Chat, completions, responses and MCP as readers of different rights: no word of a foreign group comes out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const groups = ['hr', 'sales', 'everyone'] as const
type Group = (typeof groups)[number]

const principals: Record<string, Group[]> = { ana: ['hr', 'everyone'], bo: ['sales', 'everyone'] }
const question = 'What is the budget of the plan?'

let test: TestWorkspace
let app: ReturnType<typeof createApp>
let firstDay: string
let versionIds: string[]

beforeAll(async () => {
  test = await openTestWorkspace()
  const { knowledge, access } = test.workspace
  for (const [name, [own]] of Object.entries(principals)) await access.set(name, [own!])
  for (const group of groups) {
    for (const edition of ['old', 'new']) {
      const text = `# ${canary(group)}title\n\nThe budget of the plan is ${canary(group)}${edition} euros.\n`
      const collection = `${canary(group)}collection`
      await knowledge.add({ name: `${canary(group)}.md`, text }, { groups: [group], collection })
      const current = await knowledge.documents()
      versionIds = [...(versionIds ?? []), ...current.map(({ versionId }) => versionId)]
      await new Promise((resolve) => setTimeout(resolve, 20))
      firstDay ??= new Date().toISOString()
    }
  }
  versionIds = [...new Set(versionIds)]
  app = createApp(test.workspace, { host: '127.0.0.1' })
})

afterAll(() => test.close())

function canary(group: Group): string {
  return `${group}canary`
}

/** As the owner without a name. */
async function post(path: string, body: object, name?: string): Promise<string> {
  const response = await app.request(`http://localhost${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(name !== undefined && { 'graft-as': name }),
    },
    body: JSON.stringify(body),
  })
  return await response.text()
}

const messages = [{ role: 'user', content: question, parts: [{ type: 'text', text: question }] }]

function fileSearch(vector_store_ids: string[]): object {
  return {
    tools: [{ type: 'file_search', vector_store_ids, max_num_results: 50 }],
    include: ['file_search_call.results'],
  }
}

function toolCall(name: string, args: object): object {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }
}

/** Requests that find something, for whoever sends them. */
function questions(name: string, own: Group[]): [string, object][] {
  const scopes = [
    {},
    { collections: groups.map((group) => `${canary(group)}collection`) },
    { path: '**' },
    { since: '2000-01-01', until: '2999-01-01' },
    { as_of: '2999-01-01' },
  ]
  const completion = { model: 'graft', messages }
  const response = { model: 'graft', input: question }
  const stores = own.map((group) => `${canary(group)}collection`)
  return [
    ...scopes.map((graft): [string, object] => ['/v1/chat/completions', { ...completion, graft }]),
    ['/v1/chat/completions', { ...completion, stream: true }],
    ['/v1/responses', { ...response, ...fileSearch(stores) }],
    ['/v1/responses', { ...response, ...fileSearch(stores), stream: true }],
    ['/api/chat', { messages, as: name }],
    ['/mcp', toolCall('search', { query: question })],
  ]
}

describe('the owner', () => {
  it('reads everything: the words that must not leak are there to be found', async () => {
    const body = { model: 'graft', input: question }
    const stores = groups.map((group) => `${canary(group)}collection`)
    const found = await post('/v1/responses', { ...body, ...fileSearch(stores) })
    for (const group of groups) expect(found).toContain(`${canary(group)}new`)
    const past = { messages, asOf: firstDay }
    expect(await post('/api/chat', past)).toContain('canaryold')
    expect(versionIds).toHaveLength(2 * groups.length)
  })
})

describe.each(Object.entries(principals))('%s', (name, own) => {
  const foreign = groups.filter((group) => !own.includes(group))

  function expectOnlyOwn(output: string, where: string): void {
    for (const group of foreign) expect(output, where).not.toContain(canary(group))
  }

  it('gets answers, sources, results and citations from its own groups alone', async () => {
    for (const [path, body] of questions(name, own)) {
      const output = await post(path, body, path === '/api/chat' ? undefined : name)
      const where = `${path} ${JSON.stringify(body)}`
      expectOnlyOwn(output, where)
      expect(output, where).toContain('canary')
    }
    expectOnlyOwn(await post('/api/chat', { messages, as: name, asOf: firstDay }), 'the past')
  })

  it('cannot search a collection in which it may read nothing', async () => {
    for (const group of foreign) {
      const body = {
        model: 'graft',
        input: question,
        ...fileSearch([`${canary(group)}collection`]),
      }
      const refused = await post('/v1/responses', body, name)
      expect(refused).toContain('unknown_vector_store')
      expectOnlyOwn(refused.replaceAll(`${canary(group)}collection`, ''), refused)
    }
  })

  it('fetches only versions that it may read, now and then', async () => {
    let fetched = 0
    for (const id of versionIds) {
      const output = await post('/mcp', toolCall('fetch', { id }), name)
      expectOnlyOwn(output, id)
      if (!output.includes('unknown_version')) fetched++
    }
    expect(fetched).toBe(2 * own.length)
  })

  it('cannot read the response of another', async () => {
    const { id } = JSON.parse(await post('/v1/responses', { model: 'graft', input: question })) as {
      id: string
    }
    const headers = { 'graft-as': name }
    for (const method of ['GET', 'DELETE']) {
      const response = await app.request(`http://localhost/v1/responses/${id}`, { method, headers })
      expect(response.status).toBe(404)
      expectOnlyOwn(await response.text(), method)
    }
    const follow = { model: 'graft', input: question, previous_response_id: id }
    expect(await post('/v1/responses', follow, name)).toContain('not_found')
  })

  it('cannot delete models', async () => {
    const headers = { 'graft-as': name }
    const response = await app.request('http://localhost/v1/models/graft', {
      method: 'DELETE',
      headers,
    })
    expect(response.status).toBe(403)
  })
})

describe('a principal that does not exist', () => {
  it('is refused on every route', async () => {
    for (const [path, body] of questions('eve', ['everyone'])) {
      const output = await post(path, body, path === '/api/chat' ? undefined : 'eve')
      expect(output, path).toContain('unknown_principal')
      expect(output.replaceAll('everyonecanarycollection', ''), path).not.toContain('canary')
    }
    for (const path of ['/v1/models', '/v1/models/graft', '/v1/responses/resp_1']) {
      const response = await app.request(`http://localhost${path}?as=eve`)
      expect([path, response.status]).toEqual([path, 404])
      expect(await response.text()).toContain('unknown_principal')
    }
  })

  it('with an empty name is not the owner', async () => {
    const response = await app.request('http://localhost/v1/models', {
      headers: { 'graft-as': '' },
    })
    expect(response.status).toBe(404)
    const asked = await post('/v1/responses', { model: 'graft', input: question, user: '' })
    expect(asked).toContain('unknown_principal')
  })
})
