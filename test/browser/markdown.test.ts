/** @file The page's Markdown: what it understands, what stays text, and that offsets hold for any input. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadWebModule } from './web-module.ts'

type Node = { type: string; [key: string]: unknown }
type TextNode = { type: 'text'; text: string; start: number }

const { parseMarkdown } = await loadWebModule<{ parseMarkdown(source: string): Node[] }>(
  'markdown/markdown.js',
)

describe('parseMarkdown', () => {
  it.each([
    ['two\nlines', '<p>two\nlines</p>'],
    [
      '**bold *both* bold** _em_ ~~out~~',
      '<p><b>bold <i>both</i> bold</b> <i>em</i> <s>out</s></p>',
    ],
    ['***both*** snake_case_name 2 * 3 * 4', '<p><b><i>both</i></b> snake_case_name 2 * 3 * 4</p>'],
    ['`a *b*` and ``c ` d``', '<p>{a *b*} and {c ` d}</p>'],
    ['\\*plain\\*', '<p>*plain*</p>'],
    ['## Title ##\ntext', '<h2>Title</h2><p>text</p>'],
    ['```ts\na < b\n```\nafter', '<pre>a < b</pre><p>after</p>'],
    ['```\nstill streaming', '<pre>still streaming</pre>'],
    [
      '- one\n- two\n  - inner\n\nend',
      '<ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul><p>end</p>',
    ],
    ['3. three\n4. four', '<ol 3><li>three</li><li>four</li></ol>'],
    ['> quoted\n> text', '<quote><p>quoted\ntext</p></quote>'],
    ['a\n\n---\n\nb', '<p>a</p><hr><p>b</p>'],
    ['| a | b |\n|---|:-:|\n| 1 | |', '<table>a|b/1|</table>'],
  ])('reads %j', (source, expected) => {
    expect(outline(source)).toBe(expected)
  })

  it.each([
    ['<img src=x onerror=alert(1)>', '<p><img src=x onerror=alert(1)></p>'],
    ['[click](javascript:alert(1))', '<p>click</p>'],
    ['[click](data:text/html,x) [up](/admin)', '<p>click up</p>'],
    ['![pixel](https://tracker.example/p.png)', '<p>pixel</p>'],
    ['as said [1][2] and [3](see there)', '<p>as said [1][2] and [3](see there)</p>'],
  ])('keeps %j from doing anything', (source, expected) => {
    expect(outline(source)).toBe(expected)
  })

  it.each([
    ['[docs](https://a.example/x_(y))', '<p><a https://a.example/x_(y)>docs</a></p>'],
    ['see https://a.example/x.', '<p>see <a https://a.example/x>https://a.example/x</a>.</p>'],
    ['<https://a.example>[1]', '<p><a https://a.example/>https://a.example</a>[1]</p>'],
  ])('links %j', (source, expected) => {
    expect(outline(source)).toBe(expected)
  })

  it('gives each text its place in the source, whatever the source is', () => {
    const token = fc.constantFrom(
      ...[
        '*',
        '**',
        '_',
        '`',
        '```',
        '\n',
        '\n\n',
        '  ',
        '- ',
        '1. ',
        '> ',
        '#',
        '# ',
        '|',
        '|-|',
        '\\',
        '[',
        ']',
        '(',
        ')',
      ],
      ...['!', '<', '>', '~~', 'word', 'https://a.example', '[1]', '👩‍🌾', '\r\n', '\t'],
    )
    const source = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(''))
    fc.assert(
      fc.property(source, (text) => {
        for (const node of textsIn(parseMarkdown(text))) {
          const source = text.slice(node.start, node.start + node.text.length)
          // A line break of two characters is one in the tree, at the place of its first.
          expect(source.replaceAll('\r', '\n')).toBe(node.text)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('stays fast on input made to be slow', () => {
    const begun = performance.now()
    for (const unit of [
      '*a ',
      '**a',
      '[',
      '![',
      '`',
      '> ',
      '- ',
      '[a](',
      '~~a',
      '_a ',
      '((',
      '|',
      '\\',
    ]) {
      parseMarkdown(unit.repeat(5000))
      parseMarkdown(`${unit}\n`.repeat(2000))
    }
    expect(performance.now() - begun).toBeLessThan(5000)
  })
})

function outline(source: string): string {
  return parseMarkdown(source).map(block).join('')
}

function block(node: Node): string {
  const write = blockWriters[node.type]
  if (!write) throw new Error(`no writer for ${node.type}`)
  return write(node)
}

const inline = (nodes: unknown): string =>
  (nodes as Node[]).map((node) => (inlineWriters[node.type] ?? ((): string => '?'))(node)).join('')
const blocks = (nodes: unknown): string => (nodes as Node[]).map(block).join('')

const inlineWriters: Record<string, (node: Node) => string> = {
  text: (node) => String(node.text),
  code: (node) => `{${node.text}}`,
  strong: (node) => `<b>${inline(node.children)}</b>`,
  em: (node) => `<i>${inline(node.children)}</i>`,
  del: (node) => `<s>${inline(node.children)}</s>`,
  link: (node) => `<a ${node.url}>${inline(node.children)}</a>`,
}

const blockWriters: Record<string, (node: Node) => string> = {
  paragraph: (node) => `<p>${inline(node.inline)}</p>`,
  heading: (node) => `<h${node.level}>${inline(node.inline)}</h${node.level}>`,
  code: (node) => `<pre>${node.text}</pre>`,
  quote: (node) => `<quote>${blocks(node.blocks)}</quote>`,
  rule: () => '<hr>',
  list: (node) => {
    const items = (node.items as Node[][]).map((item) => `<li>${listItem(item)}</li>`).join('')
    return node.ordered ? `<ol ${node.first}>${items}</ol>` : `<ul>${items}</ul>`
  },
  table: (node) => {
    const rows = [node.head, ...(node.rows as unknown[])] as Node[][][]
    return `<table>${rows.map((cells) => cells.map(inline).join('|')).join('/')}</table>`
  },
}

function listItem([first, ...rest]: Node[]): string {
  if (first?.type !== 'paragraph') return blocks([first, ...rest])
  return inline(first.inline) + blocks(rest)
}

function textsIn(value: unknown): TextNode[] {
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null || value instanceof URL) return []
  if ('type' in value && value.type === 'text') return [value as TextNode]
  return Object.values(value).flatMap(textsIn)
}
