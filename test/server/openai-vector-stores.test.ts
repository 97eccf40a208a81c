/** @file /v1/vector_stores through the official client: from upload to search and back to nothing. */
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { type ServedClient, serveClient } from './openai-client.ts'
import { completed, page, search, upload } from './openai-uploads.ts'

let test: TestWorkspace
let served: ServedClient
let client: OpenAI
const polling = { pollIntervalMs: 50 }

beforeAll(async () => {
  test = await openTestWorkspace()
  served = await serveClient(test.workspace)
  client = served.client
})

afterAll(async () => {
  await served.close()
  await test.close()
})

describe('the story of a vector store', () => {
  it('goes from upload to search with filters, and deletion leaves nothing', async () => {
    const refunds = await upload(
      client,
      'refunds.md',
      page('Refunds', 'Refunds are paid in 14 days.'),
    )
    const shipping = await upload(
      client,
      'shipping.md',
      page('Shipping', 'Refunds of shipping are rare.'),
    )
    const created = await client.vectorStores.create({
      name: 'help',
      description: 'what customers ask',
      metadata: { team: 'support' },
      expires_after: { anchor: 'last_active_at', days: 7 },
      file_ids: [refunds],
    })
    expect(created).toMatchObject({
      object: 'vector_store',
      name: 'help',
      metadata: { team: 'support' },
      expires_after: { anchor: 'last_active_at', days: 7 },
      file_counts: { total: 1, failed: 0, cancelled: 0 },
    })
    expect(created.expires_at! - created.last_active_at!).toBe(7 * 24 * 3_600)
    const { id } = created
    const attached = await client.vectorStores.files.createAndPoll(
      id,
      { file_id: shipping, attributes: { region: 'eu', year: 2_026, draft: false } },
      polling,
    )
    expect(attached).toMatchObject({ id: shipping, status: 'completed', last_error: null })
    const store = await completed(client, id)
    expect(store.file_counts).toMatchObject({ completed: 2, in_progress: 0, total: 2 })
    expect(store.usage_bytes).toBeGreaterThan(100)

    const [first] = await search(client, id, 'When are refunds paid?')
    expect(first).toMatchObject({ file_id: refunds, filename: 'refunds.md', attributes: {} })
    expect(first!.content[0]).toMatchObject({ type: 'text' })
    expect(first!.content[0]!.text).toContain('Refunds are paid in 14 days.')
    const filtered = await search(client, id, 'refunds', {
      filters: {
        type: 'and',
        filters: [
          { type: 'eq', key: 'region', value: 'eu' },
          { type: 'gte', key: 'year', value: 2_026 },
        ],
      },
    })
    expect(filtered.map(({ file_id }) => file_id)).toEqual([shipping])
    expect(filtered[0]!.attributes).toEqual({ region: 'eu', year: 2_026, draft: false })

    await client.vectorStores.files.update(shipping, {
      vector_store_id: id,
      attributes: { region: 'us' },
    })
    const german = { filters: { type: 'eq', key: 'region', value: 'eu' } } as const
    expect(await search(client, id, 'refunds', german)).toEqual([])

    const [content] = (await client.vectorStores.files.content(refunds, { vector_store_id: id }))
      .data
    expect(content).toMatchObject({ type: 'text', text: expect.stringContaining('# Refunds') })

    await client.vectorStores.files.delete(shipping, { vector_store_id: id })
    const left = await search(client, id, 'refunds')
    expect(left.map(({ file_id }) => file_id)).toEqual([refunds])
    await client.files.delete(refunds)
    expect(await search(client, id, 'refunds')).toEqual([])
    expect(await client.vectorStores.delete(id)).toEqual({
      id,
      object: 'vector_store.deleted',
      deleted: true,
    })
    await expect(client.vectorStores.retrieve(id)).rejects.toMatchObject({ status: 404 })
    await client.files.delete(shipping)
    const { workspace } = test
    expect(await workspace.knowledge.status()).toMatchObject({ documents: 0, versions: 0 })
    expect(await workspace.knowledge.search('refunds', { asOf: '2999-01-01' })).toEqual([])
  })

  it('gives the exact place of each result in the stored version', async () => {
    const id = await upload(client, 'euro.md', page('Prices 💶', 'A seat costs 9 € a month.'))
    const store = await client.vectorStores.create({ name: 'x', file_ids: [id] })
    await completed(client, store.id)
    const [hit] = (await search(client, store.id, 'What does a seat cost?')) as unknown as {
      content: { text: string }[]
      graft: { version_id: string; start: number; end: number }
    }[]
    const { version_id, start, end } = hit!.graft
    const { text } = await test.workspace.knowledge.version(version_id)
    expect(text.slice(start, end)).toBe(hit!.content[0]!.text)
    await client.vectorStores.delete(store.id)
    await client.files.delete(id)
  })
})

