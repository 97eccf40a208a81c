/** @file The HTTP API: its shapes, and that nothing a client sends makes the server fail. */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { ask, askRaw, codeOf, get, readEvents } from '../helpers/http.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'

const folder = temporaryFolder()
let test: TestWorkspace
let app: ReturnType<typeof createApp>

beforeAll(async () => {
  writeFileSync(
    path.join(folder, 'refunds.md'),
    '# Refunds\n\n## Deadline\n\nRefunds are paid within 14 days. The form is online.\n',
  )
  test = await openTestWorkspace()
  await test.workspace.knowledge.add(folder)
  app = createApp(test.workspace, { host: '127.0.0.1' })
})

afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('POST /api/ask', () => {
  it('streams the events of an answer in order', async () => {
    const response = await ask(app, { question: 'When are refunds paid?' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const events = readEvents(await response.text())
    const order = events.map(({ type }) => type)
    expect(order[0]).toBe('search')
    expect(order.at(-1)).toBe('finish')
    for (const type of ['source', 'text-delta', 'citation', 'verdict'] as const)
      expect(order).toContain(type)
    expect(order.indexOf('source')).toBeLessThan(order.indexOf('text-delta'))
    expect(order.indexOf('text-delta')).toBeLessThan(order.indexOf('citation'))
    expect(order.filter((type) => type === 'finish')).toHaveLength(1)
  })

  it('ends with the whole answer, whose parts were streamed before', async () => {
    const events = readEvents(await (await ask(app, { question: 'When are refunds paid?' })).text())
    const last = events.at(-1)
    if (last?.type !== 'finish') throw new Error('no finish event')
    const { answer } = last
    const text = events.map((event) => (event.type === 'text-delta' ? event.delta : '')).join('')
    expect(text).toBe(answer.answer)
    expect(events.flatMap((e) => (e.type === 'citation' ? [e.citation] : []))).toEqual(
      answer.citations,
    )
    expect(answer).toMatchObject({ question: 'When are refunds paid?', abstained: false })
    const [citation] = answer.citations
    const opened = await get(app, `/api/versions/${citation!.versionId}`)
    const { text: stored } = (await opened.json()) as { text: string }
    expect(stored.slice(citation!.start, citation!.end)).toBe(citation!.quote)
  })

  it('completes a follow-up from the conversation', async () => {
    const history = [
      { role: 'user', content: 'What do you know about refunds?' },
      { role: 'assistant', content: 'Refunds are paid within 14 days.' },
    ]
    const events = readEvents(
      await (await ask(app, { question: 'Where is the form?', history })).text(),
    )
    expect(events[0]).toMatchObject({ type: 'search' })
    expect(events.at(-1)?.type).toBe('finish')
  })

  it.each([
    ['no JSON', '{"question": ', 'not valid JSON'],
    ['no object', '"question"', 'body'],
    ['null', 'null', 'body'],
    ['no question', '{}', 'question'],
    ['an empty question', '{"question":""}', 'question'],
    ['a question of the wrong type', '{"question":["a"]}', 'question'],
    ['a question that is too long', JSON.stringify({ question: 'x'.repeat(4_001) }), 'question'],
    [
      'an unknown role',
      '{"question":"a","history":[{"role":"system","content":"b"}]}',
      'history.0.role',
    ],
  ])('refuses a body with %s', async (_, body, fact) => {
    const response = await askRaw(app, body)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: Record<string, string> }
    expect(error).toMatchObject({
      code: 'invalid_request',
      type: 'invalid_request_error',
      param: null,
    })
    expect(error.message).toContain(fact)
    expect(error.hint).toMatch(/\.$/)
  })

  it('refuses a body that is not declared as JSON', async () => {
    const response = await askRaw(app, '{"question":"a"}', { 'content-type': 'text/plain' })
    expect([response.status, await codeOf(response)]).toEqual([400, 'invalid_request'])
  })

  it('refuses a body that is too large, declared or not', async () => {
    const body = JSON.stringify({
      question: 'a',
      history: [{ role: 'user', content: 'x'.repeat(300_000) }],
    })
    const declared = await askRaw(app, body, { 'content-length': String(body.length) })
    expect([declared.status, await codeOf(declared)]).toEqual([413, 'body_too_large'])
    const streamed = await askRaw(app, new Blob([body]).stream())
    expect([streamed.status, await codeOf(streamed)]).toEqual([413, 'body_too_large'])
  })

  it.each([
    [{ asOf: 'yesterday' }, 'invalid_date'],
    [{ question: ' \n' }, 'invalid_question'],
  ])('names what is wrong with %j in the stream', async (fields, code) => {
    const events = readEvents(await (await ask(app, { question: 'When?', ...fields })).text())
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      error: { code, message: expect.any(String), hint: expect.stringMatching(/\.$/) },
    })
  })

  it('never fails itself, whatever the body holds', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('\0', '\ud800', '{}'),
    )
    const turn = fc.record({ role: fc.constantFrom('user', 'assistant', 'x'), content: text })
    const body = fc.oneof(
      fc.json(),
      text,
      fc
        .record(
          {
            question: fc.oneof(text, fc.jsonValue()),
            history: fc.oneof(fc.array(turn, { maxLength: 5 }), fc.jsonValue()),
            collection: text,
            path: text,
            asOf: fc.oneof(
              text,
              fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
            ),
            as: text,
          },
          { requiredKeys: ['question'] },
        )
        .map((value) => JSON.stringify(value)),
    )
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const response = await askRaw(app, value)
        expect(response.status).toBeLessThan(500)
        const answer = await response.text()
        expect(answer).not.toContain('"internal"')
        expect(answer).not.toContain('connection_lost')
      }),
      { numRuns: 300 },
    )
    expect((await ask(app, { question: 'When are refunds paid?' })).status).toBe(200)
  })
})

