/** @file The dense leg with a real embedder: what vectors add, and what happens when the embedder changes or fails. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/index.ts'
import type { Embedder, Knowledge } from '../../src/knowledge/index.ts'
import { hashedEmbedder } from '../helpers/hashed-embedder.ts'
import { openTestWorkspace, stores, type TestWorkspace } from '../helpers/workspace.ts'

const synonyms = { car: 'vehicle', automobile: 'vehicle', sick: 'illness', ill: 'illness' }
const texts: Record<string, string> = {
  'transport.md': '# Transport\n\nThe automobile is parked below the office.\n',
  'health.md': '# Health\n\nWhoever is ill calls before nine.\n',
  'food.md': '# Food\n\nThe canteen serves soup on Mondays.\n',
}

describe.each(stores)('the dense leg (%s)', (store) => {
  const embedder = hashedEmbedder('bag/1024', { dimensions: 1024, synonyms })
  let test: TestWorkspace
  let knowledge: Knowledge
  let db: Database

  beforeAll(async () => {
    test = await openTestWorkspace({ embedder }, store)
    knowledge = test.workspace.knowledge
    db = await test.openStore()
    for (const [name, text] of Object.entries(texts)) await knowledge.add({ name, text })
  })

  afterAll(() => test.close())

  it('finds what shares no word with the query', async () => {
    const [best] = await knowledge.search('car')
    expect(best).toMatchObject({ uri: 'transport.md', legs: { dense: { rank: 1 } } })
    expect(best?.legs.lexical).toBeUndefined()
    const lexical = (await test.reopen({})).knowledge
    expect(await lexical.search('car')).toEqual([])
  })

  it('explains the rank and score of both legs', async () => {
    const [best] = await knowledge.search('canteen soup')
    expect(best?.uri).toBe('food.md')
    expect(best?.legs).toMatchObject({ lexical: { rank: 1 }, dense: { rank: 1 } })
    expect(best!.legs.dense!.score).toBeGreaterThan(0)
    expect(best!.legs.dense!.score).toBeLessThanOrEqual(1)
  })

  it('finds a new text and forgets a removed one at once', async () => {
    await knowledge.add({ name: 'bike.md', text: '# Bike\n\nA vehicle with two wheels.\n' })
    expect((await knowledge.search('car')).map(({ uri }) => uri)).toContain('bike.md')
    await knowledge.remove('bike.md')
    const found = await knowledge.search('car', { limit: 50 })
    expect(found.map(({ uri }) => uri)).not.toContain('bike.md')
    expect(found[0]?.uri).toBe('transport.md')
  })

  it('sees what another opener has added', async () => {
    const guest = (await test.reopen()).knowledge
    expect((await guest.search('sick'))[0]?.uri).toBe('health.md')
    await knowledge.add({ name: 'clinic.md', text: '# Clinic\n\nIllness, illness and illness.\n' })
    expect((await guest.search('sick'))[0]?.uri).toBe('clinic.md')
    await guest.remove('clinic.md')
    expect((await knowledge.search('sick')).map(({ uri }) => uri)).not.toContain('clinic.md')
  })

  it('stays with the former embedder until all texts have vectors of the new one', async () => {
    const before = await vectorsOf('bag/1024')
    const other = hashedEmbedder('bag/512', { dimensions: 512, synonyms })
    const switching = (await test.reopen({ embedder: other })).knowledge
    expect(await switching.search('car')).toEqual([])
    expect((await knowledge.search('car'))[0]?.uri).toBe('transport.md')

    await switching.add({ name: 'trigger.md', text: '# Trigger\n\nOne more page about tides.\n' })
    const status = await switching.status()
    expect(status.embedder).toEqual({ name: 'bag/512', dimensions: 512, missing: 0 })
    expect(await vectorsOf('bag/512')).toBe(status.chunks)
    expect((await switching.search('car'))[0]?.uri).toBe('transport.md')

    // The vectors of the former embedder are no longer asked, although they are still there.
    expect(await vectorsOf('bag/1024')).toBe(before)
    const still = await knowledge.search('car')
    expect(still).toEqual([])
    await knowledge.add({ name: 'trigger.md', text: '# Trigger\n\nBack to the former embedder.\n' })
    expect((await knowledge.status()).embedder).toMatchObject({ name: 'bag/1024', missing: 0 })
    expect((await knowledge.search('car'))[0]?.uri).toBe('transport.md')
  })

  it('loses nothing when the embedder fails while a text is added', async () => {
    const flaky = failing(hashedEmbedder('flaky/16', { dimensions: 16 }))
    const workspace = await test.reopen({ embedder: flaky })
    flaky.broken = true
    const text = '# Steady\n\nThe steady page is about lighthouses.\n'
    const report = await workspace.knowledge
      .add({ name: 'steady.md', text })
      .catch((error: unknown) => error)
    expect(JSON.stringify(report)).toContain('embedding_failed')
    expect(await knowledge.search('canteen')).not.toEqual([])
    expect((await knowledge.status()).embedder?.name).toBe('bag/1024')

    flaky.broken = false
    await workspace.knowledge.add({ name: 'steady.md', text })
    expect((await workspace.knowledge.search('lighthouses'))[0]?.uri).toBe('steady.md')
    expect((await workspace.knowledge.status()).embedder).toMatchObject({
      name: 'flaky/16',
      missing: 0,
    })
    await knowledge.add({ name: 'steady.md', text: '# Steady\n\nBack again, lighthouses.\n' })
  })

  it('refuses vectors of another dimension than before, and keeps the last good version', async () => {
    const changing = failing(hashedEmbedder('changing/16', { dimensions: 16 }))
    const workspace = await test.reopen({ embedder: changing })
    await workspace.knowledge.add({ name: 'c.md', text: '# C\n\nThe first lantern text.\n' })
    changing.dimensions = 8
    const report = await workspace.knowledge.add({
      name: 'c.md',
      text: '# C\n\nA second lantern.\n',
    })
    expect(report.failed).toMatchObject([{ uri: 'c.md', code: 'embedder_mismatch' }])
    expect(report.failed[0]?.message).toMatch(/8 dimensions instead of 16/)
    await expect(workspace.knowledge.search('lantern')).rejects.toMatchObject({
      code: 'embedder_mismatch',
    })
    const lexical = (await test.reopen({})).knowledge
    expect((await lexical.search('lantern'))[0]?.text).toContain('The first lantern text.')
  })

  it.each([
    ['too few vectors', async () => []],
    [
      'vectors that are not finite',
      async (all: string[]) => all.map(() => new Float32Array([Number.NaN, 1])),
    ],
  ])('refuses %s', async (name, embed) => {
    const workspace = await test.reopen({ embedder: broken(name, embed) })
    const answer = await workspace.knowledge
      .add({ name: 'bad.md', text: '# Bad\n\nNothing.\n' })
      .catch((error: unknown) => error)
    expect(JSON.stringify(answer)).toContain('embedder_mismatch')
    expect((await knowledge.documents()).map(({ uri }) => uri)).not.toContain('bad.md')
    expect((await knowledge.status()).embedder?.name).toBe('changing/16')
  })

  async function vectorsOf(name: string): Promise<number> {
    const [row] = await db.query<{ n: number }>(
      `select count(*) as n from graft.embedding e join graft.embedder m on m.id = e.embedder_id
         join graft.chunk c on c.id = e.chunk_id where m.name = $1 and c.valid_to is null`,
      [name],
    )
    return row!.n
  }
})

type Failing = Embedder & { broken: boolean; dimensions?: number }

function failing(inner: Embedder): Failing {
  const embedder: Failing = {
    name: inner.name,
    broken: false,
    async embed(texts, options) {
      if (embedder.broken) {
        const { KnowledgeError } = await import('../../src/knowledge/index.ts')
        throw new KnowledgeError('embedding_failed', `${inner.name} is away`, { hint: 'Wait.' })
      }
      const vectors = await inner.embed(texts, options)
      return vectors.map((vector) => vector.slice(0, embedder.dimensions))
    },
  }
  return embedder
}

/** Answers the first call, which asks for the dimension, and misbehaves afterwards. */
function broken(name: string, embed: (texts: string[]) => Promise<Float32Array[]>): Embedder {
  let calls = 0
  return {
    name,
    embed: async (texts) => (calls++ === 0 ? [new Float32Array([1, 1])] : await embed(texts)),
  }
}
