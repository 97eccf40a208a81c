/** @file While a document is replaced again and again, every search sees one whole version of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Knowledge, RetrieveOptions } from '../../src/knowledge/index.ts'
import { hashedEmbedder } from '../helpers/hashed-embedder.ts'
import { openTestWorkspace, stores, type TestWorkspace } from '../helpers/workspace.ts'

const SWAPS = 60
const SECTIONS = 6
const NAME = 'handbook.md'

describe.each(stores)('a document that is replaced while others search (%s)', (store) => {
  let test: TestWorkspace
  let writer: Knowledge
  let guest: Knowledge

  beforeAll(async () => {
    const embedder = hashedEmbedder('swap/64')
    test = await openTestWorkspace({ embedder }, store)
    writer = test.workspace.knowledge
    // A second opener of the same workspace reaches the store over its own connections.
    guest = (await test.reopen({ embedder })).knowledge
    for (let i = 0; i < 20; i++) await writer.add({ name: `other-${i}.md`, text: unrelated(i) })
    await writer.add({ name: NAME, text: handbook(0) })
  })

  afterAll(() => test.close())

  it('shows exactly one whole version to every search', async () => {
    const findings = await whileSwapping(writer, [
      () => searched(writer, 'walrus policy'),
      () => searched(writer, 'walrus policy section'),
      () => searched(guest, 'walrus policy'),
      () => searched(guest, 'walrus policy section'),
    ])
    expect(findings.seen.length).toBeGreaterThan(SWAPS)
    expect(new Set(findings.seen).size).toBeGreaterThan(SWAPS / 4)
    expect(findings.faults).toEqual([])
  })

  it('shows exactly one whole version to searches of the present by date', async () => {
    const future = (): string => new Date(Date.now() + 60_000).toISOString()
    const findings = await whileSwapping(writer, [
      () => searched(writer, 'walrus policy', { asOf: future() }),
      () => searched(guest, 'walrus policy', { asOf: future() }),
    ])
    expect(findings.faults).toEqual([])
    expect(new Set(findings.seen).size).toBeGreaterThan(SWAPS / 4)
  })

  it('shows the same past to every search while the present changes', async () => {
    const moment = (await writer.documents()).find(({ uri }) => uri === NAME)!.validFrom
    const [then] = await searched(writer, 'walrus policy', { asOf: moment })
    const findings = await whileSwapping(writer, [
      () => searched(writer, 'walrus policy', { asOf: moment }),
      () => searched(guest, 'walrus policy', { asOf: moment }),
    ])
    expect(findings.faults).toEqual([])
    expect(new Set(findings.seen)).toEqual(new Set([then]))
  })

  it('never mixes versions in the evidence for one question', async () => {
    const findings = await whileSwapping(writer, [() => quoted(writer), () => quoted(guest)])
    expect(findings.faults).toEqual([])
    expect(new Set(findings.seen).size).toBeGreaterThan(SWAPS / 4)
  })

  it('keeps every version whole in the past', async () => {
    const db = await test.openStore()
    const rows = await db.query<{ chunks: number; versions: number }>(
      `select count(c.id) as chunks, count(distinct v.id) as versions
       from graft.version v join graft.document d on d.id = v.document_id
         left join graft.chunk c on c.version_id = v.id
       where d.uri = $1 group by v.id`,
      [NAME],
    )
    expect(rows.length).toBeGreaterThan(SWAPS)
    expect(new Set(rows.map(({ chunks }) => chunks))).toEqual(new Set([SECTIONS]))
  })
})

type Findings = { seen: string[]; faults: string[] }

let edition = 0

/** Replaces the document SWAPS times while every reader reads in a loop. */
async function whileSwapping(
  knowledge: Knowledge,
  readers: (() => Promise<string[]>)[],
): Promise<Findings> {
  const findings: Findings = { seen: [], faults: [] }
  let swapping = true
  const loops = readers.map(async (read) => {
    while (swapping) {
      const tokens = await read()
      const distinct = new Set(tokens)
      findings.seen.push([...distinct].join('+'))
      if (distinct.size !== 1)
        findings.faults.push(`versions: ${[...distinct].join(' and ') || 'none'}`)
      else if (tokens.length !== SECTIONS) findings.faults.push(`${tokens.length} chunks`)
    }
  })
  for (let i = 0; i < SWAPS; i++) await knowledge.add({ name: NAME, text: handbook(++edition) })
  swapping = false
  await Promise.all(loops)
  return findings
}

/** The edition that each found chunk of the handbook carries. */
async function searched(
  knowledge: Knowledge,
  query: string,
  options: RetrieveOptions = {},
): Promise<string[]> {
  const chunks = await knowledge.search(query, { limit: 50, ...options })
  return chunks.filter(({ uri }) => uri === NAME).map(({ text }) => editionOf(text))
}

async function quoted(knowledge: Knowledge): Promise<string[]> {
  const { sentences } = await knowledge.evidence('What does the walrus policy say?', {
    maxSentences: SECTIONS,
  })
  return sentences.filter(({ uri }) => uri === NAME).map(({ text }) => editionOf(text))
}

function editionOf(text: string): string {
  return /edition-\d+/.exec(text)?.[0] ?? 'no edition'
}

function handbook(number: number): string {
  const sections = Array.from(
    { length: SECTIONS },
    (_, i) =>
      `## Section ${i}\n\nThe walrus policy of edition-${number} says in section ${i} that fish is served.\n`,
  )
  return `# Handbook\n\n${sections.join('\n')}`
}

function unrelated(i: number): string {
  return `# Other ${i}\n\nThis page ${i} is about harbours, tides and lanterns.\n`
}