describe('the other routes', () => {
  it('search, with the number of chunks that was asked for', async () => {
    const response = await get(app, '/api/search?q=refunds&limit=1')
    const body = (await response.json()) as {
      query: string
      chunks: { text: string; legs: object }[]
    }
    expect(body.query).toBe('refunds')
    expect(body.chunks).toHaveLength(1)
    expect(body.chunks[0]).toMatchObject({ uri: 'refunds.md', legs: { lexical: { rank: 1 } } })
  })

  it.each([
    'limit=-1',
    'limit=abc',
    'limit=1e9',
    'q=',
    'path=%00',
    'path=%5B',
    'collection=%00',
    'since=x',
  ])('search answers %s without failing', async (query) => {
    expect((await get(app, `/api/search?q=refunds&${query}`)).status).toBeLessThan(500)
  })

  it('list documents and the state of the workspace', async () => {
    const { documents } = (await (await get(app, '/api/documents')).json()) as {
      documents: object[]
    }
    expect(documents).toMatchObject([{ uri: 'refunds.md', title: 'Refunds', groups: ['everyone'] }])
    expect(await (await get(app, '/api/status')).json()).toMatchObject({
      documents: 1,
      versions: 1,
      collections: ['default'],
      model: test.workspace.model,
      embedder: 'none (lexical)',
      lastChange: expect.stringMatching(/^\d{4}-/),
    })
  })

  it.each(['ver_none', '..%2f..%2fetc%2fpasswd', `'; drop table graft.version; --`])(
    'say that there is no version %s',
    async (id) => {
      const response = await get(app, `/api/versions/${id}`)
      expect([response.status, await codeOf(response)]).toEqual([404, 'unknown_version'])
    },
  )

  it.each(['/api/nothing', '/api', '/api/ask', '/nothing.html'])(
    'answer 404 at %s',
    async (url) => {
      const response = await get(app, url)
      expect([response.status, await codeOf(response)]).toEqual([404, 'not_found'])
    },
  )

  it('answer 404 to methods they do not have', async () => {
    for (const method of ['DELETE', 'PUT', 'PATCH', 'OPTIONS']) {
      expect((await app.request('http://localhost/api/documents', { method })).status, method).toBe(
        404,
      )
    }
  })
})

describe('the page', () => {
  it('is served with its files and forbids everything from elsewhere', async () => {
    const response = await get(app, '/')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    const page = await response.text()
    const files = [...page.matchAll(/(?:src|href)="\.?\/?([\w.-]+\.(?:js|css|svg))"/g)].map(
      ([, file]) => file,
    )
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) expect((await get(app, `/${file}`)).status, file).toBe(200)
  })

  it.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/..%5cpackage.json',
    '/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '//etc/passwd',
    '/./../src/index.ts',
    '/app.js%00.html',
    '/tsconfig.json',
    '/web/index.html',
    '/%',
  ])('does not lead out of its folder: %s', async (url) => {
    const response = await get(app, url)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toMatch(/root:|compilerOptions|"name"/)
  })
})
