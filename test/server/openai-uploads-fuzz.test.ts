/** @file Malformed requests for files, vector stores and jobs: answered or refused, and the server never fails. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

let test: TestWorkspace
let app: ReturnType<typeof createApp>
let file: string
let store: string

beforeAll(async () => {
  test = await openTestWorkspace()
  const { files, stores } = test.workspace.knowledge.uploads
  const upload = await files.begin()
  await upload.write(Buffer.from('# Refunds\n\nRefunds are paid within 14 days.\n'))
  file = (await upload.complete({ filename: 'refunds.md', purpose: 'fine-tune' })).id
  store = (await stores.create({ name: 'fuzz' })).id
  app = createApp(test.workspace, { host: '127.0.0.1' })
})

afterAll(() => test.close())

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', '\0', '\ud800', '__proto__', '$.a', 'FILE', 'created_at', 'last_active_at'),
)
const value = fc.oneof(
  { weight: 3, arbitrary: word },
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, -1, 0, 1, 1e308, true, false, [], {}),
)
const metadata = fc.dictionary(word, value, { maxKeys: 3 })
const ids = fc.array(fc.constantFrom('FILE', '', 'file-x', '\0'), { maxLength: 3 })
const expiry = fc.record({ anchor: word, days: value, seconds: value })
const kinds = fc.constantFrom('eq', 'ne', 'gt', 'lte', 'in', 'nin', 'and', 'or', 'x')
const { filter } = fc.letrec((tie) => ({
  filter: fc.record({
    type: kinds,
    key: word,
    value: fc.oneof(value, fc.array(word, { maxLength: 3 })),
    filters: fc.array(tie('filter'), { maxLength: 2 }),
  }),
}))
const settings = fc.record({ n_epochs: value, learning_rate_multiplier: value, batch_size: value })

type Fields = Record<string, fc.Arbitrary<unknown>>

/** A right body, with some of its fields, or of others, replaced. */
function altered(right: object, fields: Fields): fc.Arbitrary<unknown> {
  const one = fc
    .constantFrom(...Object.keys(fields))
    .chain((name) => fc.oneof(fields[name]!, value).map((changed) => ({ [name]: changed })))
  return fc.array(one, { maxLength: 2 }).map((changes) => Object.assign({}, right, ...changes))
}

const stores = '/v1/vector_stores'
const bodies: Record<string, fc.Arbitrary<unknown>> = {
  [stores]: altered(
    { name: 'a' },
    { name: word, description: word, metadata, file_ids: ids, expires_after: expiry, groups: ids },
  ),
  [`${stores}/STORE`]: altered({ name: 'a' }, { name: word, metadata, expires_after: expiry }),
  [`${stores}/STORE/files`]: altered(
    { file_id: 'FILE' },
    { file_id: word, attributes: metadata, chunking_strategy: fc.record({ type: word }) },
  ),
  [`${stores}/STORE/file_batches`]: altered(
    { file_ids: ['FILE'] },
    { file_ids: ids, files: fc.array(fc.record({ file_id: word })), attributes: metadata },
  ),
  [`${stores}/STORE/search`]: altered(
    { query: 'refunds' },
    {
      query: fc.oneof(word, fc.array(word, { maxLength: 3 })),
      filters: filter,
      max_num_results: value,
      ranking_options: fc.record({ ranker: word, score_threshold: value }),
    },
  ),
  '/v1/fine_tuning/jobs': altered(
    { model: 'graft/base', training_file: 'FILE' },
    {
      training_file: word,
      validation_file: word,
      suffix: word,
      seed: value,
      metadata,
      hyperparameters: settings,
      method: fc.record({ type: word, supervised: fc.record({ hyperparameters: settings }) }),
      graft: fc.record({ rank: value }),
    },
  ),
}

async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await app.request(`http://localhost${path.replace('STORE', store)}`, init)
  const text = await response.clone().text()
  expect(response.status, text).toBeLessThan(500)
  expect(text).not.toContain('query_failed')
  if (response.status >= 400) {
    const { error } = JSON.parse(text) as { error: Record<string, unknown> }
    expect(error.message).toEqual(expect.any(String))
    expect(Object.keys(error)).toEqual(expect.arrayContaining(['type', 'code', 'param']))
  }
  return response
}

describe.each(Object.entries(bodies))('POST %s', (path, body) => {
  it('never fails, whatever the body holds', async () => {
    const any = fc.oneof(
      { weight: 8, arbitrary: body.map((one) => JSON.stringify(one)) },
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('', '{', 'null', '[]', '"FILE"'),
    )
    const counts = { answered: 0, refused: 0 }
    const property = fc.asyncProperty(any, async (text) => {
      const { status } = await send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text.replaceAll('FILE', file),
      })
      counts[status < 400 ? 'answered' : 'refused']++
    })
    await fc.assert(property, { numRuns: 120, seed: 20_261_121 })
    // The bodies reach both sides of the checks.
    expect(Math.min(counts.answered, counts.refused)).toBeGreaterThan(3)
  })
})

describe('ids and queries', () => {
  it('never make the server fail', async () => {
    const hostile = fc.oneof(
      word,
      fc.constantFrom(`'; drop table graft.uploaded_file; --`, '../files', '%', '💶'),
    )
    const routes = fc.constantFrom(
      '/v1/files/ID',
      '/v1/files/ID/content',
      '/v1/files?after=ID',
      '/v1/files?limit=ID',
      '/v1/files?purpose=ID',
      `${stores}/ID`,
      `${stores}?before=ID`,
      `${stores}/STORE/files?filter=ID`,
      `${stores}/STORE/files/ID`,
      `${stores}/STORE/files/ID/content`,
      `${stores}/STORE/file_batches/ID`,
      `${stores}/STORE/file_batches/ID/files`,
      '/v1/fine_tuning/jobs/ID',
      '/v1/fine_tuning/jobs/ID/events',
      '/v1/fine_tuning/jobs?metadata[ID]=ID',
      '/v1/fine_tuning/jobs?order=ID',
      '/v1/files?as=ID',
    )
    const property = fc.asyncProperty(routes, hostile, async (route, id) => {
      await send(route.replaceAll('ID', encodeURIComponent(id.toWellFormed())))
    })
    await fc.assert(property, { numRuns: 400, seed: 20_261_121 })
    expect((await send(`/v1/files/${file}`)).status).toBe(200)
  })
})
