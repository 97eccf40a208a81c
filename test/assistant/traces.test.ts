/** @file Traces of every kind of answer, in real workspaces: what is kept, for whom, and for how long. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, AskOptions, Traces } from '../../src/assistant/index.ts'
import type { GraftConfig } from '../../src/config.ts'
import { owner } from '../../src/knowledge/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import {
  type OpenAiServer,
  type ScriptedReply,
  startOpenAiServer,
} from '../fixtures/openai-server.ts'
import { openTestWorkspace, stores, type TestWorkspace } from '../helpers/workspace.ts'

type View = Awaited<ReturnType<Traces['get']>>

const REFUNDS = '# Refunds\n\nRefunds take 14 days. Shipping costs are not refunded.\n'
const question = 'How many days do refunds take?'

let test: TestWorkspace
/** Quotes alone. */
let workspace: Workspace
let server: OpenAiServer | undefined

beforeAll(async () => {
  test = await openTestWorkspace({}, stores.at(-1))
  workspace = test.workspace
  await workspace.knowledge.add({ name: 'refunds.md', text: REFUNDS })
})
afterAll(() => test.close())
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function withModel(replies: ScriptedReply[], config: GraftConfig = {}): Promise<Workspace> {
  server = await startOpenAiServer(replies)
  const model = { baseURL: server.baseURL, model: 'house-model' }
  return await test.reopen({ model, ...config })
}

async function answer(
  workspace: Workspace,
  asked: string,
  options: AskOptions = {},
): Promise<Answer> {
  const events = await Array.fromAsync(workspace.ask(asked, options))
  const last = events.at(-1)
  if (last?.type !== 'finish') throw new Error('internal: no finish')
  return last.answer
}

async function latest({ traces }: Workspace): Promise<View> {
  const [newest] = await traces.list(owner, { limit: 1 })
  return await traces.get(newest!.id, owner)
}

describe('a trace', () => {
  it('of a quoted answer names what was searched, found, chosen and said', async () => {
    const said = await answer(workspace, question, { collections: ['default'] })
    const trace = await workspace.traces.get(said.traceId!, owner)
    expect(trace).toMatchObject({
      id: said.traceId,
      outcome: 'answered',
      reader: { principal: null, groups: null },
      texts: { question, query: question, history: [], answer: said.answer },
      filter: { collections: ['default'] },
      settings: { model: 'graft/quoting', policy: 'flag' },
      model: 'graft/quoting',
      verdicts: said.verdicts,
      usage: { inputTokens: 0, outputTokens: 0 },
      timings: said.timings,
      cost: null,
      error: null,
      withheld: false,
      abstention: null,
    })
    const { quote, title, uri, headingPath, ...place } = said.citations[0]!
    expect(trace.citations[0]).toEqual(place)
    const [best] = trace.candidates
    expect(best).toMatchObject({
      versionId: place.versionId,
      legs: { lexical: { rank: 1 } },
      source: { title, uri, headingPath },
    })
    const cited = trace.evidence!.sentences.find(({ start }) => start === place.start)!
    expect(cited).toMatchObject({ state: 'current', sentence: { text: quote, uri } })
    expect(trace.evidence!.ranking[0]).toBe(cited.number)
  })

  it('names documents by version and range: none of their text is in the record', async () => {
    await answer(workspace, question)
    await workspace.traces.list(owner)
    const db = await test.openStore()
    const [row] = await db.query<{ record: unknown }>(
      'select record from graft.trace order by id desc limit 1',
    )
    expect(JSON.stringify(row!.record)).toContain('"sentences"')
    expect(JSON.stringify(row!.record)).not.toMatch(/refund|shipping/i)
  })

  it('of an abstention says why', async () => {
    const said = await answer(workspace, 'Who founded the observatory on Mauna Kea?')
    expect(said.abstained).toBe(true)
    const trace = await latest(workspace)
    expect(trace.outcome).toBe('abstained')
    expect(trace.abstention).toMatch(
      /^the evidence is too weak: its confidence is 0\.\d\d$|^nothing was found$/,
    )
  })

  it('of a model holds prompt hash, served model, tokens, cost and settings', async () => {
    const usage = { prompt_tokens: 1_000, completion_tokens: 200 }
    const workspace = await withModel([{ text: 'Refunds take 14 days [1].', usage }], {
      instructions: 'Be brief.',
      traces: { prices: { 'house-model': { input: 2, output: 10 } } },
    })
    await answer(workspace, question)
    const { call, settings, cost, usage: counted } = await latest(workspace)
    expect(call).toEqual({
      // As the server names it, which need not be what it was asked for.
      servedModel: 'scripted',
      promptSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      temperature: 0,
      maxOutputTokens: 1_024,
    })
    expect(settings).toMatchObject({ model: 'house-model', instructions: 'Be brief.' })
    expect(counted).toEqual({ inputTokens: 1_000, outputTokens: 200 })
    expect(cost).toBeCloseTo(0.004, 10)
  })

  it('of a failed answer keeps what was said until then, and the error', async () => {
    const workspace = await withModel([
      { text: 'Refunds take 14 days [1]. And so on.', chunkSize: 4, endAfter: 7 },
    ])
    await expect(answer(workspace, question)).rejects.toMatchObject({ code: 'model_failed' })
    const trace = await latest(workspace)
    expect(trace).toMatchObject({ outcome: 'failed', error: { code: 'model_failed' } })
    expect(trace.texts!.answer).toContain('Refunds take 14 days')
    expect(trace.timings.totalMs).toBeGreaterThan(0)
  })

  it('of an answer whose reader went away is one of an aborted answer', async () => {
    const workspace = await withModel([
      { text: 'Refunds take 14 days [1].', chunkSize: 2, delayMs: 20 },
    ])
    for await (const event of workspace.ask(question)) if (event.type === 'text-delta') break
    const trace = await latest(workspace)
    expect(trace).toMatchObject({ outcome: 'aborted', error: null })
    expect(trace.texts!.answer).not.toBe('')
    // And the model is no longer kept busy.
    await server!.clientLeft
  })

  it('of an answer that a signal stopped is one of an aborted answer', async () => {
    const workspace = await withModel([{ text: 'x', delayMs: 5_000 }])
    const signal = AbortSignal.timeout(100)
    await expect(answer(workspace, question, { signal })).rejects.toMatchObject({ code: 'aborted' })
    expect(await latest(workspace)).toMatchObject({ outcome: 'aborted', error: null })
  })

  it('keeps the conversation and the completed question', async () => {
    const history = [
      { role: 'user' as const, content: 'Are shipping costs refunded?' },
      { role: 'assistant' as const, content: 'No [1].' },
    ]
    const said = await answer(workspace, 'And why?', { history })
    const { texts, turns } = await latest(workspace)
    expect(texts).toEqual({ question: 'And why?', query: said.query, history, answer: said.answer })
    expect(turns).toBe(2)
  })

  it('stores what Postgres has no characters for', async () => {
    await answer(workspace, 'How many\0 days do refunds \ud800 take?')
    expect((await latest(workspace)).texts!.question).toBe(
      'How many\ufffd days do refunds \ufffd take?',
    )
  })

  it('of a question that is none is not written', async () => {
    const before = await workspace.traces.list(owner)
    await expect(answer(workspace, ' ')).rejects.toMatchObject({ code: 'invalid_question' })
    expect(await workspace.traces.list(owner)).toEqual(before)
  })
})

