/** @file Several assistants in one workspace: what each inherits, how they are asked for, and other configurations. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineAssistant, defineTool } from '../../src/assistant/index.ts'
import type { GraftConfig } from '../../src/config.ts'
import { checkConfig } from '../../src/config-check.ts'
import { createApp } from '../../src/server/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import { codeOf, get, ask as post, readEvents } from '../helpers/http.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const ping = defineTool({
  name: 'ping',
  description: 'Answers',
  input: z.object({}),
  sideEffects: true,
  when: (question) => (question.startsWith('Ping') ? {} : undefined),
  run: () => 'The service answered.',
})

const config: GraftConfig = {
  abstention: 'No idea.',
  assistants: [
    defineAssistant({ name: 'support', collections: ['help'], tools: [ping] }),
    defineAssistant({ name: 'staff', collections: ['staff'], abstention: 'Ask your manager.' }),
  ],
}

let test: TestWorkspace
let workspace: Workspace
let app: ReturnType<typeof createApp>

beforeAll(async () => {
  test = await openTestWorkspace(config)
  workspace = test.workspace
  app = createApp(workspace, { host: '127.0.0.1' })
  const add = (name: string, text: string, collection: string): Promise<unknown> =>
    workspace.knowledge.add({ name, text }, { collection })
  await add('help.md', '# Help\n\nThe help desk opens at nine.\n', 'help')
  await add('staff.md', '# Staff\n\nThe canteen opens at eleven.\n', 'staff')
})

afterAll(async () => {
  await test.close()
})

async function answerOf(question: string, model?: string, collections?: string[]): Promise<string> {
  const events = workspace.ask(question, {
    ...(model && { model }),
    ...(collections && { collections }),
  })
  let step = await events.next()
  while (!step.done) step = await events.next()
  return step.value.answer
}

describe('assistants', () => {
  it('are listed among the models', async () => {
    const ids = (await workspace.models.list()).map(({ id }) => id)
    expect(ids).toEqual(['graft', 'graft:support', 'graft:staff', 'graft/base', 'graft/quoting'])
  })

  it('answer from their collections, with what they inherit', async () => {
    expect(await answerOf('When does the help desk open?', 'graft:support')).toContain('at nine')
    expect(await answerOf('When does the canteen open?', 'staff')).toContain('at eleven')
    expect(await answerOf('When does the canteen open?', 'support')).toBe('No idea.')
    expect(await answerOf('When does the help desk open?', 'staff')).toBe('Ask your manager.')
  })

  it('never answer from other collections, also when a request names them', async () => {
    await expect(answerOf('Canteen?', 'support', ['staff'])).rejects.toMatchObject({
      code: 'invalid_filter',
    })
    expect(await answerOf('When does the help desk open?', 'support', ['help', 'staff'])).toContain(
      'at nine',
    )
  })

  it('have the tools of their own', async () => {
    expect(await answerOf('Ping', 'support')).toContain('ping needs your approval')
    expect(await answerOf('Ping')).not.toContain('approval')
  })
})

describe('approval over HTTP', () => {
  const approve = (body: object): Promise<Response> =>
    app.request('http://localhost/api/ask/approve', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }) as Promise<Response>

  it('goes on with the answer that waits', async () => {
    const first = readEvents(await (await post(app, { question: 'Ping', model: 'support' })).text())
    const waiting = first.find((event) => event.type === 'tool-approval')!
    const { id } = waiting.approval
    const second = readEvents(await (await approve({ id, approved: true })).text())
    const last = second.at(-1)!
    expect(second.map(({ type }) => type)).toContain('tool-result')
    expect(last.type === 'finish' && last.answer.answer).toContain('The service answered.')
    const again = readEvents(await (await approve({ id, approved: true })).text())
    expect(again).toMatchObject([{ type: 'error', error: { code: 'unknown_approval' } }])
  })

  it.each([{}, { id: 'appr_1' }, { id: 1, approved: true }, { id: 'x', approved: 'yes' }])(
    'refuses %j',
    async (body) => {
      const response = await approve(body)
      expect(response.status).toBe(400)
      expect(await codeOf(response)).toBe('invalid_request')
    },
  )
})

describe('another configuration', () => {
  it('is used by the next answer, and a faulty one is not', async () => {
    const other = await openTestWorkspace({ abstention: 'First.' })
    try {
      const asked = other.workspace.ask('Anything?')
      await asked.next()
      await other.workspace.configure({ abstention: 'Second.', assistants: config.assistants! })
      let step = await asked.next()
      while (!step.done) step = await asked.next()
      expect(step.value.answer).toBe('First.')
      const next = other.workspace.ask('Anything?')
      let last = await next.next()
      while (!last.done) last = await next.next()
      expect(last.value.answer).toBe('Second.')
      expect((await other.workspace.models.list()).map(({ id }) => id)).toContain('graft:staff')
      const faulty = { abstention: 3 } as unknown as GraftConfig
      await expect(other.workspace.configure(faulty)).rejects.toMatchObject({
        code: 'invalid_configuration',
      })
      expect((await other.workspace.models.list()).map(({ id }) => id)).toContain('graft:staff')
    } finally {
      await other.close()
    }
  })
})

describe('a configuration', () => {
  const faultsOf = (given: object): string[] => {
    try {
      checkConfig(given)
      return []
    } catch (error) {
      return (error as { faults: { path: string }[] }).faults.map(({ path }) => path)
    }
  }

  it('is told all its faults at once, each with its place', () => {
    const faults = faultsOf({
      polcy: 'strict',
      policy: 'hard',
      budgets: { toolcalls: 3 },
      assistants: [
        { name: 'Support', tools: [{ name: 'x' }] },
        { name: 'a', adapter: 'support@production', model: 'openai/gpt-5' },
        { name: 'a', colections: [] },
      ],
      mcpServers: { crm: { program: 'node' } },
    })
    expect(faults.sort()).toEqual(
      [
        'polcy',
        'policy',
        'budgets.toolcalls',
        'assistants[0].name',
        'assistants[0].tools[0]',
        'assistants[1].adapter',
        'assistants[1].name',
        'assistants[2].name',
        'assistants[2].colections',
        'mcpServers.crm',
      ].sort(),
    )
  })

  it('is told what was meant, and the value at fault', () => {
    const thrown = (): unknown => checkConfig({ polcy: 'strict', abstention: 7 }, 'graft.config.ts')
    expect(thrown).toThrow(/abstention is 7/)
    expect(thrown).toThrow(/polcy is no setting/)
    try {
      thrown()
    } catch (error) {
      expect((error as { hint: string }).hint).toContain('Did you mean "policy"?')
    }
  })

  it('that is right is left as it is', () => {
    const right: GraftConfig = { ...config, model: 'graft/base', adapter: 'support@production' }
    expect(checkConfig(right)).toBe(right)
  })
})

describe('the status', () => {
  it('names the model that answers, and the assistants', async () => {
    expect(await (await get(app, '/api/status')).json()).toMatchObject({
      model: 'graft/quoting',
      assistants: ['graft:support', 'graft:staff'],
    })
  })
})
