/** @file The routes of traces: reading, replaying, feedback, and what they refuse. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  FeedbackResponse,
  ReplayResponse,
  TraceResponse,
  TracesResponse,
} from '../../src/server/contract.ts'
import { createApp } from '../../src/server/index.ts'
import { ask, codeOf, get, readEvents } from '../helpers/http.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const question = 'How many days do refunds take?'
let test: TestWorkspace
let app: ReturnType<typeof createApp>

beforeAll(async () => {
  test = await openTestWorkspace()
  await test.workspace.access.set('ana', [])
  app = createApp(test.workspace, { host: '127.0.0.1', maxConcurrent: 1 })
})
afterAll(() => test.close())

async function add(days: number): Promise<void> {
  await test.workspace.knowledge.add({
    name: 'refunds.md',
    text: `# Refunds\n\nRefunds take ${days} days.\n`,
  })
}

async function traceOf(body: object = {}): Promise<string> {
  await add(14)
  const events = readEvents(await (await ask(app, { question, ...body })).text())
  const last = events.at(-1)
  if (last?.type !== 'finish') throw new Error('internal: no finish')
  return last.answer.traceId!
}

async function post(url: string, body: unknown): Promise<Response> {
  return await app.request(`http://localhost${url}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function read<T>(response: Response): Promise<T> {
  expect(response.status, await response.clone().text()).toBeLessThan(300)
  return (await response.json()) as T
}

describe('GET /api/traces', () => {
  it('lists answers, newest first, and pages', async () => {
    const ids = [await traceOf(), await traceOf({ as: 'ana' })]
    const first = await read<TracesResponse>(await get(app, '/api/traces?limit=1'))
    expect(first.traces).toMatchObject([{ id: ids[1], principal: 'ana', question }])
    const next = await get(app, `/api/traces?limit=1&before=${ids[1]}`)
    expect((await read<TracesResponse>(next)).traces).toMatchObject([{ id: ids[0] }])
    const ofAna = await read<TracesResponse>(await get(app, '/api/traces?as=ana'))
    expect(ofAna.traces.map(({ id }) => id)).toEqual([ids[1]])
  })

  it.each(['limit=0', 'limit=x', 'limit=501', 'outcome=lost', 'since=once'])(
    'refuses %s',
    async (query) => {
      const response = await get(app, `/api/traces?${query}`)
      expect(response.status).toBe(400)
      expect(await codeOf(response)).toMatch(/^invalid_(?:request|filter)$/)
    },
  )
})

describe('GET /api/traces/:id', () => {
  it('shows what was searched, found, chosen and said', async () => {
    const id = await traceOf({ collection: 'default' })
    const trace = await read<TraceResponse>(await get(app, `/api/traces/${id}`))
    expect(trace).toMatchObject({
      id,
      outcome: 'answered',
      filter: { collections: ['default'] },
      texts: { question, answer: 'Refunds take 14 days. [1]' },
    })
    expect(trace.evidence!.sentences[0]!.sentence!.text).toBe('Refunds take 14 days.')
  })

  it('knows no other', async () => {
    const response = await get(app, '/api/traces/tr_0')
    expect([response.status, await codeOf(response)]).toEqual([404, 'unknown_trace'])
  })
})

describe('POST /api/traces/:id/replay', () => {
  it('answers again, with the evidence of then or the documents of today', async () => {
    const id = await traceOf()
    await add(30)
    const then = await read<ReplayResponse>(await post(`/api/traces/${id}/replay`, {}))
    expect(then).toMatchObject({ evidence: 'stored', same: true })
    const today = await read<ReplayResponse>(
      await post(`/api/traces/${id}/replay`, { today: true }),
    )
    expect(today).toMatchObject({ evidence: 'today', same: false })
    expect(today.after.answer).toBe('Refunds take 30 days. [1]')
  })

  it('takes a slot as an answer does, and gives it back', async () => {
    const id = await traceOf()
    const replay = (): Promise<Response> => Promise.resolve(post(`/api/traces/${id}/replay`, {}))
    const responses = await Promise.all([replay(), replay()])
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 429])
    expect((await replay()).status).toBe(200)
  })

  it('says what cannot be replayed', async () => {
    const silent = await test.reopen({ traces: { keepText: false } })
    const mute = createApp(silent, { host: '127.0.0.1' })
    await add(14)
    await (await ask(mute, { question })).text()
    const [trace] = await silent.traces.list({ groups: null }, { limit: 1 })
    const response = await post(`/api/traces/${trace!.id}/replay`, { today: true })
    expect([response.status, await codeOf(response)]).toEqual([409, 'text_not_kept'])
  })
})

describe('POST /api/traces/:id/feedback', () => {
  it('takes a vote with reason and correction', async () => {
    const id = await traceOf({ as: 'ana' })
    const correction = 'Refunds take 14 days. Thanks!'
    const body = { vote: 'down', reason: 'too short', correction, as: 'ana' }
    const response = await post(`/api/traces/${id}/feedback`, body)
    expect(response.status).toBe(201)
    const given = await read<FeedbackResponse>(response)
    expect(given).toMatchObject({ traceId: id, isExample: true })
    const [item] = await test.workspace.feedback.review()
    expect(item).toMatchObject({
      id: given.id,
      principal: 'ana',
      reason: 'too short',
      reply: correction,
    })
  })

  it.each([
    {},
    { vote: 'sideways' },
    { vote: 'up', reason: 'x'.repeat(2_001) },
    { vote: 'up', correction: 7 },
    [],
    null,
  ])('refuses %j', async (body) => {
    const response = await post(`/api/traces/${await traceOf()}/feedback`, body)
    expect([response.status, await codeOf(response)]).toEqual([400, 'invalid_request'])
  })
})
