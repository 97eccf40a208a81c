/** @file /mcp through the official clients of both generations, and what they must not see. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../src/server/index.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

type ToolResult = {
  content: { type: string; text?: string; annotations?: { lastModified?: string } }[]
  structuredContent?: Record<string, unknown>
  isError?: boolean
}
type AnyClient = {
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
  listTools(): Promise<{ tools: { name: string; annotations?: object | undefined }[] }>
  close(): Promise<void>
}
type Found = { results: { id: string; title: string; url: string; text: string }[] }
type Fetched = { id: string; title: string; text: string; url: string; metadata: { uri: string } }

const REFUNDS = '# Refunds\n\nRefunds are paid within 14 days.\n'

let test: TestWorkspace
let server: RunningServer

beforeAll(async () => {
  test = await openTestWorkspace()
  const { knowledge, access } = test.workspace
  await knowledge.add({ name: 'refunds.md', text: REFUNDS })
  const text = '# Salaries\n\nSalaries are paid on the 25th.\n'
  await knowledge.add({ name: 'salaries.md', text }, { groups: ['hr'] })
  await access.set('ana', ['hr'])
  await access.set('bo', [])
  server = await startServer(test.workspace, { port: 0 })
})

afterAll(async () => {
  await server.close()
  await test.close()
})

const clientInfo = { name: 'test', version: '1.0.0' }

async function connectNew(as?: string): Promise<Client> {
  const client = new Client(clientInfo, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  await client.connect(new StreamableHTTPClientTransport(address(), headersOf(as)))
  return client
}

async function connectOld(as?: string): Promise<OldClient> {
  const client = new OldClient(clientInfo)
  // Its own types do not agree under exactOptionalPropertyTypes.
  const transport = new OldTransport(address(), headersOf(as)) as Parameters<
    OldClient['connect']
  >[0]
  await client.connect(transport)
  return client
}

function address(): URL {
  return new URL(`${server.url}/mcp`)
}

function headersOf(as?: string): { requestInit?: RequestInit } {
  return as === undefined ? {} : { requestInit: { headers: { 'graft-as': as } } }
}

async function call(
  client: AnyClient,
  name: string,
  args: Record<string, unknown>,
): Promise<ToolResult> {
  return (await client.callTool({ name, arguments: args })) as ToolResult
}

const generations: [string, (as?: string) => Promise<AnyClient>][] = [
  ['of the revision 2026-07-28', connectNew],
  ['of the older handshake', connectOld as (as?: string) => Promise<AnyClient>],
]

describe.each(generations)('a client %s', (_, connect) => {
  it('is offered two tools that only read', async () => {
    const client = await connect()
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['search', 'fetch'])
    for (const { annotations } of tools)
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false })
    await client.close()
  })

  it('searches, then fetches the version that it found', async () => {
    const client = await connect()
    const found = await call(client, 'search', { query: 'When are refunds paid?' })
    expect(found.content).toHaveLength(1)
    const { results } = found.structuredContent as Found
    expect(JSON.parse(found.content[0]!.text!)).toEqual({ results })
    expect(results[0]).toMatchObject({ title: 'Refunds' })
    const fetched = await call(client, 'fetch', { id: results[0]!.id })
    const document = fetched.structuredContent as Fetched
    expect(JSON.parse(fetched.content[0]!.text!)).toEqual(document)
    expect(document).toMatchObject({
      id: results[0]!.id,
      title: 'Refunds',
      text: REFUNDS,
      url: results[0]!.url,
      metadata: { uri: 'refunds.md', valid_to: null },
    })
    expect(Date.parse(fetched.content[0]!.annotations!.lastModified!)).toBeGreaterThan(0)
    const opened = (await (await fetch(document.url)).json()) as { text: string }
    expect(opened.text).toBe(REFUNDS)
    await client.close()
  })

  it('reads what its principal may read, by permalinks with the same rights', async () => {
    const [ana, bo] = [await connect('ana'), await connect('bo')]
    const search = async (client: AnyClient): Promise<Found['results']> =>
      (
        (await call(client, 'search', { query: 'When are salaries paid?' }))
          .structuredContent as Found
      ).results
    const salaries = (await search(ana)).find(({ title }) => title === 'Salaries')
    expect(salaries!.text).toContain('on the 25th')
    expect(salaries!.url).toMatch(/\?as=ana$/)
    expect(JSON.stringify(await search(bo))).not.toContain('25th')
    const refused = await call(bo, 'fetch', { id: salaries!.id })
    expect(refused.isError).toBe(true)
    expect(refused.content[0]!.text).toContain('unknown_version')
    expect(JSON.stringify(refused)).not.toContain('25th')
    await ana.close()
    await bo.close()
  })

  it('is not let in as a principal that does not exist', async () => {
    await expect(connect('eve')).rejects.toThrow()
  })

  it('is told what is wrong with its arguments', async () => {
    const client = await connect()
    const told = async (name: string, args: Record<string, unknown>): Promise<boolean> =>
      await call(client, name, args).then(
        ({ isError }) => isError === true,
        (error: Error) => /invalid|not found/i.test(error.message),
      )
    expect(await told('search', {})).toBe(true)
    expect(await told('search', { query: 7 })).toBe(true)
    expect(await told('fetch', { id: 'ver_none' })).toBe(true)
    expect(await told('remove', { id: 'ver_none' })).toBe(true)
    await client.close()
  })
})

describe('the address', () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  const post = (headers: Record<string, string>): Promise<Response> =>
    fetch(address(), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body,
    })

  it('is closed to pages of other origins', async () => {
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await post({ origin: server.url })).status).not.toBe(403)
  })

  it('keeps results out of shared caches', async () => {
    const client = await connectNew()
    const raw = await client.listTools()
    expect(raw).toMatchObject({ cacheScope: 'private' })
    await client.close()
  })

  it('has no streams that wait for news', async () => {
    const response = await fetch(address(), { headers: { accept: 'text/event-stream' } })
    expect(response.status).toBe(405)
    await response.body?.cancel()
  })
})