describe('what is kept', () => {
  it('is nothing with traces: false', async () => {
    const before = await workspace.traces.list(owner)
    const silent = await test.reopen({ traces: false })
    expect((await answer(silent, question)).traceId).toBeNull()
    expect(await silent.traces.list(owner)).toEqual(before)
  })

  it('is hashes alone with keepText: false', async () => {
    const workspace = await test.reopen({ traces: { keepText: false } })
    const said = await answer(workspace, question)
    const trace = await workspace.traces.get(said.traceId!, owner)
    expect(trace.texts).toBeNull()
    expect(trace.hashes.question).toMatch(/^[0-9a-f]{64}$/)
    expect(trace.citations).toHaveLength(said.citations.length)
    const db = await test.openStore()
    const [row] = await db.query('select * from graft.trace where id = $1', [trace.id])
    expect(JSON.stringify(row)).not.toMatch(/refund/i)
    await expect(workspace.traces.replay(trace.id, owner)).rejects.toMatchObject({
      code: 'text_not_kept',
    })
  })

  it('goes after keepDays, and not before', async () => {
    const old = await answer(workspace, question)
    const recent = await answer(workspace, question)
    await workspace.traces.list(owner)
    const db = await test.openStore()
    const age = (id: string | null, days: number): Promise<unknown> =>
      db.query('update graft.trace set at = now() - make_interval(days => $2) where id = $1', [
        id,
        days,
      ])
    await age(old.traceId, 8)
    await age(recent.traceId, 6)
    const weekly = await test.reopen({ traces: { keepDays: 7 } })
    const latest = await answer(weekly, question)
    const ids = (await weekly.traces.list(owner)).map(({ id }) => id)
    expect(ids.slice(0, 2)).toEqual([latest.traceId, recent.traceId])
    expect(ids).not.toContain(old.traceId)
  })

  it.each([0, -1, Number.NaN])('refuses keepDays of %s', async (keepDays) => {
    await expect(openTestWorkspace({ traces: { keepDays } })).rejects.toMatchObject({
      code: 'invalid_configuration',
    })
  })
})

