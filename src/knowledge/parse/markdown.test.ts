import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixture, textInput } from '../../../test/fixtures/documents/fixture.ts'
import { markdownBlocks, parseMarkdown } from './markdown.ts'
import type { Block, ParsedDocument } from './parsed-document.ts'

const markdown = (text: string, name = 'file-name.md'): Promise<ParsedDocument> =>
  parseMarkdown(textInput(name, text))

const outline = (blocks: Block[]): string[] => blocks.map(({ kind, plain }) => `${kind}: ${plain}`)

function sentencesOf({ text, blocks }: ParsedDocument): string[] {
  return blocks.flatMap((block) => block.sentences.map(({ start, end }) => text.slice(start, end)))
}

describe('parseMarkdown', () => {
  it('reads an MDX page: words only, site markup left out', async () => {
    const document = await parseMarkdown(fixture('guide.mdx'))
    expect(document.title).toBe('Custom properties')
    expect(document.metadata).toEqual({
      title: 'Custom properties',
      tags: ['analytics', 'privacy'],
      draft: false,
    })
    expect(outline(document.blocks)).toEqual([
      'heading: Custom properties',
      'paragraph: Attach your own data to an event. See e.g. Fig. 2 or config.js. It works since v2.1.0 on all plans.',
      "paragraph: Don't forget the limits Free plans have 5 properties.",
      'paragraph: Text inside a <div> stays.',
      'paragraph: First cell. Second cell.',
      'heading: Steps',
      'list-item: Open the menu.',
      'list-item: Choose Settings. Then wait.',
      'list-item: Save.',
      'quote: Quoted words. Two of them over two lines.',
      'table: Plan | Price\nFree | 0\nPro | 9',
      "code: import { track } from 'tracker'\n<Tag>stays in code</Tag>",
    ])
  })

  it('quotes sentences and rows of the file to the letter', async () => {
    expect(sentencesOf(await parseMarkdown(fixture('guide.mdx')))).toEqual([
      'Attach *your own* data to an [event](./events.md "title. Not a sentence.").',
      'See e.g. Fig. 2 or `config.js`.',
      'It works\nsince v2.1.0 on all plans.',
      "Don't forget the limits",
      'Free plans have 5 properties.',
      'Text inside a `<div>` stays.',
      'First cell.',
      'Second cell.',
      'Open the menu.',
      'Choose **Settings**.',
      'Then wait.',
      'Save.',
      'Quoted words.',
      'Two of them\n> over two lines.',
      'Free | 0',
      'Pro  | 9',
      "import { track } from 'tracker'\n<Tag>stays in code</Tag>",
    ])
  })

  it('starts list items at their markers and gives tables their header', async () => {
    const { text, blocks } = await parseMarkdown(fixture('guide.mdx'))
    const item = blocks.find((block) => block.kind === 'list-item')!
    expect(text.slice(item.start, item.end)).toBe('1. Open the menu.')
    expect(blocks.find((block) => block.kind === 'table')!.header).toBe('Plan | Price')
  })

  it('takes the title from front matter, else the first level-one heading, else the file name', async () => {
    expect((await markdown('---\ntitle: A\n---\n# B')).title).toBe('A')
    expect((await markdown('## C\n\n# B')).title).toBe('B')
    expect((await markdown('Text', 'docs/getting-started_now.md')).title).toBe(
      'Getting started now',
    )
  })

  it('reads a page whose front matter is broken', async () => {
    const { blocks, metadata } = await markdown('---\ntitle: [unclosed\n---\nText.')
    expect(metadata).toEqual({})
    expect(outline(blocks)).toEqual(['paragraph: Text.'])
  })

  it('stores the text without byte order mark and carriage returns', async () => {
    const { text, blocks } = await markdown('\uFEFF# A\r\n\r\nB.\r\n')
    expect(text).toBe('# A\n\nB.\n')
    expect(text.slice(blocks[1]!.start, blocks[1]!.end)).toBe('B.')
  })

  it('separates words at line breaks and keeps alternative texts', async () => {
    const { blocks } = await markdown('one\\\ntwo  \nthree ![a picture](x.png) <br/>four ~~five~~')
    expect(blocks[0]!.plain).toBe('one two three a picture four five')
  })

  it('splits long listings at blank lines and after twelve lines', async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line${index}`)
    const source = [...lines.slice(0, 3), '', ...lines.slice(3)].join('\n')
    const document = await markdown(`\`\`\`\n${source}\n\`\`\``)
    const parts = sentencesOf(document)
    expect(parts.map((part) => part.split('\n').length)).toEqual([3, 12, 5])
    expect(parts[0]).toBe('line0\nline1\nline2')
  })

  it('reads unclosed fences and empty tables without losing the rest', async () => {
    const { blocks } = await markdown('| |\n|-|\n\n# \n\nText\n\n```js\nlet a')
    expect(outline(blocks)).toEqual(['paragraph: Text', 'code: let a'])
  })

  it('resolves links whose definitions are in another part', async () => {
    const filler = 'Filler with some words.\n\n'.repeat(400)
    const source = `See [the guide][g] and a note[^n].\n\n${filler}[g]: https://example.com\n\n[^n]: The note.\n`
    const { text, blocks } = await markdown(source)
    expect(blocks[0]!.plain).toBe('See the guide and a note.')
    expect(blocks.at(-1)).toMatchObject({ plain: 'The note.', end: text.trimEnd().length })
    expect(blocks).toHaveLength(402)
  })

  it('finds the same blocks in parts as in one piece', () => {
    const pieces = fc.constantFrom(
      ...['# Heading', '- item', '  - nested', '1. one', '   continued', '> quote', '  text'],
      ...['Some *words* here.', '| a | b |', '|---|---|', '| 1 | 2 |', '---', '===', '', '', ''],
      ...['```\ncode\n\n# no heading\n```', '- item\n\n  ~~~\n  a\n\n  b\n  ~~~'],
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (lines) => {
        const text = lines.join('\n')
        const whole = markdownBlocks(text, { masked: text, partChars: Number.POSITIVE_INFINITY })
        expect(markdownBlocks(text, { masked: text, partChars: 1 })).toEqual(whole)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes time in proportion to the length', async () => {
    const part =
      '## Heading\n\nA paragraph with words. And more of them.\n\n```\n# not a heading\n```\n\n- item\n\n'
    const { text, blocks } = await markdown(part.repeat(2000))
    expect(blocks).toHaveLength(8000)
    const last = blocks.at(-3)!
    expect(text.slice(last.start, last.end)).toBe('A paragraph with words. And more of them.')
  })

  it('indexes the text that an MDX component carries in its attributes, and quotes it to the letter', async () => {
    const text = [
      '# generateId',
      '',
      '<PropertiesTable',
      '  content={[',
      '    {',
      "      name: 'size',",
      "      description: 'The length of the generated ID. It defaults to 16.',",
      '    },',
      '  ]}',
      '/>',
      '',
      'Text after it.',
      '',
    ].join('\n')
    const { blocks } = await markdown(text, 'generate-id.mdx')
    expect(blocks.map(({ kind }) => kind)).toEqual(['heading', 'code', 'paragraph'])
    const [quote] = blocks[1]!.sentences
    expect(text.slice(quote!.start, quote!.end)).toContain('It defaults to 16.')
    expect(blocks[2]!.plain).toBe('Text after it.')
  })
})
