/** @file Replays: the same evidence gives the same answer, and what has changed since is told. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AskOptions, ModelChoice, Replay } from '../../src/assistant/index.ts'
import { houseFormatFile, learnHouseFormat, trainingTokens } from '../../src/behavior/index.ts'
import type { GraftConfig } from '../../src/config.ts'
import { owner } from '../../src/knowledge/index.ts'
import { embeddedBase } from '../../src/models/index.ts'
import { loadTokenizer } from '../../src/tokenizers/index.ts'
import { train } from '../../src/training/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const refunds = (days: number): string =>
  `# Refunds\n\nRefunds take ${days} days. Shipping costs are not refunded.\n`
const question = 'How many days do refunds take?'
const form = `Answer in this form:
Hello!

> {first}

The Example team`

let test: TestWorkspace
let workspace: Workspace
let server: OpenAiServer | undefined

beforeAll(async () => {
  test = await openTestWorkspace({})
  workspace = test.workspace
  await workspace.access.set('ana', ['staff'])
})
beforeEach(async () => {
  await workspace.knowledge.add({ name: 'refunds.md', text: refunds(14) })
  await workspace.knowledge.restrict('refunds.md', ['everyone'])
})
afterAll(() => test.close())
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function ask(
  to: Workspace,
  options: AskOptions & ModelChoice = {},
  asked = question,
): Promise<string> {
  const events = await Array.fromAsync(to.ask(asked, options))
  const last = events.at(-1)
  if (last?.type !== 'finish') throw new Error('internal: no finish')
  // Others see a trace once it is written, which those who wrote it wait for.
  await to.traces.list(owner, { limit: 1 })
  return last.answer.traceId!
}

/** Weights hardly matter here: a version is told by the form that it is held to. */
async function registerVoice(greeting: string): Promise<void> {
  const model = await embeddedBase()
  const tokenizer = await loadTokenizer(model)
  const prompt = [{ role: 'user', content: 'Hello' }]
  const trained = await train({
    model,
    examples: [trainingTokens(tokenizer, { prompt, given: '', text: 'Hello to you.' })],
    output: path.join(test.folder, `training ${greeting}`),
    method: { type: 'lora', rank: 2, alpha: 4 },
    steps: 1,
    seed: 1,
  })
  const weights = readdirSync(trained.path).map((name) => ({
    path: name,
    content: readFileSync(path.join(trained.path, name)),
  }))
  const replies = Array.from({ length: 10 }, (_, i) => `${greeting}\n\n[[${(i % 3) + 1}]]`)
  await workspace.behavior.registry.register({
    name: 'crew',
    dataHash: greeting,
    base: 'graft/base',
    baseHash: 'any',
    config: {},
    evaluation: {},
    verdict: 'passed',
    files: [...weights, houseFormatFile(learnHouseFormat(replies))],
  })
}

async function withModel(text: string, config: GraftConfig = {}): Promise<Workspace> {
  await server?.close()
  server = await startOpenAiServer([{ text }])
  return await test.reopen({ model: { baseURL: server.baseURL, model: 'm' }, ...config })
}

const states = ({ sentences }: Replay): string[] =>
  sentences.filter(({ cited }) => cited).map(({ state }) => state)

const changed = ({ changes }: Replay): string[] =>
  changes.filter(({ change }) => change !== 'same').map(({ change, text }) => `${change} ${text}`)

