/** @file Tools of MCP servers: over HTTP and standard input, believed only where the house says so. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, McpServerSetting } from '../../src/assistant/index.ts'
import { type RunningServer, startServer } from '../../src/server/index.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const fixture = fileURLToPath(new URL('../fixtures/mcp-server.ts', import.meta.url))

const ruleFor = (tool: string) => (question: string) => {
  const [, id] = new RegExp(`^${tool} (\\w+)`).exec(question) ?? []
  return id === undefined ? undefined : { id }
}

const crm: McpServerSetting = {
  command: process.execPath,
  args: [fixture],
  when: { read: ruleFor('read'), write: ruleFor('write'), broken: ruleFor('broken') },
}

let other: TestWorkspace
let server: RunningServer
let test: TestWorkspace

beforeAll(async () => {
  other = await openTestWorkspace()
  await other.workspace.knowledge.add({
    name: 'moon.md',
    text: '# Moon\n\nThe moon is 384,400 km away.\n',
  })
  server = await startServer(other.workspace, { port: 0 })
  const wiki: McpServerSetting = {
    url: `${server.url}/mcp`,
    trustReadOnly: true,
    tools: ['search'],
    when: { search: (question) => (/moon/i.test(question) ? { query: question } : undefined) },
  }
  test = await openTestWorkspace({
    assistants: [
      { name: 'doubtful', mcpServers: { crm } },
      { name: 'trusting', mcpServers: { crm: { ...crm, trustReadOnly: true }, wiki } },
      { name: 'alone', mcpServers: { gone: { command: 'no-such-program-anywhere' } } },
    ],
  })
})

afterAll(async () => {
  await test.close()
  await server.close()
  await other.close()
})

async function ask(question: string, model: string): Promise<Answer> {
  const events = test.workspace.ask(question, { model })
  let step = await events.next()
  while (!step.done) step = await events.next()
  return step.value
}

describe('a tool of an MCP server', () => {
  it('needs approval, whatever the server says of it', async () => {
    const reading = await ask('read c7', 'doubtful')
    expect(reading.approval).toMatchObject({
      reason: 'untrusted-tool',
      call: { name: 'crm_read', input: { id: 'c7' } },
    })
    const writing = await ask('write c7', 'doubtful')
    expect(writing.approval).toMatchObject({ reason: 'side-effects' })
  })

  it('that says it only reads is called at once where that is believed', async () => {
    const answer = await ask('read c7', 'trusting')
    expect(answer.answer).toContain('Customer c7 is on the Grove plan. [1]')
    expect(answer.citations[0]).toMatchObject({ kind: 'tool', title: 'crm_read' })
    const writing = await ask('write c7', 'trusting')
    expect(writing.approval).toMatchObject({ reason: 'side-effects' })
  })

  it('tells what it could not do', async () => {
    const answer = await ask('broken c7', 'trusting')
    expect(answer.tools).toMatchObject([{ status: 'failed' }])
    expect(answer.answer).toContain('crm_broken failed: The register is closed.')
  })

  it('is called over HTTP as well', async () => {
    const answer = await ask('How far is the moon?', 'trusting')
    expect(answer.tools).toMatchObject([{ name: 'wiki_search', status: 'done' }])
    expect(answer.tools![0]!.text).toContain('384,400 km')
  })

  it('of a server that cannot be reached is missing, and the answer comes without it', async () => {
    const answer = await ask('read c7', 'alone')
    expect(answer.abstained).toBe(true)
    expect(answer.tools).toBeUndefined()
  })
})
