/** @file Attacks on the server itself: addresses, identifiers and parameters instead of documents. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const CANARY = 'hrcanary4711'

let test: TestWorkspace
let app: ReturnType<typeof createApp>
let secret: { documentId: string; versionId: string }
let secretTrace: string

beforeAll(async () => {
  test = await openTestWorkspace()
  const { knowledge, access } = test.workspace
  await access.set('bo', ['sales'])
  const open = '# Refunds\n\nRefunds for lanterns are paid within 14 days.\n'
  await knowledge.add({ name: 'refunds.md', text: open })
  const text = `# Lantern salaries\n\nAnna earns ${CANARY} euros for lanterns.\n`
  await knowledge.add({ name: 'salaries.md', text }, { groups: ['hr'] })
  secret = (await knowledge.documents()).find(({ uri }) => uri === 'salaries.md')!
  for await (const event of test.workspace.ask('What does Anna earn for lanterns?'))
    if (event.type === 'finish') secretTrace = event.answer.traceId!
  app = createApp(test.workspace, { host: '127.0.0.1' })
})

afterAll(() => test.close())

async function send(path: string, body?: unknown): Promise<{ status: number; text: string }> {
  const response = await app.request(`http://localhost${path}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'graft-as': 'bo',
    },
  })
  return { status: response.status, text: await response.text() }
}

function call(name: string, args: object): object {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }
}

describe('what others may read', () => {
  it.each([
    ['by the id of its version', () => send(`/api/versions/${secret.versionId}?as=bo`)],
    ['by the id of its document', () => send(`/api/documents/${secret.documentId}?as=bo`)],
    ['by the trace of an answer', () => send(`/api/traces/${secretTrace}?as=bo`)],
    [
      'by replaying an answer',
      () => send(`/api/traces/${secretTrace}/replay`, { as: 'bo', today: true }),
    ],
    ['through MCP by its version', () => send('/mcp', call('fetch', { id: secret.versionId }))],
    ['through MCP by its document', () => send('/mcp', call('fetch', { id: secret.documentId }))],
    ['as a file', () => send(`/v1/files/${secret.documentId}/content`)],
    [
      'through a wildcard of paths',
      () => send('/api/ask', { question: 'What does Anna earn?', path: '**/*', as: 'bo' }),
    ],
    [
      'by an injected filter',
      () =>
        send('/v1/responses', {
          model: 'graft',
          input: 'What does Anna earn?',
          tools: [
            {
              type: 'file_search',
              vector_store_ids: ['default'],
              filters: { type: 'eq', key: "x') or true --", value: "' or 1=1" },
            },
          ],
        }),
    ],
    ['by two names at once', () => send('/v1/models?as=hr')],
  ])('does not come out %s', async (_way, attack) => {
    const { text } = await attack()
    expect(text).not.toContain(CANARY)
  })

  it('comes out for the owner: the ids above are right', async () => {
    const response = await app.request(`http://localhost/api/versions/${secret.versionId}`)
    expect(await response.text()).toContain(CANARY)
  })
})

describe('files of the server', () => {
  it.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/....//package.json',
    '/..\\package.json',
    '/index.html%00.js',
    '//etc/passwd',
    '/api/versions/..%2f..%2fpackage.json',
    '/api/documents/%2e%2e%2fpackage.json',
    '/v1/files/..%2f..%2fetc%2fpasswd/content',
  ])('are not served at %s', async (path) => {
    const { status, text } = await send(path)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(text).not.toMatch(/"devDependencies"|root:/)
  })
})

describe('SQL in parameters', () => {
  it.each([
    '/api/search?q=%27;drop table graft.document;--&collection=%27;drop schema graft cascade;--',
    '/api/search?q=x&path=%27 or 1=1 --',
    '/api/search?q=x&since=%27;select 1',
    '/api/traces?before=%27;delete from graft.trace;--',
    '/api/documents?as=%27 or %271%27=%271',
    '/v1/vector_stores?after=%27;drop table graft.document',
    '/api/search?q=%00%00',
  ])('changes nothing: %s', async (path) => {
    const { status, text } = await send(encodeURI(decodeURI(path)))
    expect(status, text).toBeLessThan(500)
    expect(text).not.toContain(CANARY)
    expect(await test.workspace.knowledge.documents()).toHaveLength(2)
  })
})

describe('addresses inside the network', () => {
  it.each([
    'http://127.0.0.1:1/x',
    'http://localhost:1/x',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]:1/',
    'http://[::ffff:127.0.0.1]:1/',
    'http://0x7f000001:1/',
    'http://2130706433:1/',
    'http://10.0.0.1/',
    'http://192.168.0.1/',
  ])('are not fetched: %s', async (url) => {
    const outcome = await test.workspace.knowledge.add(url).then(
      ({ failed }) => failed.map(({ code }) => code),
      (error: { code: string }) => [error.code],
    )
    expect(outcome).toEqual(['address_not_allowed'])
  })
})
