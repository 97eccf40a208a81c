import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textInput } from '../../../test/fixtures/documents/fixture.ts'
import { markdownDocument } from '../parse/markdown.ts'
import { parseDocument } from '../parse/parse-document.ts'
import type { ParsedDocument } from '../parse/parsed-document.ts'
import type { Chunk, ChunkOptions } from './chunk.ts'
import { chunkDocument } from './chunk-document.ts'

type Cut = { document: ParsedDocument; chunks: Chunk[]; texts: string[]; quotes: string[][] }

function cut(source: string, options?: ChunkOptions): Cut {
  const document = markdownDocument(source, 'file-name.md')
  const chunks = chunkDocument(document, options)
  const slice = ({ start, end }: { start: number; end: number }): string =>
    document.text.slice(start, end)
  return {
    document,
    chunks,
    texts: chunks.map(slice),
    quotes: chunks.map((chunk) => chunk.sentences.map(slice)),
  }
}

const sentence = 'This sentence has exactly fifty characters, I hope. '

describe('chunkDocument', () => {
  it('cuts at headings and starts each chunk at its own', () => {
    const { chunks, texts, quotes } = cut(
      '# Guide\n\nIntro. More.\n\n## Setup\n\n### Linux\n\nRun it.\n\n## Use\n\nUse it.\n',
    )
    expect(texts).toEqual(['# Guide\n\nIntro. More.', '### Linux\n\nRun it.', '## Use\n\nUse it.'])
    expect(chunks.map((chunk) => chunk.headingPath)).toEqual([
      ['Guide'],
      ['Guide', 'Setup', 'Linux'],
      ['Guide', 'Use'],
    ])
    expect(chunks.map((chunk) => chunk.searchText)).toEqual([
      'Guide\nIntro. More.',
      'Guide > Setup > Linux\nRun it.',
      'Guide > Use\nUse it.',
    ])
    expect(quotes[0]).toEqual(['Intro.', 'More.'])
    expect(chunks.map((chunk) => chunk.ordinal)).toEqual([0, 1, 2])
  })

  it('puts the title first where it is not the first heading', () => {
    expect(cut('Text.').chunks[0]!.headingPath).toEqual(['File name'])
    expect(cut('---\ntitle: T\n---\n# H\n\nText.').chunks[0]!.headingPath).toEqual(['T', 'H'])
    expect(cut('---\ntitle: "guide"\n---\n# Guide\n\nText.').chunks[0]!.headingPath).toEqual([
      'Guide',
    ])
  })

  it('makes one chunk of a document of headings', () => {
    const { chunks, texts } = cut('# A\n\n## B\n\n## C')
    expect(texts).toEqual(['## B\n\n## C'])
    expect(chunks[0]).toMatchObject({ searchText: 'A > C\nB', sentences: [] })
  })

  it('keeps the words of headings over nothing with the next section, or the last', () => {
    expect(cut('# A\n\n## Empty\n\n## B\n\nText.').texts).toEqual(['## Empty\n\n## B\n\nText.'])
    const { texts, chunks } = cut('# A\n\nText.\n\n## Empty')
    expect(texts).toEqual(['# A\n\nText.\n\n## Empty'])
    expect(chunks[0]!.searchText).toBe('A\nText.\nEmpty')
  })

  it('packs paragraphs evenly and never beyond the maximum', () => {
    const { texts } = cut(`# A\n\n${`${sentence.repeat(6)}\n\n`.repeat(9)}`)
    expect(texts).toHaveLength(2)
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(2000)
    expect(Math.min(...texts.map((text) => text.length))).toBeGreaterThan(1000)
  })

  it('splits a long paragraph between sentences', () => {
    const { texts, quotes } = cut(sentence.repeat(100))
    expect(quotes.flat()).toEqual(Array(100).fill(sentence.trim()))
    expect(texts.every((text) => text.startsWith('This') && text.trimEnd().endsWith('hope.'))).toBe(
      true,
    )
  })

  it('cuts a giant sentence at blanks, and a giant word anywhere', () => {
    const words = cut('word '.repeat(2000))
    expect(words.quotes.flat().every((quote) => /^word(?: word)*$/.test(quote))).toBe(true)
    expect(words.quotes.flat().join(' ')).toBe('word '.repeat(2000).trim())
    const emoji = cut('😀'.repeat(3000))
    expect(emoji.texts.join('')).toBe('😀'.repeat(3000))
    expect(emoji.texts.every((text) => text.isWellFormed() && text.length <= 2000)).toBe(true)
  })

  it('keeps a table of 5,000 characters whole and repeats the header of a longer one', () => {
    const head = '| Name | Value |\n|---|---|\n'
    const row = '| A name of forty characters, as it were | 12 |\n'
    expect(cut(head + row.repeat(100)).texts).toHaveLength(1)
    const { chunks, texts } = cut(head + row.repeat(200))
    expect(texts.length).toBeGreaterThan(3)
    expect(chunks.every((chunk) => chunk.searchText.startsWith('File name\nName | Value\n'))).toBe(
      true,
    )
    expect(texts.slice(1).every((text) => text.startsWith('| A name'))).toBe(true)
    expect(chunks.flatMap((chunk) => chunk.sentences)).toHaveLength(200)
  })

  it('splits a long listing at its paragraphs', () => {
    const paragraph = `${'const value = compute(1)\n'.repeat(8)}\n`
    const { texts, quotes } = cut(`\`\`\`js\n${paragraph.repeat(40)}\`\`\``)
    expect(quotes.flat()).toHaveLength(40)
    expect(texts[0]).toMatch(/^```js\n/)
    expect(texts.at(-1)).toMatch(/```$/)
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(2000)
  })

  it('bounds the search text', () => {
    const { chunks } = cut(`# ${'Heading '.repeat(3000)}\n\nText.`)
    expect(chunks[0]!.searchText).toHaveLength(12_000)
  })

  it('does not stretch a chunk over masked markup', () => {
    const { texts } = cut(`# A\n\n<Table rows={[${"'x', ".repeat(2000)}]} />\n\nText.`)
    expect(texts).toEqual(['Text.'])
  })

  it('covers every block once, with sentences inside one chunk each', () => {
    const pieces = fc.constantFrom(
      '# One\n\n',
      '## Two\n\n',
      '### Three\n',
      '#### \n',
      'A sentence. Another one!\n\n',
      `${sentence.repeat(4)}\n\n`,
      '- item one\n- item two\n  - nested item\n\n',
      '1. first\n\n   more of it\n\n',
      '> a quote\n> goes on\n\n',
      '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n',
      '```js\nlet a = 1\n\nlet b = 2\n```\n\n',
      '<div>\n\n',
      '</div>\n\n',
      `${'unbroken'.repeat(30)}\n\n`,
      "import A from 'a'\n\n",
      '<!-- note -->',
      '![alt](x.png)\n\n',
      ':::note\nText\n:::\n\n',
    )
    const options = fc.record({ maxChars: fc.integer({ min: 10, max: 600 }) })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ maxLength: 12 })), { maxLength: 25 }),
        options,
        (parts, option) => {
          const { document, chunks } = cut(parts.join(''), option)
          assertOrdered(document.blocks, document.text.length)
          assertOrdered(chunks, document.text.length)
          for (const block of document.blocks)
            assertOrdered(block.sentences, block.end, block.start)
          for (const chunk of chunks) assertOrdered(chunk.sentences, chunk.end, chunk.start)
          for (const block of document.blocks) {
            if (block.kind !== 'heading') expect(uncovered(document.text, block, chunks)).toBe('')
            for (const each of block.sentences) {
              const quoted = chunks.flatMap((chunk) => chunk.sentences)
              expect(uncovered(document.text, each, quoted)).toBe('')
            }
          }
          expect(chunks.length > 0).toBe(document.blocks.length > 0)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('chunks records and code of other formats', async () => {
    const rows = Array.from(
      { length: 100 },
      (_, index) => `${index},"A description of article ${index}"`,
    )
    const document = await parseDocument(textInput('stock.csv', `id,text\n${rows.join('\n')}\n`))
    const chunks = chunkDocument(document)
    expect(chunks.length).toBeGreaterThan(1)
    expect(chunks.flatMap((chunk) => chunk.sentences)).toHaveLength(100)
    expect(chunks.every((chunk) => chunk.headingPath.join() === 'Stock')).toBe(true)
  })
})

type Range = { start: number; end: number }

function assertOrdered(spans: Range[], end: number, start = 0): void {
  let last = start
  for (const span of spans) {
    expect(span.start).toBeGreaterThanOrEqual(last)
    expect(span.end).toBeGreaterThan(span.start)
    last = span.end
  }
  expect(last).toBeLessThanOrEqual(Math.max(end, start))
}

/** The characters of a span, other than blanks, that lie in none of the disjoint `covers`. */
function uncovered(text: string, { start, end }: Range, covers: Range[]): string {
  let rest = ''
  for (let at = start; at < end; at++) {
    if (!covers.some((cover) => cover.start <= at && at < cover.end)) rest += text[at]
  }
  return rest.trim()
}
