/** @file graft config check, assistants and tools on the command line, and a configuration that changes under graft serve. */
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliResult, finished, runCli, spawnCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'

const folder = temporaryFolder()
const workspace = path.join(folder, 'workspace')
const library = new URL('../../src/index.ts', import.meta.url).href

/** Writes the configuration of a working folder, and gives the folder back. */
function withConfig(name: string, body: string): string {
  const cwd = path.join(folder, name)
  mkdirSync(cwd, { recursive: true })
  const head = `import { defineTool } from '${library}'\nimport { z } from 'zod'\n`
  // zod is found from the library's folder, not from this one.
  const code = head.replace("'zod'", `'${import.meta.resolve('zod')}'`)
  writeFileSync(path.join(cwd, 'graft.config.mjs'), `${code}export default ${body}\n`)
  return cwd
}

const PING = `defineTool({
  name: 'ping', description: 'Pings the service', input: z.object({}), sideEffects: true,
  when: (question) => (question.startsWith('Ping') ? {} : undefined),
  run: () => 'The service answered.',
})`

const HOUSE = `{
  abstention: 'No idea.',
  assistants: [{ name: 'support', collections: ['help'], abstention: 'Ask a person.', tools: [${PING}] }],
}`

const run = (cwd: string, ...args: string[]): Promise<CliResult> => runCli(args, { workspace, cwd })

let house: string

beforeAll(async () => {
  house = withConfig('house', HOUSE)
  const page = path.join(folder, 'page.md')
  writeFileSync(page, '# Desk\n\nThe desk opens at nine.\n')
  expect((await run(house, 'add', page)).code).toBe(0)
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('graft config check', () => {
  it('shows the assistants, and warns of collections without documents', async () => {
    const { code, stdout, stderr } = await run(house, 'config', 'check')
    expect(code).toBe(0)
    expect(stdout).toContain('graft.config.mjs is fine')
    expect(stdout).toContain('graft:support  graft/quoting; collections help; 1 tool')
    expect(stderr).toContain('warning: graft:support: the collection "help" has no documents')
  })

  it('tells all faults at once, also as JSON', async () => {
    const cwd = withConfig('faulty', "{ polcy: 'strict', assistants: [{ name: 'A B' }] }")
    const { code, stdout, stderr } = await run(cwd, 'config', 'check', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'invalid_configuration' } })
    for (const part of ['2 faults', 'polcy', 'assistants[0].name', 'Did you mean "policy"?'])
      expect(stderr).toContain(part)
  })

  it('is content without a configuration', async () => {
    const { code, stdout } = await run(folder, 'config', 'check', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ file: null, assistants: [{ id: 'graft' }] })
  })
})

describe('graft ask --assistant', () => {
  it('asks the assistant of that name', async () => {
    const { stdout } = await run(house, 'ask', 'When does the desk open?', '--assistant', 'support')
    expect(stdout).toContain('Ask a person.')
    const unknown = await run(house, 'ask', 'Hello?', '--assistant', 'nobody')
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('unknown_model') })
  })

  it('calls no tool with side effects where nobody can approve it, and any with --yes', async () => {
    const ping = ['ask', 'Ping', '--assistant', 'support', '--json']
    const declined = await run(house, ...ping)
    expect(JSON.parse(declined.stdout)).toMatchObject({ tools: [{ status: 'declined' }] })
    expect(declined.stderr).toContain('--yes')
    const approved = await run(house, ...ping, '--yes')
    expect(JSON.parse(approved.stdout)).toMatchObject({
      tools: [{ status: 'done', text: 'The service answered.' }],
    })
  })
})

describe('graft serve', () => {
  it('takes a changed configuration, and keeps the one before a faulty change', async () => {
    const cwd = withConfig('served', HOUSE)
    const server = spawnCli(['serve', '--port', '0'], { workspace, cwd })
    const ended = finished(server)
    const [line] = (await once(server.stdout, 'data')) as [Buffer]
    const url = /http:\S+/.exec(line.toString())![0]
    const told = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const listen = (data: Buffer): void => {
          if (!data.toString().includes(text)) return
          server.stderr.off('data', listen)
          resolve()
        }
        server.stderr.on('data', listen)
      })
    const models = async (): Promise<string[]> => {
      const list = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
      return list.data.map(({ id }) => id)
    }
    try {
      expect(await models()).toContain('graft:support')
      const changed = told('The configuration was changed')
      withConfig('served', "{ assistants: [{ name: 'sales' }] }")
      await changed
      expect(await models()).toContain('graft:sales')
      expect(await models()).not.toContain('graft:support')
      const refused = told('stays in use')
      withConfig('served', "{ assistants: 'none' }")
      await refused
      expect(await models()).toContain('graft:sales')
    } finally {
      server.kill('SIGINT')
    }
    expect((await ended).code).toBe(130)
  })
})
