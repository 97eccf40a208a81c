import { describe, expect, it } from 'vitest'
import { heading, makeDocx, paragraph, table } from '../../../test/fixtures/documents/docx.ts'
import { fixture, textInput } from '../../../test/fixtures/documents/fixture.ts'
import { makePdf } from '../../../test/fixtures/documents/pdf.ts'
import { parseDocument } from './parse-document.ts'
import type { ParsedDocument } from './parsed-document.ts'

function sentencesOf({ text, blocks }: ParsedDocument): string[] {
  return blocks.flatMap((block) => block.sentences.map(({ start, end }) => text.slice(start, end)))
}

const outline = ({ blocks }: ParsedDocument): string[] =>
  blocks.map(({ kind, depth = '', plain }) => `${kind}${depth}: ${plain}`)

describe('HTML', () => {
  it('stores the main content as Markdown', async () => {
    const document = await parseDocument(fixture('page.html'))
    expect(document.title).toBe('Shipping & delivery')
    expect(document.metadata).toEqual({ description: 'How we ship.', lang: 'en' })
    expect(outline(document)).toEqual([
      'heading1: Shipping',
      'paragraph: We ship from a café in Vienna. Parcels take 3 days.',
      'heading2: Costs',
      'table: Country | Fee\nAustria | 4 EUR\nNorway | 9 EUR',
      'list-item: Free above 50 EUR',
      'list-item: No <tags> in {{ braces }}',
      'code: curl example.com',
    ])
    expect(sentencesOf(document)).toContain('We ship from a café in **Vienna**.')
    expect(document.text).not.toMatch(/script text|Imprint|Shop|Hidden/)
  })

  it.each([
    ['in the page', '<meta charset="iso-8859-1"><p>Café</p>', undefined],
    ['by the server', '<p>Café</p>', 'text/html; charset=windows-1252'],
  ])('is read in the character set declared %s', async (_where, html, mediaType) => {
    const input = { name: 'a.html', bytes: new Uint8Array(Buffer.from(html, 'latin1')) }
    const { text } = await parseDocument(mediaType === undefined ? input : { ...input, mediaType })
    expect(text).toBe('Café')
  })

  it('is recognised by its first tag where the name says nothing', async () => {
    const document = await parseDocument(
      textInput('https://example.com/about', '<!DOCTYPE html><title>About</title><p>Us.'),
    )
    expect(document).toMatchObject({ title: 'About', text: 'Us.', mediaType: 'text/html' })
  })

  it('is recognised by the stated media type against the name', async () => {
    const input = {
      ...textInput('index.php', '<h1>Hi</h1>'),
      mediaType: 'text/html; charset=utf-8',
    }
    expect(outline(await parseDocument(input))).toEqual(['heading1: Hi'])
  })

  it('keeps the header of an article and drops that of the page', async () => {
    const html =
      '<header>Menu</header><article><header><h1>Title</h1></header><p>Text.</p></article>'
    expect((await parseDocument(textInput('a.html', html))).text).toBe('# Title\n\nText.')
  })

  it('keeps a page whose main element is only a part of it', async () => {
    const { text } = await parseDocument(
      textInput('a.html', `<article>Teaser.</article><p>${'Most words. '.repeat(9)}</p>`),
    )
    expect(text).toContain('Teaser.')
    expect(text).toContain('Most words.')
  })
})

describe('DOCX', () => {
  it('turns styles into headings and tables, with the title of its properties', async () => {
    const document = await parseDocument(fixture('handbook.docx'))
    expect(document.title).toBe('Handbook & policies')
    expect(outline(document)).toEqual([
      'heading1: Refund policy',
      'paragraph: Customers may return a product within 30 days. Gift cards are not refundable.',
      'heading2: Fees',
      'table: Country | Fee\nAustria | 4 EUR\nNorway | 9 EUR',
    ])
    expect(sentencesOf(document)).toContain('Norway | 9 EUR')
  })

  it('leaves pictures out', async () => {
    const picture = new Uint8Array(100_000).fill(7)
    const bytes = makeDocx([heading(1, 'A'), paragraph('B.'), table([['C'], ['D']])], {
      extraFiles: { 'word/media/image1.png': picture },
    })
    expect((await parseDocument({ name: 'a.docx', bytes })).text).toBe(
      '# A\n\nB.\n\n| C |\n| - |\n| D |',
    )
  })
})

