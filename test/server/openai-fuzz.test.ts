/** @file Malformed bodies: whatever a client sends, a JSON route answers or refuses it, and never fails. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { hashedEmbedder } from '../helpers/hashed-embedder.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

let test: TestWorkspace
let app: ReturnType<typeof createApp>

beforeAll(async () => {
  test = await openTestWorkspace({ embedder: hashedEmbedder('fuzz/16', { dimensions: 16 }) })
  const text = '# Refunds\n\nRefunds are paid within 14 days.\n'
  await test.workspace.knowledge.add({ name: 'refunds.md', text })
  app = createApp(test.workspace, { host: '127.0.0.1' })
})

afterAll(() => test.close())

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', ' ', '\0', '\ud800', '__proto__', 'refunds', 'When are refunds paid?'),
)
const value = fc.oneof(
  { weight: 3, arbitrary: word },
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, -1, 0, 1, 1e308, true, false, [], {}),
)
const question = 'When are refunds paid?'
const role = fc.constantFrom('user', 'assistant', 'system', 'developer', 'tool', 'constructor')
const part = fc.record({ type: fc.constantFrom('text', 'input_text', 'image'), text: word })
const message = fc.record({
  role: fc.oneof(role, value),
  content: fc.oneof(word, value, fc.array(part, { maxLength: 3 })),
  parts: fc.oneof(value, fc.array(part, { maxLength: 3 })),
})
const last = { role: 'user', content: question, parts: [{ type: 'text', text: question }] }
const messages = fc
  .array(fc.oneof(message, value), { maxLength: 3 })
  .map((before) => [...before, last])
const scope = fc.oneof(
  fc.record({ collections: fc.array(word, { maxLength: 2 }), path: word }),
  fc.record({ as_of: word }),
  value,
)
const { filter } = fc.letrec((tie) => ({
  filter: fc.record({
    type: fc.constantFrom('eq', 'in', 'and', 'or', 'gt', 'x'),
    key: word,
    value,
    filters: fc.array(tie('filter'), { maxLength: 2 }),
  }),
}))
const searches = fc.array(
  fc.record(
    {
      type: fc.constantFrom('file_search', 'file_search', 'function'),
      vector_store_ids: fc.oneof(fc.constant(['default']), fc.array(word), value),
      max_num_results: value,
      filters: fc.oneof(filter, value),
      ranking_options: value,
    },
    { requiredKeys: ['type', 'vector_store_ids'] },
  ),
  { maxLength: 2 },
)

type Fields = Record<string, fc.Arbitrary<unknown>>

/** A right body, with up to two of its fields, or of others, replaced. */
function altered(right: object, fields: Fields): fc.Arbitrary<unknown> {
  const one = fc
    .constantFrom(...Object.keys(fields))
    .chain((name) => fc.oneof(fields[name]!, value).map((changed) => ({ [name]: changed })))
  return fc.array(one, { maxLength: 2 }).map((changes) => Object.assign({}, right, ...changes))
}

const bodies: Record<string, fc.Arbitrary<unknown>> = {
  '/v1/chat/completions': altered(
    { model: 'graft', messages: [last] },
    {
      model: word,
      messages,
      user: word,
      stream: fc.boolean(),
      stream_options: fc.record({ include_usage: value }),
      n: fc.nat(3),
      tools: value,
      response_format: value,
      graft: scope,
    },
  ),
  '/v1/responses': altered(
    { model: 'graft', input: question },
    {
      model: word,
      input: messages,
      user: word,
      stream: fc.boolean(),
      tools: searches,
      tool_choice: word,
      instructions: word,
      previous_response_id: word,
      include: fc.constant(['file_search_call.results']),
      metadata: fc.dictionary(word, word),
      text: fc.record({ format: value }),
    },
  ),
  '/v1/embeddings': altered(
    { model: 'graft', input: [question] },
    {
      model: word,
      input: fc.array(word, { maxLength: 4 }),
      encoding_format: fc.constantFrom('float', 'base64', 'x'),
      dimensions: fc.nat(32),
      user: word,
    },
  ),
  '/api/chat': altered(
    { id: 'c', trigger: 'submit-message', messages: [last] },
    { messages, messageId: word, model: word, collection: word, path: word, asOf: word, as: word },
  ),
  '/mcp': altered(
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'search', arguments: { query: question } },
    },
    {
      jsonrpc: word,
      id: fc.oneof(fc.nat(), word),
      method: fc.oneof(fc.constantFrom('tools/list', 'initialize', 'ping'), word),
      params: fc.record({
        name: fc.constantFrom('search', 'fetch', 'x'),
        arguments: fc.record({ query: fc.oneof(word, value), id: fc.oneof(word, value) }),
        _meta: value,
      }),
    },
  ),
}

async function post(path: string, body: string): Promise<Response> {
  const accept = 'application/json, text/event-stream'
  return await app.request(`http://localhost${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body,
  })
}

/** OpenAI's shape, or JSON-RPC's at /mcp. */
function assertErrorShape(path: string, text: string): void {
  const { error } = JSON.parse(text) as { error: Record<string, unknown> }
  expect(error.message).toEqual(expect.any(String))
  if (path !== '/mcp') {
    expect(Object.keys(error)).toEqual(expect.arrayContaining(['type', 'code', 'param']))
    expect(error.type).toBe('invalid_request_error')
  }
}

describe.each(Object.entries(bodies))('POST %s', (path, body) => {
  it('never fails, whatever the body holds', async () => {
    const any = fc.oneof(
      { weight: 6, arbitrary: body.map((one) => JSON.stringify(one)) },
      fc.json({ maxDepth: 3 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('', '{', 'null', '[]', '{"model":', `${'['.repeat(5_000)}`, '\ufeff{}'),
    )
    let refused = 0
    let answered = 0
    await fc.assert(
      fc.asyncProperty(any, async (sent) => {
        const response = await post(path, sent)
        const text = await response.text()
        expect(response.status, text).toBeLessThan(500)
        expect(text).not.toContain('"internal"')
        if (response.status < 400) answered++
        else {
          refused++
          assertErrorShape(path, text)
        }
      }),
      { numRuns: 120, seed: 20_261_121 },
    )
    // The bodies reach both sides of the checks.
    expect(Math.min(refused, answered)).toBeGreaterThan(3)
  })

  it('refuses what is not declared as JSON', async () => {
    const response = await app.request(`http://localhost${path}`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    assertErrorShape(path, await response.text())
  })

  it('refuses a body that is too large', async () => {
    const response = await post(path, JSON.stringify({ model: 'x'.repeat(2_000_000) }))
    expect(response.status).toBe(413)
  })
})
