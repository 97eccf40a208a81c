/** @file Search over a few thousand chunks: filters are exact, hostile queries are harmless, both legs agree. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/index.ts'
import type { Knowledge, RetrievedChunk, RetrieveOptions } from '../../src/knowledge/index.ts'
import { toSqlFilter } from '../../src/knowledge/retrieve/filter.ts'
import {
  hydrate,
  passingChunks,
  rescore,
  searchCurrent,
  searchVector,
} from '../../src/knowledge/retrieve/queries.ts'
import { hashedEmbedder } from '../helpers/hashed-embedder.ts'
import { randomSentence, seededRandom } from '../helpers/random.ts'
import {
  openTestWorkspace,
  stores,
  type TestWorkspace,
  temporaryFolder,
} from '../helpers/workspace.ts'

const DOCUMENTS = 440
const SECTIONS = 6
/** In every chunk, so that only the filter decides. */
const COMMON = 'harbour'

type StoredChunk = {
  id: string
  uri: string
  collection: string
  groups: string[]
  validFrom: Date
  /** BM25 by comparing each row, without the index. */
  score: number
  /** Cosine similarity to the query's vector. */
  similarity: number
}

describe.each(stores)('search over thousands of chunks (%s)', (store) => {
  const folder = temporaryFolder()
  const embedder = hashedEmbedder('filters/32', { dimensions: 32 })
  let test: TestWorkspace
  let knowledge: Knowledge
  let db: Database
  let lexical: Knowledge
  let all: StoredChunk[]
  let secondWave: string

  beforeAll(async () => {
    test = await openTestWorkspace({ embedder }, store)
    knowledge = test.workspace.knowledge
    lexical = (await test.reopen({})).knowledge
    db = await test.openStore()
    writeCorpus(folder)
    await knowledge.add(path.join(folder, 'main'))
    await knowledge.add(path.join(folder, 'tiny'), { collection: 'tiny' })
    await knowledge.add(path.join(folder, 'vault'), { groups: ['hr'] })
    await new Promise((resolve) => setTimeout(resolve, 20))
    secondWave = new Date().toISOString()
    for (const uri of ['late/one.md', 'late/two.md']) write(path.join(folder, 'main', uri), 6)
    await knowledge.add(path.join(folder, 'main'))
    const [vector] = await embedder.embed([COMMON], { kind: 'query' })
    all = await db.transaction(async (tx) => {
      await tx.query('set local enable_indexscan = off')
      return await tx.query<StoredChunk>(
        `select c.id::text as id, d.uri, d.collection, d.groups, c.valid_from as "validFrom",
           -(c.search_text <@> to_bm25query($1, 'graft.chunk_current_bm25')) as score,
           1 - (e.vector <=> $2::vector) as similarity
         from graft.chunk c join graft.document d on d.id = c.document_id
           join graft.embedding e on e.chunk_id = c.id
         where c.valid_to is null`,
        [COMMON, `[${vector!.join(',')}]`],
      )
    })
  }, 120_000)

  afterAll(async () => {
    await test.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('holds the whole corpus', () => {
    expect(all.length).toBe((DOCUMENTS + 4 + 3 + 5 + 2) * SECTIONS)
  })

  const filters: [string, RetrieveOptions, (chunk: StoredChunk) => boolean][] = [
    ['a folder', { path: 'deep/rare/**' }, (c) => c.uri.startsWith('deep/rare/')],
    ['a file name', { path: 'page-7.md' }, (c) => c.uri === 'page-7.md'],
    ['a collection', { collections: ['tiny'] }, (c) => c.collection === 'tiny'],
    ['a group', { reader: { groups: ['hr'] } }, (c) => c.groups.includes('hr')],
    ['no group', { reader: { groups: [] } }, () => false],
    ['an unknown collection', { collections: ['none'] }, () => false],
  ]

  it.each(filters)('returns every chunk that passes a filter on %s', async (_, options, passes) => {
    const expected = all
      .filter(passes)
      .map(({ id }) => id)
      .sort()
    expect(expected.length).toBeLessThan(100)
    expect(idsOf(await lexical.search(COMMON, { limit: 200, ...options }))).toEqual(expected)
    const both = await knowledge.search(COMMON, { limit: 200, ...options })
    expect(idsOf(both)).toEqual(expected)
    expect(both.every(({ legs }) => legs.lexical && legs.dense)).toBe(true)
  })

  it('returns every chunk that passes a filter on the time', async () => {
    const late = all.filter((c) => c.validFrom >= new Date(secondWave)).map(({ id }) => id)
    expect(late.length).toBe(2 * SECTIONS)
    const since = await lexical.search(COMMON, { limit: 200, since: secondWave })
    expect(idsOf(since)).toEqual(late.sort())
    const until = await lexical.search(COMMON, {
      limit: 200,
      until: secondWave,
      path: '{late,deep/rare}/**',
    })
    expect(until).toEqual([])
    const rare = { path: 'deep/rare/**', until: secondWave }
    expect(await lexical.search(COMMON, { limit: 200, ...rare })).toHaveLength(4 * SECTIONS)
    expect(await knowledge.search(COMMON, { limit: 200, since: '2999-01-01' })).toEqual([])
  })

  it('combines filters', async () => {
    const options = { path: '**/two.md', since: secondWave, collections: ['default'], limit: 200 }
    const chunks = await knowledge.search(COMMON, options)
    expect(new Set(chunks.map(({ uri }) => uri))).toEqual(new Set(['late/two.md']))
    expect(chunks).toHaveLength(SECTIONS)
    expect(await knowledge.search(COMMON, { ...options, reader: { groups: ['hr'] } })).toEqual([])
  })

  it('ranks as a comparison with every chunk does', async () => {
    const found = await lexical.search(COMMON, { limit: 50 })
    const best = all.map(({ score }) => score).sort((a, b) => b - a)
    for (const [i, { legs }] of found.entries())
      expect(legs.lexical?.score).toBeCloseTo(best[i]!, 3)
    const rare = all.filter(({ uri }) => uri.startsWith('deep/rare/'))
    const inside = await knowledge.search(COMMON, { limit: 50, path: 'deep/rare/**' })
    const similarities = new Map(rare.map(({ id, similarity }) => [id, similarity]))
    for (const { chunkId, legs } of inside)
      expect(legs.dense?.score).toBeCloseTo(similarities.get(chunkId)!, 2)
  })

  it('gives as many chunks as the limit says', async () => {
    const count = async (limit: number): Promise<number> =>
      (await lexical.search(COMMON, { limit })).length
    expect(await count(1)).toBe(1)
    expect(await count(37)).toBe(37)
    expect(await count(10_000)).toBe(200)
    expect(await Promise.all([0, -1, Number.NaN].map(count))).toEqual([0, 0, 0])
    expect(await lexical.search(COMMON)).toHaveLength(10)
  })

  it('checks the rights in every statement by itself', async () => {
    const filter = toSqlFilter({ reader: { groups: ['hr'] } })
    const ids = all.map(({ id }) => Number(id))
    const own = all.filter(({ groups }) => groups.includes('hr')).map(({ id }) => Number(id))
    const vector = (await embedder.embed([COMMON], { kind: 'query' }))[0]!
    const [row] = await db.query<{ id: number }>('select id from graft.embedder where active')
    const results: Record<string, number[]> = {
      searchCurrent: (await searchCurrent(db, COMMON, filter, 5_000)).map(({ id }) => id),
      hydrate: (await hydrate(db, ids, filter)).map(({ chunkId }) => Number(chunkId)),
      rescore: (await rescore(db, row!.id, vector, ids, filter)).map(({ id }) => id),
      searchVector: (await searchVector(db, row!.id, vector, filter, 5_000)).map(({ id }) => id),
      passingChunks: [...(await passingChunks(db, filter))],
    }
    for (const [name, found] of Object.entries(results))
      expect(new Set(found), name).toEqual(new Set(own))
  })

  it('reads the past with the same filters', async () => {
    const moment = new Date().toISOString()
    const at = path.join(folder, 'main/deep/rare/page-0.md')
    write(at, 2)
    await knowledge.add(path.join(folder, 'main'))
    const then = await lexical.search(COMMON, { limit: 200, path: 'deep/rare/**', asOf: moment })
    const now = await lexical.search(COMMON, { limit: 200, path: 'deep/rare/**' })
    expect(then).toHaveLength(4 * SECTIONS)
    expect(now).toHaveLength(3 * SECTIONS + 2)
    expect(then.filter(({ validTo }) => validTo !== null)).toHaveLength(SECTIONS)
    const asReader = { reader: { groups: ['hr'] }, asOf: moment, limit: 200 }
    const readable = await lexical.search(COMMON, asReader)
    expect(new Set(readable.map(({ uri }) => path.dirname(uri)))).toEqual(new Set(['.']))
    expect(readable).toHaveLength(5 * SECTIONS)
    expect(await lexical.search(COMMON, { asOf: '2001-01-01', limit: 200 })).toEqual([])
    write(at, SECTIONS)
    await knowledge.add(path.join(folder, 'main'))
  })

  it('finds the version that its own validFrom names', async () => {
    const document = (await knowledge.documents()).find(({ uri }) => uri === 'page-3.md')!
    const options = { asOf: document.validFrom, path: 'page-3.md', limit: 50 }
    const found = (await lexical.search(COMMON, options)).filter(({ uri }) => uri === document.uri)
    expect(found).toHaveLength(SECTIONS)
    expect(new Set(found.map(({ versionId }) => versionId))).toEqual(new Set([document.versionId]))
  })

  it('survives a query of any kind', async () => {
    for (const query of hostileQueries) {
      const name = JSON.stringify(query.slice(0, 40))
      expect(Array.isArray(await knowledge.search(query)), name).toBe(true)
      expect((await knowledge.evidence(query)).query, name).toBe(query)
    }
    expect(await lexical.search('the of and')).toEqual([])
    expect(await lexical.search('')).toEqual([])
    expect(await lexical.search(`${COMMON}'; drop table graft.chunk; --`)).not.toEqual([])
    const [row] = await db.query<{ n: number }>('select count(*) as n from graft.chunk')
    expect(row!.n).toBeGreaterThanOrEqual(all.length)
  })

  it('survives a filter of any kind', async () => {
    for (const glob of hostileGlobs) {
      const found = await lexical.search(COMMON, { path: glob })
      expect(found, glob).toEqual([])
    }
    const hostile = `tiny' or true --`
    expect(await lexical.search(COMMON, { collections: [hostile] })).toEqual([])
    expect(await lexical.search(COMMON, { reader: { groups: [hostile] } })).toEqual([])
  })

  it.each([
    'yesterday',
    '2026-13-40',
    '20261120',
    '0000-01-01',
    '2026-',
    '99999-01-01',
    '2026-1-1',
  ])('names the date that it cannot read: %s', async (date) => {
    const error = lexical.search(COMMON, { asOf: date })
    await expect(error).rejects.toMatchObject({ code: 'invalid_date', hint: expect.any(String) })
  })
})

describe.each(stores)('globs and collections (%s)', (store) => {
  let test: TestWorkspace
  let knowledge: Knowledge

  beforeAll(async () => {
    test = await openTestWorkspace({}, store)
    knowledge = test.workspace.knowledge
    for (const name of [
      'readme.md',
      'billing/refunds.md',
      'billing/eu/refunds.md',
      'billing.md',
      'a+b (1) [x].md',
      'notes.txt',
      'Größe/öl.md',
    ]) {
      await knowledge.add({ name, text: `# Page\n\nThe ${COMMON} is open.\n` })
    }
    await knowledge.add(
      { name: 'readme.md', text: `# Second\n\nThe ${COMMON} is closed.\n` },
      { collection: 'second' },
    )
  })

  afterAll(() => test.close())

  it.each([
    [
      '*.md',
      [
        'a+b (1) [x].md',
        'billing.md',
        'billing/eu/refunds.md',
        'billing/refunds.md',
        'Größe/öl.md',
        'readme.md',
        'readme.md',
      ],
    ],
    ['billing/**', ['billing/eu/refunds.md', 'billing/refunds.md']],
    ['billing/*', ['billing/refunds.md']],
    ['billing/**/refunds.md', ['billing/eu/refunds.md', 'billing/refunds.md']],
    ['**/refunds.md', ['billing/eu/refunds.md', 'billing/refunds.md']],
    ['refunds.md', ['billing/eu/refunds.md', 'billing/refunds.md']],
    ['billing?md', ['billing.md']],
    ['a+b (1) [x].md', ['a+b (1) [x].md']],
    ['Größe/?l.md', ['Größe/öl.md']],
    ['notes.*', ['notes.txt']],
    [
      '*',
      [
        'a+b (1) [x].md',
        'billing.md',
        'billing/eu/refunds.md',
        'billing/refunds.md',
        'Größe/öl.md',
        'notes.txt',
        'readme.md',
        'readme.md',
      ],
    ],
  ])('matches %s', async (glob, uris) => {
    const found = await knowledge.search(COMMON, { path: glob, limit: 50 })
    expect(found.map(({ uri }) => uri).sort()).toEqual([...uris].sort())
  })

  it('keeps the same name in two collections apart', async () => {
    const inBoth = await knowledge.search(COMMON, { path: 'readme.md' })
    expect(inBoth.map(({ collection }) => collection).sort()).toEqual(['default', 'second'])
    const [second] = await knowledge.search(COMMON, { collections: ['second'] })
    expect(second).toMatchObject({ collection: 'second', title: 'Second' })
    await knowledge.remove('readme.md', { collection: 'second' })
    const left = await knowledge.search(COMMON, { path: 'readme.md' })
    expect(left.map(({ collection }) => collection)).toEqual(['default'])
  })
})

const hostileQueries = [
  '',
  ' \n\t ',
  '\0',
  `${COMMON}\0${COMMON}`,
  "'",
  '"',
  '\\',
  '$1 $2 %s {0}',
  `'); drop table graft.chunk; --`,
  `" or 1=1 --`,
  'the of and a to',
  '🦭🌊 👩‍👩‍👧',
  '\ud800 lone \udfff',
  `${COMMON} & ! | <-> (:*)`,
  '*'.repeat(500),
  '(('.repeat(500),
  'x'.repeat(100_000),
  `${COMMON} `.repeat(12_500),
  'ﷺ'.repeat(3_999),
  '漢字かな交じり文',
  'א‎ב‏ג',
  '\u0001\u0007\u001f\u007f',
]

const hostileGlobs = [
  '[',
  '(',
  '***=x',
  '\\',
  '^$',
  'a{1,99999}',
  '(?i)page',
  '"',
  "'",
  '.*',
  '%',
  '💧',
]

function idsOf(chunks: RetrievedChunk[]): string[] {
  return chunks.map(({ chunkId }) => chunkId).sort()
}

const random = seededRandom(20_261_120)

function writeCorpus(folder: string): void {
  const main = (uri: string): string => path.join(folder, 'main', uri)
  for (let i = 0; i < DOCUMENTS; i++)
    write(main(i % 2 ? `page-${i}.md` : `wide/page-${i}.md`), SECTIONS)
  for (let i = 0; i < 4; i++) write(main(`deep/rare/page-${i}.md`), SECTIONS)
  for (let i = 0; i < 3; i++) write(path.join(folder, 'tiny', `small-${i}.md`), SECTIONS)
  for (let i = 0; i < 5; i++) write(path.join(folder, 'vault', `closed-${i}.md`), SECTIONS)
}

function write(file: string, sections: number): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const texts = Array.from({ length: sections }, (_, i) => {
    const repeats = random.between(1, 4)
    const sentences = Array.from({ length: repeats }, () => randomSentence(random, 9)).join(' ')
    return `## Section ${i}\n\n${`The ${COMMON} counts. `.repeat(repeats)}${sentences}\n`
  })
  writeFileSync(file, texts.join('\n'))
}
