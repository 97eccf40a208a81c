/** @file What is measured of documents, questions and examples. */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureExamples, readProbe, type Signals } from '../../src/advise/index.ts'
import type { Database } from '../../src/db/index.ts'
import {
  openTestWorkspace,
  stores,
  type TestWorkspace,
  temporaryFolder,
} from '../helpers/workspace.ts'

const cwd = temporaryFolder()
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const repeated = `The warranty covers parts and work for two years from the day of the purchase. ${'It ends early where the device was opened by somebody who has no licence. '.repeat(3)}`
const pages: Record<string, string> = {
  'a.md': `# Warranty\n\n${repeated}\n`,
  'b.md': `# Warranty\n\n${repeated}\n`,
  'refunds.md': '# Refunds\n\nRefunds are paid within 14 days after the return was received.\n',
  'secret.md':
    '# Margins\n\nThe margin of the workshop is 31 percent, and only the board knows it.\n',
}

describe.each(stores)('measure (%s)', (store) => {
  let test: TestWorkspace
  let db: Database

  beforeAll(async () => {
    test = await openTestWorkspace({ embedder: false }, store)
    db = await test.openStore()
    for (const [name, text] of Object.entries(pages))
      await test.workspace.knowledge.add(
        { name, text },
        name === 'secret.md' ? { groups: ['board'] } : {},
      )
    await test.workspace.access.set('ana', [])
  })
  afterAll(() => test.close())

  const measure = async (principal?: string, days = 40): Promise<Signals> => {
    const now = new Date(Date.now() + days * 86_400_000)
    return await test.workspace.measure({
      now,
      reader: await test.workspace.access.reader(principal),
    })
  }

  it('finds nothing in an empty workspace', async () => {
    const empty = await openTestWorkspace({ embedder: false })
    expect(await empty.workspace.measure()).toEqual({})
    await empty.close()
  })

  it('counts tokens and repeated passages of what the reader may read', async () => {
    const { chars } = await test.workspace.knowledge.status()
    const all = await measure()
    const own = await measure('ana')
    expect(all.corpusTokens!.value).toBe(Math.ceil(chars / 4))
    const secret = all.corpusTokens!.value - own.corpusTokens!.value
    expect(Math.abs(secret - pages['secret.md']!.length / 4)).toBeLessThan(4)
    // Both long passages repeat; the short pages are below the length that matters.
    expect(all.repeatedShare).toMatchObject({ value: 1, how: 'of 2 passages' })
  })

  it('says nothing of the pace before two weeks are over', async () => {
    expect(await measure(undefined, 10)).not.toHaveProperty('changeDays')
    expect(await measure(undefined, 40)).toMatchObject({
      changeDays: { value: 0, how: 'history of 39 days' },
      changedShare: { value: 0 },
    })
  })

  it('counts days with a change, of readable documents, after the first day', async () => {
    // Two versions replaced 20 and 10 days after the first day, one of a document that only the board reads.
    for (const [name, day] of [
      ['refunds.md', 20],
      ['secret.md', 10],
    ] as const) {
      await db.query(
        `insert into graft.version (id, document_id, title, media_type, content_hash, text, chars, metadata, valid_from, valid_to)
         select v.id || '_old', v.document_id, v.title, v.media_type, 'old', v.text, v.chars, v.metadata, v.valid_from,
           v.valid_from + make_interval(days => $2)
         from graft.version v join graft.document d on d.id = v.document_id where d.uri = $1 and v.valid_to is null`,
        [name, day],
      )
      await db.query(
        `update graft.version v set valid_from = v.valid_from + make_interval(days => $2)
         from graft.document d where d.id = v.document_id and d.uri = $1 and v.valid_to is null`,
        [name, day],
      )
    }
    const all = await measure()
    expect(all.changeDays!.value).toBeCloseTo((2 * 30) / 39, 3)
    expect(all.changedShare!.value).toBeCloseTo((0.5 * 30) / 39, 3)
    const own = await measure('ana')
    expect(own.changeDays!.value).toBeCloseTo(30 / 39, 3)
    expect(own.changedShare!.value).toBeCloseTo(((1 / 3) * 30) / 39, 3)
  })

  it('asks the search which questions the documents answer, as the reader', async () => {
    const questions = ['Within how many days are refunds paid?', 'Who won the cup of 1954?']
    const progress: number[] = []
    const found = await test.workspace.measure({
      questions,
      onProgress: (done) => progress.push(done),
    })
    expect(progress).toEqual([1, 2])
    expect(found.unansweredShare).toMatchObject({ value: 0.5 })
    expect(found.unansweredShare!.low).toBeLessThan(0.1)
    const stop = AbortSignal.abort()
    await expect(test.workspace.measure({ questions, signal: stop })).rejects.toMatchObject({
      code: 'measuring_stopped',
    })
  })
})

describe('measureExamples', () => {
  const file = path.join(cwd, 'examples.jsonl')
  const write = (rows: readonly object[]): void =>
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const topics = ['parking', 'holidays', 'the canteen', 'laptops', 'travel', 'insurance', 'badges']
  const rows = topics.flatMap((topic, at) =>
    ['Where do I ask about', 'What is new with'].map((start, half) => ({
      prompt: `${start} ${topic}, please?`,
      completion: JSON.stringify({ desk: `desk ${at}`, topic, urgent: half === 0 }),
    })),
  )

  it('counts usable examples and their common form', async () => {
    write(rows)
    expect(await measureExamples(file)).toMatchObject({
      examples: { value: 14 },
      exampleConsistency: { value: 1 },
      labelNoise: { value: 0 },
      personalDataShare: { value: 0 },
    })
  })

  it('leaves duplicates and rows with errors out, and sees personal data and contradictions', async () => {
    const mail = { prompt: 'Whom do I write to?', completion: '{"desk":"jo.kim@mills-law.com"}' }
    const other = { ...rows[0]!, completion: '{"desk":"desk 9","topic":"parking","urgent":false}' }
    write([...rows, rows[3]!, { prompt: 'No reply?' }, mail, other])
    const found = await measureExamples(file)
    expect(found.examples!.value).toBe(16)
    expect(found.personalDataShare!.value).toBeCloseTo(1 / 18, 9)
    expect(found.labelNoise!.value).toBeGreaterThan(0)
  })

  it('counts none in an empty file', async () => {
    write([])
    expect(await measureExamples(file)).toMatchObject({ examples: { value: 0 } })
  })
})

describe('readProbe', () => {
  const file = path.join(cwd, 'probe.json')
  const read = (probe: unknown): Promise<Signals> => {
    writeFileSync(file, JSON.stringify(probe))
    return readProbe(file)
  }

  it('reads measurements with their intervals', async () => {
    const voice = { value: 0.3, low: 0.2, high: 0.4, items: 60 }
    const found = await read({ version: 1, headroom: { voice }, fewShotTokens: 900 })
    expect(found).toEqual({
      voiceHeadroom: { value: 0.3, low: 0.2, high: 0.4, how: `measured by ${file} on 60 items` },
      fewShotTokens: { value: 900, how: `measured by ${file}` },
    })
  })

  it.each([
    [{ version: 2, headroom: {} }],
    [{ version: 1 }],
    [{ version: 1, headroom: { voice: { value: 0.5, low: 0.6, high: 0.7 } } }],
    [[]],
  ])('refuses %j', async (probe) => {
    await expect(read(probe)).rejects.toMatchObject({ code: 'invalid_probe' })
  })
})