describe('writing traces', () => {
  it('loses none of 200 answers at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => answer(workspace, `${question} Case ${n}.`)),
    )
    const list = await workspace.traces.list(owner, { limit: 200 })
    expect(new Map(list.map(({ id, question }) => [id, question]))).toEqual(
      new Map(answers.map(({ traceId, question }) => [traceId, question])),
    )
    expect(list).toHaveLength(200)
  })

  it('is done when the workspace is closed', async () => {
    const second = await test.reopen()
    const asked = await Promise.all(Array.from({ length: 20 }, () => answer(second, question)))
    await second.close()
    const ids = (await workspace.traces.list(owner, { limit: 100 })).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(asked.map(({ traceId }) => traceId)))
  })

  it('breaks no answer when it fails, tells so, and writes what waits later', async () => {
    const errors: string[] = []
    const workspace = await test.reopen({
      traces: { onError: ({ message }) => errors.push(message) },
    })
    const db = await test.openStore()
    await db.query('alter table graft.trace rename to away')
    expect((await answer(workspace, question)).abstained).toBe(false)
    await workspace.traces.list(owner).catch(() => undefined)
    expect(errors).toEqual([expect.stringMatching(/trace.* not .*written/)])
    await db.query('alter table graft.away rename to trace')
    const said = await answer(workspace, question)
    const ids = (await workspace.traces.list(owner)).map(({ id }) => id)
    expect(ids).toContain(said.traceId)
  })
})

describe('reading traces', () => {
  it('lists newest first, by page, time, principal and outcome', async () => {
    await workspace.access.set('lena', [])
    const lena = await workspace.access.reader('lena')
    const ids: (string | null)[] = []
    for (const reader of [owner, lena, owner]) {
      ids.push((await answer(workspace, question, { reader })).traceId)
      await sleep(5)
    }
    const list = async (options: Parameters<Traces['list']>[1]): Promise<string[]> =>
      (await workspace.traces.list(owner, options)).map(({ id }) => id)
    expect((await list({})).slice(0, 3)).toEqual(ids.toReversed())
    expect(await list({ limit: 2 })).toEqual([ids[2], ids[1]])
    expect(await list({ limit: 1, before: ids[1]! })).toEqual([ids[0]])
    expect(await list({ principal: 'lena' })).toEqual([ids[1]])
    expect(await list({ principal: 'lena', outcome: 'abstained' })).toEqual([])
    expect(await list({ principal: 'lena', since: '2000-01-01' })).toEqual([ids[1]])
    expect(await list({ since: '2999-01-01' })).toEqual([])
    await expect(list({ since: 'yesterday' })).rejects.toMatchObject({ code: 'invalid_filter' })
    await expect(list({ outcome: 'lost' as never })).rejects.toMatchObject({
      code: 'invalid_filter',
    })
  })

  it('gives a reader nothing of others, and the owner everything', async () => {
    for (const name of ['ana', 'bo']) await workspace.access.set(name, [])
    const [ana, bo] = await Promise.all(['ana', 'bo'].map((name) => workspace.access.reader(name)))
    const ofAna = await answer(workspace, question, { reader: ana! })
    const ofOwner = await answer(workspace, question)
    expect((await workspace.traces.list(ana!)).map(({ id }) => id)).toEqual([ofAna.traceId])
    expect(await workspace.traces.list(bo!)).toEqual([])
    // A reader without a name has made nothing.
    expect(await workspace.traces.list({ groups: ['everyone'] })).toEqual([])
    for (const [id, reader] of [
      [ofAna, bo],
      [ofOwner, ana],
      [ofOwner, bo],
    ] as const)
      await expect(workspace.traces.get(id.traceId!, reader!)).rejects.toMatchObject({
        code: 'unknown_trace',
      })
    const all = (await workspace.traces.list(owner)).map(({ id }) => id)
    expect(all.slice(0, 2)).toEqual([ofOwner.traceId, ofAna.traceId])
  })

  it('shows a reader no text of documents that were closed to it since', async () => {
    const strict = await test.reopen({
      model: 'graft/quoting',
      instructions: 'The house speaks softly.',
    })
    const ana = await strict.access.reader('ana')
    const history = [
      { role: 'user' as const, content: 'How long do refunds take?' },
      { role: 'assistant' as const, content: 'Refunds take 14 days.' },
    ]
    const said = await answer(strict, 'How many days is that?', { reader: ana, history })
    const id = said.traceId!
    expect(JSON.stringify(await strict.traces.get(id, ana))).toContain('14 days')
    await workspace.knowledge.restrict('refunds.md', ['hr'])
    const shown = await strict.traces.get(id, ana)
    expect(shown.withheld).toBe(true)
    expect(shown.texts).toEqual({
      question: 'How many days is that?',
      query: null,
      history: null,
      answer: null,
    })
    expect(JSON.stringify(shown)).not.toMatch(/refund|softly/i)
    expect(shown.evidence!.sentences.map(({ state }) => state)).toContain('unavailable')
    await workspace.knowledge.restrict('refunds.md', ['everyone'])
    const toOwner = await strict.traces.get(id, owner)
    expect(toOwner).toMatchObject({ withheld: false, texts: { answer: said.answer, history } })
  })

  it('knows no trace by a strange id', async () => {
    for (const id of ['', 'tr_0', '\0', "' or true --"])
      await expect(workspace.traces.get(id, owner)).rejects.toMatchObject({ code: 'unknown_trace' })
  })
})
