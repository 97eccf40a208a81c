/** @file What vector stores refuse: requests for what belongs to others, and bodies that say nothing. */
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { type ServedClient, serveClient } from './openai-client.ts'
import { completed, expectRefused, page, search, upload } from './openai-uploads.ts'

let test: TestWorkspace
let served: ServedClient
let client: OpenAI

beforeAll(async () => {
  test = await openTestWorkspace()
  await test.workspace.access.set('ana', ['hr'])
  await test.workspace.access.set('bo', ['sales'])
  served = await serveClient(test.workspace)
  client = served.client
})

afterAll(async () => {
  await served.close()
  await test.close()
})

function as(principal: string): OpenAI {
  return client.withOptions({ defaultQuery: { as: principal } })
}

describe('rights', () => {
  it('keep stores to whoever made them, and files in shared stores to whom they are for', async () => {
    const own = await upload(as('ana'), 'own.md', page('Own', 'The budget of Ana is 5.'))
    const shared = await upload(as('ana'), 'shared.md', page('Shared', 'The budget of all is 9.'), [
      'everyone',
    ])
    const { id } = await as('ana').vectorStores.create({ name: 'private', file_ids: [own, shared] })
    const open = await as('ana').vectorStores.create({
      name: 'open',
      file_ids: [own, shared],
      groups: ['everyone'],
    } as OpenAI.VectorStoreCreateParams)
    await completed(as('ana'), id)
    await completed(as('ana'), open.id)

    const bo = as('bo').vectorStores
    const foreignRequests = [
      () => bo.retrieve(id),
      () => bo.update(id, { name: 'mine' }),
      () => bo.delete(id),
      () => bo.search(id, { query: 'budget' }),
      () => bo.files.list(id),
      () => bo.files.create(id, { file_id: shared }),
      () => bo.files.retrieve(shared, { vector_store_id: id }),
      () => bo.files.content(shared, { vector_store_id: id }),
    ]
    await expectRefused(foreignRequests, { status: 404 })
    expect((await bo.list()).data.map((store) => store.id)).toEqual([open.id])
    expect((await bo.retrieve(open.id)).file_counts.total).toBe(1)
    const found = await search(as('bo'), open.id, 'budget')
    expect(found.map(({ file_id }) => file_id)).toEqual([shared])
    await expect(bo.files.content(own, { vector_store_id: open.id })).rejects.toMatchObject({
      status: 404,
    })
    const changes = [
      () => bo.update(open.id, { name: 'mine' }),
      () => bo.delete(open.id),
      () => bo.files.create(open.id, { file_id: shared }),
      () => bo.files.delete(shared, { vector_store_id: open.id }),
    ]
    await expectRefused(changes, { status: 403, code: 'not_yours' })
    // Not even through one's own store.
    const foreign = await bo.create({ name: 'of bo' })
    await expect(bo.files.create(foreign.id, { file_id: own })).rejects.toMatchObject({
      status: 404,
      code: 'unknown_file',
    })
    const reader = await test.workspace.access.reader('bo')
    const chunks = await test.workspace.knowledge.search('budget of Ana', { reader })
    expect(JSON.stringify(chunks)).not.toContain('budget of Ana is 5')
    for (const store of [id, open.id, foreign.id]) await client.vectorStores.delete(store)
    for (const file of [own, shared]) await client.files.delete(file)
  })
})

describe('bad input', () => {
  const bodies: [string, string, unknown, number][] = [
    ['a number as name', '', { name: 5 }, 400],
    ['a NUL in a name', '', { name: 'a\0' }, 400],
    [
      'too many metadata',
      '',
      { metadata: Object.fromEntries([...Array(17).keys()].entries()) },
      400,
    ],
    ['a file that does not exist', '', { file_ids: ['file-none'] }, 404],
    ['an unknown anchor', '', { expires_after: { anchor: 'created_at', days: 1 } }, 400],
    ['chunks of tokens', '', { chunking_strategy: { type: 'static', static: {} } }, 400],
    ['no file', '/ID/files', {}, 400],
    ['an unknown file', '/ID/files', { file_id: 'file-none' }, 404],
    ['an unknown store', '/vs_none/files', { file_id: 'file-none' }, 404],
    ['a nested attribute', '/ID/files', { file_id: 'x', attributes: { a: { b: 1 } } }, 400],
    ['no files in a batch', '/ID/file_batches', { file_ids: [] }, 400],
    [
      'both kinds of files',
      '/ID/file_batches',
      { file_ids: ['a'], files: [{ file_id: 'a' }] },
      400,
    ],
    ['an unknown batch', '/ID/file_batches/vsfb_none/cancel', {}, 404],
    ['no query', '/ID/search', {}, 400],
    ['an empty query', '/ID/search', { query: ' ' }, 400],
    ['too many results', '/ID/search', { query: 'a', max_num_results: 51 }, 400],
    [
      'a threshold above one',
      '/ID/search',
      { query: 'a', ranking_options: { score_threshold: 2 } },
      400,
    ],
    [
      'an unknown comparison',
      '/ID/search',
      { query: 'a', filters: { type: 'like', key: 'a', value: 'b' } },
      400,
    ],
    ['an empty compound', '/ID/search', { query: 'a', filters: { type: 'and', filters: [] } }, 400],
    [
      'a list for eq',
      '/ID/search',
      { query: 'a', filters: { type: 'eq', key: 'a', value: [1] } },
      400,
    ],
    ['no JSON', '/ID/search', '{', 400],
  ]

  it.each(bodies)('is refused in the shape of the API: %s', async (_, route, body, status) => {
    const { id } = await client.vectorStores.create({})
    const url = `${served.url}/v1/vector_stores${route.replace('ID', id)}`
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(error).toMatchObject({
      type: 'invalid_request_error',
      code: expect.any(String),
      message: expect.any(String),
    })
    expect(error).toHaveProperty('param')
    // Nothing half made is left behind.
    await client.vectorStores.delete(id)
    expect((await client.vectorStores.list()).data).toEqual([])
  })
})