describe('with the evidence of then', () => {
  it.each<[string, GraftConfig]>([
    ['the quoting answerer', {}],
    ['the embedded base', { model: 'graft/base', instructions: form, policy: 'strict' }],
  ])('gives the same answer, citations, verdicts and prompt: %s', async (_, config) => {
    const then = await test.reopen(config)
    const history = [
      { role: 'user' as const, content: 'Do you refund shipping costs?' },
      { role: 'assistant' as const, content: 'We do not [1].' },
    ]
    const ids = [await ask(then), await ask(then, { history }, 'And how many days does it take?')]
    // Neither what the documents say now nor how the workspace is set up now has a part in it.
    await workspace.knowledge.add({ name: 'refunds.md', text: refunds(30) })
    for (const id of ids) {
      const replay = await workspace.traces.replay(id, owner)
      expect(replay).toMatchObject({ same: true, evidence: 'stored', settings: [] })
      expect(replay.before.answer).toContain('14 days')
      expect(replay.after.answer).toBe(replay.before.answer)
      expect(changed(replay)).toEqual([])
      expect(states(replay)).toContain('changed')
    }
  })

  it('answers with the version of an adapter that answered then, wherever its alias points now', async () => {
    const { registry } = workspace.behavior
    for (const greeting of ['Ahoy, sailor!', 'Dear customer,']) await registerVoice(greeting)
    await registry.promote('crew:1', 'live')
    const served = await test.reopen({ adapter: 'crew@live' })
    const id = await ask(served)
    const { call, settings } = await served.traces.get(id, owner)
    expect(settings).toMatchObject({ model: 'graft/base', adapter: 'crew@live' })
    expect(call).toMatchObject({ adapter: 'crew:1', promptSha256: expect.any(String) })
    await served.behavior.registry.promote('crew:2', 'live')
    const then = await served.traces.replay(id, owner)
    expect(then).toMatchObject({ same: true, settings: [], after: { adapter: 'crew:1' } })
    expect(then.after.answer).toContain('Ahoy, sailor!')
    const today = await served.traces.replay(id, owner, { today: true })
    expect(today.settings).toEqual([{ setting: 'adapter', before: 'crew:1', after: 'crew:2' }])
    expect(changed(today)).toEqual(['removed Ahoy, sailor!', 'added Dear customer,'])
  })

  it('answers with the model and the instructions that the request asked for', async () => {
    const id = await ask(workspace, { model: 'graft/base', instructions: form })
    for (const today of [false, true]) {
      const replay = await workspace.traces.replay(id, owner, { today })
      expect(replay).toMatchObject({ same: true, settings: [], after: { model: 'graft/base' } })
    }
  })

  it('records nothing', async () => {
    const id = await ask(workspace)
    await workspace.traces.replay(id, owner)
    await workspace.traces.replay(id, owner, { today: true })
    expect((await workspace.traces.list(owner, { limit: 1 }))[0]!.id).toBe(id)
  })

  it('asks a model with the settings and the prompt of then, and shows what it says otherwise', async () => {
    const then = await withModel('Refunds take 14 days [1]. Thanks!', {
      instructions: 'Be brief.',
    })
    const id = await ask(then)
    const asked = server!.requests.at(-1)!.body.messages
    const now = await withModel('Refunds take 41 days [1]. Thanks!', {
      instructions: 'Be verbose.',
      policy: 'strict',
    })
    const replay = await now.traces.replay(id, owner)
    expect(server!.requests.at(-1)!.body.messages).toEqual(asked)
    expect(replay.settings).toEqual([])
    expect(replay.same).toBe(false)
    expect(replay.changes.slice(0, 2)).toEqual([
      { change: 'removed', text: 'Refunds take 14 days [1].', before: 'supported', after: null },
      { change: 'added', text: 'Refunds take 41 days [1].', before: null, after: 'unsupported' },
    ])
    expect(replay.before.verdicts).toMatchObject({ supported: 1, unsupported: 0 })
    expect(replay.after.verdicts).toMatchObject({ supported: 0, unsupported: 1 })
  })

  it('says that another model answers where that of then is gone', async () => {
    const id = await ask(await withModel('Refunds take 14 days [1].'))
    const replay = await workspace.traces.replay(id, owner)
    expect(replay.settings).toContainEqual({
      setting: 'model',
      before: 'scripted',
      after: 'graft/quoting',
    })
  })

  it('needs evidence: an answer that failed before its search has none', async () => {
    await expect(ask(workspace, { asOf: 'the day before' })).rejects.toMatchObject({
      code: 'invalid_date',
    })
    const [failed] = await workspace.traces.list(owner, { limit: 1, outcome: 'failed' })
    await expect(workspace.traces.replay(failed!.id, owner)).rejects.toMatchObject({
      code: 'nothing_to_replay',
    })
  })
})