describe('files that cannot be used', () => {
  it('fail by themselves, with a reason, and leave the others alone', async () => {
    const good = await upload(client, 'good.md', page('Good', 'This one is fine.'))
    const empty = await upload(client, 'empty.md', '')
    const binary = await upload(client, 'image.bin', '\x89PNG\r\n\x1a\n\0\0\0\x01')
    const hostile = await upload(client, 'broken.json', '{"a": \0\ud800 }')
    const store = await client.vectorStores.create({ name: 'mixed' })
    const batch = await client.vectorStores.fileBatches.createAndPoll(
      store.id,
      { file_ids: [good, empty, binary, hostile], attributes: { kind: 'mixed' } },
      polling,
    )
    expect(batch).toMatchObject({
      object: 'vector_store.files_batch',
      status: 'completed',
      file_counts: { completed: 1, failed: 3, total: 4 },
    })
    const listFailed = await client.vectorStores.fileBatches.listFiles(batch.id, {
      vector_store_id: store.id,
      filter: 'failed',
      order: 'asc',
    })
    expect(
      listFailed.data.map(({ id, last_error }) => [id, last_error?.code, last_error?.message]),
    ).toEqual([
      [empty, 'invalid_file', expect.stringContaining('empty_document')],
      [binary, 'unsupported_file', expect.stringContaining('binary_document')],
      [hostile, expect.any(String), expect.any(String)],
    ])
    const files = client.vectorStores.files.list(store.id, { limit: 1, order: 'asc' })
    const listed = await Array.fromAsync(files)
    expect(listed.map(({ id }) => id)).toEqual([good, empty, binary, hostile])
    expect(listed[0]!.attributes).toEqual({ kind: 'mixed' })
    await expect(
      client.vectorStores.files.content(empty, { vector_store_id: store.id }),
    ).rejects.toMatchObject({ status: 404 })
    await client.vectorStores.delete(store.id)
    for (const id of [good, empty, binary, hostile]) await client.files.delete(id)
  })
})

describe('a batch', () => {
  it('gives each file its own attributes', async () => {
    const ids = [
      await upload(client, 'a.md', page('A', 'Alpha.')),
      await upload(client, 'b.md', page('B', 'Beta.')),
    ]
    const { id } = await client.vectorStores.create({})
    const files = ids.map((file_id, i) => ({ file_id, attributes: { number: i } }))
    const batch = await client.vectorStores.fileBatches.createAndPoll(id, { files }, polling)
    expect(batch.status).toBe('completed')
    const above = { filters: { type: 'gt', key: 'number', value: 0 } } as const
    expect(
      (await search(client, id, 'Alpha or Beta?', above)).map(({ file_id }) => file_id),
    ).toEqual([ids[1]])
    await client.vectorStores.delete(id)
    for (const file of ids) await client.files.delete(file)
  })

  it('that is cancelled leaves nothing of what had not been processed', async () => {
    const text = Array.from({ length: 400 }, (_, i) => page(`Topic ${i}`, `Fact ${i}.`)).join('\n')
    const ids: string[] = []
    for (let i = 0; i < 6; i++) ids.push(await upload(client, `${i}.md`, `${i}\n\n${text}`))
    const { id } = await client.vectorStores.create({})
    const batch = await client.vectorStores.fileBatches.create(id, { file_ids: ids })
    expect(batch.status).toBe('in_progress')
    const cancelled = await client.vectorStores.fileBatches.cancel(batch.id, {
      vector_store_id: id,
    })
    expect(cancelled.status).toBe('cancelled')
    const { file_counts: counts } = cancelled
    expect(counts.in_progress).toBe(0)
    expect(counts.cancelled).toBeGreaterThan(0)
    const late = await upload(client, 'late.md', page('Late', 'This one came late.'))
    await client.vectorStores.files.createAndPoll(id, { file_id: late }, polling)
    const found = new Set(
      (await search(client, id, 'fact', { max_num_results: 50 })).map((r) => r.file_id),
    )
    expect(found.size).toBeLessThanOrEqual(counts.completed + 1)
    const documents = await test.workspace.knowledge.documents()
    expect(documents).toHaveLength(counts.completed + 1)
    await client.vectorStores.delete(id)
    for (const file of [...ids, late]) await client.files.delete(file)
  })
})

