/** @file The embedder that is fitted to the documents: when it comes, how it keeps up, who may replace it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/index.ts'
import type { Knowledge, KnowledgeStatus } from '../../src/knowledge/index.ts'
import { hashedEmbedder } from '../helpers/hashed-embedder.ts'
import { randomSentence, seededRandom } from '../helpers/random.ts'
import { openTestWorkspace, stores, type TestWorkspace } from '../helpers/workspace.ts'

/** A little above the size from which a model is fitted. */
const ENOUGH = 820

const random = seededRandom(42)

/** For the group hr alone. */
const secret = 'Quixotic zephyrs juxtapose quixotic ziggurats.'

/** A document of as many chunks as sections. */
function book(sections: number, sentence = (): string => randomSentence(random, 12)): string {
  return Array.from({ length: sections }, (_, i) => `## Part ${i}\n\n${sentence()}\n`).join('\n')
}

describe.each(stores)('the fitted embedder (%s)', (store) => {
  let test: TestWorkspace
  let knowledge: Knowledge
  let db: Database

  beforeAll(async () => {
    test = await openTestWorkspace({}, store)
    knowledge = test.workspace.knowledge
    db = await test.openStore()
  })

  afterAll(() => test.close())

  const embedderOf = async (of: Knowledge = knowledge): Promise<KnowledgeStatus['embedder']> =>
    (await of.status()).embedder

  /** Vectors by the name of their embedder, those of ended chunks left out. */
  async function vectors(): Promise<Record<string, number>> {
    const rows = await db.query<{ name: string; n: number }>(
      `select m.name, count(c.id) as n from graft.embedder m
         left join graft.embedding e on e.embedder_id = m.id
         left join graft.chunk c on c.id = e.chunk_id and c.valid_to is null
       group by 1 order by 1`,
    )
    return Object.fromEntries(rows.map(({ name, n }) => [name, n]))
  }

  it('stays away while the documents are few', async () => {
    await knowledge.add({ name: 'small.md', text: book(30) })
    expect(await embedderOf()).toBeNull()
    const [best] = await knowledge.search('part')
    expect(best?.legs.lexical).toEqual({ rank: 1, score: expect.any(Number) })
    expect(best?.legs.dense).toBeUndefined()
  })

  it('leaves nothing behind that is used when its first run is interrupted', async () => {
    const interrupt = new AbortController()
    const report = await knowledge.add(
      { name: 'large.md', text: book(ENOUGH) },
      { signal: interrupt.signal, onEmbedding: () => interrupt.abort() },
    )
    expect(report).toMatchObject({ added: 1, failed: [], interrupted: true })
    expect(await embedderOf()).toBeNull()
    expect((await knowledge.search('part')).length).toBe(10)
  })

  it('covers all chunks once there are enough, and removes what was left behind', async () => {
    const steps: number[] = []
    await knowledge.add(
      { name: 'note.md', text: 'A note.' },
      { onEmbedding: (done, total) => steps.push(done / total) },
    )
    const { chunks, embedder } = await knowledge.status()
    expect(embedder).toEqual({ name: 'fitted-2', dimensions: 256, missing: 0 })
    expect(await vectors()).toEqual({ 'fitted-2': chunks })
    expect(steps.at(-1)).toBe(1)
    const [best] = await knowledge.search('part 7')
    expect(best?.legs).toMatchObject({ lexical: { rank: expect.any(Number) } })
  })

  it('serves other openers of the store without fitting again', async () => {
    const guest = (await test.reopen()).knowledge
    const query = 'badenfo gulhirka'
    const [own, theirs] = await Promise.all([knowledge.search(query), guest.search(query)])
    expect(theirs).toEqual(own)
    expect(Object.keys(await vectors())).toEqual(['fitted-2'])
  })

  it('embeds an edited text at once', async () => {
    const text = book(1, () => randomSentence(seededRandom(99), 12))
    await knowledge.add({ name: 'note.md', text })
    expect(await embedderOf()).toEqual({ name: 'fitted-2', dimensions: 256, missing: 0 })
    const [best] = await knowledge.search(text.split('\n').at(-2)!)
    expect(best?.uri).toBe('note.md')
    expect(best?.legs.dense).toMatchObject({ rank: 1, score: expect.closeTo(1, 1) })
  })

  it('is fitted anew when most of the corpus is new to it, and the old model goes', async () => {
    await knowledge.add({ name: 'second.md', text: book(300) })
    expect((await embedderOf())?.name).toBe('fitted-2')
    await knowledge.add({ name: 'vault.md', text: book(40, () => secret) }, { groups: ['hr'] })
    await knowledge.add({ name: 'third.md', text: book(1_000) })
    const { chunks, embedder } = await knowledge.status()
    expect(embedder).toEqual({ name: 'fitted-3', dimensions: 256, missing: 0 })
    expect(await vectors()).toEqual({ 'fitted-3': chunks })
  })

  it('shows a reader nothing of what is closed to it, although the model has seen it', async () => {
    const search = (groups: string[]) => knowledge.search(secret, { reader: { groups }, limit: 50 })
    expect((await search(['hr'])).filter(({ legs }) => legs.dense).length).toBeGreaterThan(30)
    expect(await search([])).toEqual([])
    const open = await search(['everyone'])
    expect(open.filter(({ text }) => /quixotic/i.test(text))).toEqual([])
    expect((await search(['everyone', 'hr']))[0]?.uri).toBe('vault.md')
  })

  it('misses no chunk that is added while it is fitted anew', async () => {
    const writer = (await test.reopen()).knowledge
    let fitting = true
    const edits = (async () => {
      for (let i = 0; fitting; i++) await writer.add({ name: `during-${i % 5}.md`, text: book(3) })
    })()
    await knowledge.add({ name: 'fourth.md', text: book(2_600) })
    fitting = false
    await edits
    const { chunks, embedder } = await knowledge.status()
    expect(embedder).toMatchObject({ missing: 0 })
    expect(embedder?.name).not.toBe('fitted-3')
    expect(await vectors()).toEqual({ [embedder!.name]: chunks })
  })

  it('can be turned off', async () => {
    const off = (await test.reopen({ embedder: false })).knowledge
    const found = await off.search('part 7')
    expect(found.length).toBe(10)
    expect(found.some(({ legs }) => legs.dense)).toBe(false)
    const report = await off.add({ name: 'plain.md', text: book(1) })
    expect(report.failed).toEqual([])
    expect(await embedderOf()).toMatchObject({ missing: 1 })
    await knowledge.add({ name: 'note.md', text: 'Another note.' })
    expect(await embedderOf()).toMatchObject({ missing: 0 })
  })

  it('makes way for a configured embedder, and comes back when there is none', async () => {
    const embedder = hashedEmbedder('bag/64')
    const configured = (await test.reopen({ embedder })).knowledge
    await configured.add({ name: 'note.md', text: 'A third note.' })
    expect(await embedderOf(configured)).toMatchObject({ name: 'bag/64', missing: 0 })
    expect((await knowledge.search('part 7')).some(({ legs }) => legs.dense)).toBe(false)
    await knowledge.add({ name: 'note.md', text: 'A fourth note.' })
    expect((await embedderOf())?.name).toMatch(/^fitted-/)
    expect((await configured.search('part 7')).some(({ legs }) => legs.dense)).toBe(false)
  })
})