describe("with today's documents", () => {
  it('shows a sentence that was changed, and the answer that changed with it', async () => {
    const id = await ask(workspace)
    await workspace.knowledge.add({ name: 'refunds.md', text: refunds(30) })
    const replay = await workspace.traces.replay(id, owner, { today: true })
    expect(replay).toMatchObject({ same: false, evidence: 'today', settings: [] })
    expect(states(replay)).toContain('changed')
    // Untouched sentences of a changed document are told apart.
    expect(
      replay.sentences.find(({ sentence }) => sentence?.text.startsWith('Shipping'))!.state,
    ).toBe('kept')
    expect(changed(replay)).toEqual([
      'removed Refunds take 14 days. [1]',
      'added Refunds take 30 days. [1]',
    ])
    expect(replay.after.citations[0]!.quote).toBe('Refunds take 30 days.')
  })

  it('gives the same answer where nothing has changed', async () => {
    const id = await ask(workspace)
    const replay = await workspace.traces.replay(id, owner, { today: true })
    expect(replay).toMatchObject({ same: true, settings: [] })
    expect(states(replay)).toEqual(['current'])
  })

  it('shows a document that was removed', async () => {
    const id = await ask(workspace)
    await workspace.knowledge.remove('refunds.md')
    const replay = await workspace.traces.replay(id, owner, { today: true })
    expect(states(replay)).toEqual(['removed'])
    expect(replay.after).toMatchObject({ outcome: 'abstained', citations: [] })
    // The text of then can still be read by those who could.
    expect(replay.before.answer).toContain('14 days')
  })

  it('answers as configured today, and names what is set otherwise', async () => {
    const id = await ask(await test.reopen({ abstention: 'No idea.' }), {}, 'Who is on Mars?')
    const replay = await workspace.traces.replay(id, owner, { today: true })
    expect(replay.settings.map(({ setting }) => setting)).toEqual(['abstention'])
    expect(changed(replay)[0]).toBe('removed No idea.')
  })

  it('keeps the filter of the question', async () => {
    const id = await ask(workspace, { asOf: new Date().toISOString() })
    await workspace.knowledge.add({ name: 'refunds.md', text: refunds(30) })
    const replay = await workspace.traces.replay(id, owner, { today: true })
    expect(replay.after.answer).toContain('14 days')
  })
})

describe('rights', () => {
  it('are those of the asker, as far as it still has them', async () => {
    await workspace.knowledge.restrict('refunds.md', ['staff'])
    const id = await ask(workspace, { reader: await workspace.access.reader('ana') })
    await workspace.access.set('ana', [])
    try {
      const ana = await workspace.access.reader('ana')
      for (const today of [false, true]) {
        const replay = await workspace.traces.replay(id, ana, { today })
        expect(replay.before.answer).toBeNull()
        expect(replay.changes).toEqual([])
        expect(states(replay)).toEqual(['unavailable'])
        expect(replay.after.outcome).toBe('abstained')
        expect(JSON.stringify(replay)).not.toMatch(/14 days|refunds\.md/)
        // The owner sees what was said then, and that ana would not be told so now.
        const toOwner = await workspace.traces.replay(id, owner, { today })
        expect(toOwner.before.answer).toContain('14 days')
        expect(toOwner.after.outcome).toBe('abstained')
      }
    } finally {
      await workspace.access.set('ana', ['staff'])
    }
  })

  it('given since do not count: a replay reads nothing that could not be read then', async () => {
    await workspace.knowledge.restrict('refunds.md', ['hr'])
    const id = await ask(workspace, { reader: await workspace.access.reader('ana') })
    await workspace.access.set('ana', ['staff', 'hr'])
    try {
      const ana = await workspace.access.reader('ana')
      const replay = await workspace.traces.replay(id, ana, { today: true })
      expect(replay.after.outcome).toBe('abstained')
    } finally {
      await workspace.access.set('ana', ['staff'])
    }
  })

  it('keep the traces of others closed', async () => {
    const id = await ask(workspace)
    const ana = await workspace.access.reader('ana')
    await expect(workspace.traces.replay(id, ana)).rejects.toMatchObject({ code: 'unknown_trace' })
  })
})