describe('search', () => {
  let id: string
  let ids: string[]

  beforeAll(async () => {
    ids = []
    for (const topic of ['Refunds', 'Invoices', 'Seats'])
      ids.push(
        await upload(client, `${topic}.md`, page(topic, `${topic} are explained on this page.`)),
      )
    const store = await client.vectorStores.create({ file_ids: ids })
    id = store.id
    await completed(client, id)
  })

  afterAll(async () => {
    await client.vectorStores.delete(id)
    for (const file of ids) await client.files.delete(file)
  })

  it('takes several queries, and gives a passage once', async () => {
    const results = await search(client, id, [
      'Where are refunds explained?',
      'Where are seats explained?',
    ])
    expect(
      results
        .slice(0, 2)
        .map(({ filename }) => filename)
        .toSorted(),
    ).toEqual(['Refunds.md', 'Seats.md'])
    expect(results).toHaveLength(3)
    const scores = results.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  })

  it('keeps to the number of results, the threshold and the order of words alone', async () => {
    expect(await search(client, id, 'explained', { max_num_results: 1 })).toHaveLength(1)
    const all = await search(client, id, 'refunds explained')
    const threshold = { ranking_options: { score_threshold: all[0]!.score } }
    expect(await search(client, id, 'refunds explained', threshold)).toHaveLength(1)
    const plain = await search(client, id, 'refunds explained', {
      ranking_options: { ranker: 'none' },
    })
    expect(plain[0]!.file_id).toBe(ids[0])
  })

  it('says which queries were searched', async () => {
    const request = client.vectorStores.search(id, { query: 'seats', rewrite_query: true })
    expect(await (await request.asResponse()).json()).toMatchObject({
      search_query: ['seats'],
      has_more: false,
      next_page: null,
    })
  })
})

describe('a store', () => {
  it('is renamed, gets other metadata and another time to live', async () => {
    const { id } = await client.vectorStores.create({ name: 'old', metadata: { a: '1' } })
    const updated = await client.vectorStores.update(id, {
      name: 'new',
      metadata: { b: '2' },
      expires_after: { anchor: 'last_active_at', days: 1 },
    })
    expect(updated).toMatchObject({ name: 'new', metadata: { b: '2' }, expires_after: { days: 1 } })
    const kept = await client.vectorStores.update(id, { name: 'newer' })
    expect(kept).toMatchObject({ metadata: { b: '2' }, expires_after: { days: 1 } })
    const forever = await client.vectorStores.update(id, { expires_after: null })
    expect(forever).toMatchObject({ expires_after: null, expires_at: null })
    await client.vectorStores.delete(id)
  })

  it('that has expired keeps its name and loses its documents', async () => {
    const file = await upload(client, 'old.md', page('Old', 'An old page.'))
    const expires_after = { anchor: 'last_active_at', days: 1 } as const
    const { id } = await client.vectorStores.create({ file_ids: [file], expires_after })
    await completed(client, id)
    const db = await test.openStore()
    await db.query(
      `update graft.vector_store set last_active_at = now() - interval '2 days' where id = $1`,
      [id],
    )
    expect((await client.vectorStores.retrieve(id)).status).toBe('expired')
    await expect(search(client, id, 'old')).rejects.toMatchObject({
      status: 400,
      code: 'vector_store_expired',
    })
    await expect
      .poll(async () => (await test.workspace.knowledge.documents()).length, { timeout: 20_000 })
      .toBe(0)
    await client.vectorStores.delete(id)
    await client.files.delete(file)
  })

  it('goes on with what was waiting when its server ended', async () => {
    const other = await openTestWorkspace()
    const first = await serveClient(other.workspace)
    const text = Array.from({ length: 300 }, (_, i) => page(`Topic ${i}`, `Fact ${i}.`)).join('\n')
    const ids: string[] = []
    for (let i = 0; i < 4; i++) ids.push(await upload(first.client, `${i}.md`, `${i}\n\n${text}`))
    const { id } = await first.client.vectorStores.create({ file_ids: ids })
    await first.close()
    await other.workspace.close()
    const workspace = await other.reopen()
    const second = await serveClient(workspace)
    await completed(second.client, id)
    const { file_counts } = await second.client.vectorStores.retrieve(id)
    expect(file_counts).toMatchObject({ completed: 4, total: 4 })
    await second.close()
    await other.close()
  })
})