describe('PDF', () => {
  it('rebuilds headings, paragraphs and lists, without running heads and page numbers', async () => {
    const document = await parseDocument(fixture('handbook.pdf'))
    expect(document.title).toBe('Example handbook')
    expect(document.metadata).toEqual({ pageCount: 2 })
    expect(document.text).toBe(
      [
        'Example Ltd. handbook',
        '# Refund policy',
        'Customers may return a product within 30 days of delivery. A refund is paid to the original payment method.',
        'Gift cards are not refundable.',
        '## How to ask for a refund',
        '- Write to refunds@example.com.',
        '- Name the order number.',
      ].join('\n\n'),
    )
    expect(sentencesOf(document).slice(1)).toEqual([
      'Customers may return a product within 30 days of delivery.',
      'A refund is paid to the original payment method.',
      'Gift cards are not refundable.',
      'Write to refunds@example.com.',
      'Name the order number.',
    ])
  })

  it('continues an unfinished sentence on the next page', async () => {
    const bytes = makePdf([
      [{ text: 'The sentence begins here', x: 72, y: 100, size: 11 }],
      [{ text: 'and ends on the next page.', x: 72, y: 700, size: 11 }],
    ])
    const { text } = await parseDocument({ name: 'a.pdf', bytes })
    expect(text).toBe('The sentence begins here and ends on the next page.')
  })

  it('is parsed under a name without a known extension and leaves the bytes usable', async () => {
    const input = fixture('handbook.pdf', 'download.bin')
    expect((await parseDocument(input)).mediaType).toBe('application/pdf')
    expect(input.bytes.length).toBeGreaterThan(1000)
  })
})

describe('CSV', () => {
  it('writes each record as a line that names its columns', async () => {
    const document = await parseDocument(fixture('prices.csv'))
    expect(document.text).toBe(
      'name: Lamp; price: 19; note: warm; dimmable\nname: Desk; price: 240',
    )
    expect(document.metadata).toEqual({ columns: ['name', 'price', 'note'], rows: 2 })
    expect(sentencesOf(document)).toEqual(document.text.split('\n'))
    expect(document.title).toBe('Prices')
  })

  it('reads tabs and fields over several lines', async () => {
    const { text } = await parseDocument(textInput('a.tsv', 'a\tb\n"two\nlines"\t2\n'))
    expect(text).toBe('a: two lines; b: 2')
  })
})

describe('JSON', () => {
  it('writes a list of objects as records with dotted paths', async () => {
    const document = await parseDocument(fixture('products.json'))
    expect(document.text).toBe(
      'name: Lamp; size.height: 40; size.unit: cm; tags: light, desk\nname: Desk; size.height: 74; size.unit: cm',
    )
    expect(document.blocks.map((block) => block.kind)).toEqual(['record', 'record'])
  })

  it('groups the paths of an object under its keys', async () => {
    const source = { version: 3, limits: { users: 5, tags: ['a', 'b'] }, people: [{ name: 'Ann' }] }
    const document = await parseDocument(textInput('settings.json', JSON.stringify(source)))
    expect(outline(document)).toEqual([
      'record: version: 3',
      'heading2: limits',
      'record: limits.users: 5',
      'record: limits.tags: a, b',
      'heading2: people',
      'record: name: Ann',
    ])
  })

  it('reads JSON lines', async () => {
    const { text } = await parseDocument(textInput('a.jsonl', '{"a":1}\n\n{"a":2}\n'))
    expect(text).toBe('a: 1\na: 2')
  })
})

describe('source code', () => {
  it('has one block per declaration, with its comment', async () => {
    const document = await parseDocument(fixture('inventory.py'))
    expect(document.title).toBe('inventory.py')
    expect(
      document.blocks.map((block) => document.text.slice(block.start, block.start + 18)),
    ).toEqual(
      ['"""Keeps the stock', 'import json', '# Counts what is l', 'class Shelf:\n    d'].map(
        (expected) => expect.stringContaining(expected),
      ),
    )
    expect(document.blocks[2]!.plain).toMatch(/^# Counts[\s\S]*return total$/)
  })

  it('is recognised by a whole name', async () => {
    expect((await parseDocument(textInput('src/Makefile', 'all:\n\techo'))).blocks[0]!.kind).toBe(
      'code',
    )
  })
})

describe('plain text', () => {
  it('takes underlined lines for headings and shouted or numbered ones for text', async () => {
    const document = await parseDocument(fixture('notes.rst'))
    expect(document.title).toBe('Release notes')
    expect(outline(document)).toEqual([
      'heading1: Release notes',
      'paragraph: First paragraph. It has two sentences.',
      'heading2: Changes',
      'paragraph: NOT A HEADING',
      'paragraph: 1. Numbered line',
    ])
    expect(document.text).toBe(new TextDecoder().decode(fixture('notes.rst').bytes))
  })

  it('reads UTF-16 behind a byte order mark', async () => {
    const bytes = new Uint8Array(Buffer.from('\uFEFFGrüße aus Wien.', 'utf16le'))
    expect((await parseDocument({ name: 'a.txt', bytes })).text).toBe('Grüße aus Wien.')
  })
})
