/** @file Syntax tree of Markdown to blocks: leaf blocks in reading order with their sentences. */
import type { Code, Heading, Nodes, Paragraph, Parents, Root, Table, TableRow } from 'mdast'
import { linesOf, segmentCode } from './code-sentences.ts'
import type { Block, BlockKind, Span } from './parsed-document.ts'
import { segmentSentences } from './sentences.ts'

/** Where a node stands: `offset` of the tree in the masked text, and the container that gives the kind. */
type Place = { masked: string; offset: number; container: Parents | undefined; lead: boolean }

/** Lists the blocks of `tree`, which was parsed from `masked` at `offset`. Blocks without words are left out. */
export function blocksOf(tree: Root, masked: string, offset: number): Block[] {
  const blocks: Block[] = []
  visit(tree, { masked, offset, container: undefined, lead: false }, blocks)
  return blocks
}

type BlockBuilder<Node> = (node: Node, span: Span, place: Place) => Block | undefined

function visit(node: Nodes, place: Place, blocks: Block[]): void {
  const build = builders[node.type as keyof typeof builders] as BlockBuilder<Nodes> | undefined
  if (build) {
    const block = build(node, spanOf(node, place), place)
    if (block) blocks.push(block)
    return
  }
  if (!('children' in node)) return
  const inside = node.type === 'listItem' || node.type === 'blockquote' ? node : place.container
  node.children.forEach((child, index) => {
    visit(child, { ...place, container: inside, lead: inside === node && index === 0 }, blocks)
  })
}

const builders: {
  heading: BlockBuilder<Heading>
  paragraph: BlockBuilder<Paragraph>
  code: BlockBuilder<Code>
  table: BlockBuilder<Table>
} = {
  heading(node, span) {
    const plain = plainOf(node)
    return plain === ''
      ? undefined
      : { ...span, kind: 'heading', depth: node.depth, plain, sentences: [] }
  },

  paragraph(node, span, place) {
    const plain = plainOf(node)
    if (plain === '') return undefined
    const sentences = proseSentences(place.masked, span)
    // The first paragraph of an item or quote starts at its marker, so that the marker is quoted with it.
    const start = place.lead && place.container ? spanOf(place.container, place).start : span.start
    return { start, end: span.end, kind: kindOf(place), plain, sentences }
  },

  code(node, span, { masked }) {
    if (node.value.trim() === '') return undefined
    const { start, end } = insideFences(masked, span)
    return { ...span, kind: 'code', plain: node.value, sentences: segmentCode(masked, start, end) }
  },

  table(node, span, place) {
    const [head, ...rows] = node.children
    const plain = node.children.map(rowPlain).join('\n')
    if (!/\S/.test(plain.replaceAll('|', ''))) return undefined
    const sentences = rows.flatMap((row) => rowSpan(place.masked, spanOf(row, place)))
    return { ...span, kind: 'table', plain, sentences, header: head ? rowPlain(head) : '' }
  },
}

function kindOf({ container }: Place): BlockKind {
  if (!container) return 'paragraph'
  return container.type === 'listItem' ? 'list-item' : 'quote'
}

function spanOf({ position }: Nodes, { masked, offset }: Place): Span {
  const start = offset + position!.start.offset!
  const raw = masked.slice(start, offset + position!.end.offset!)
  return { start, end: start + raw.trimEnd().length }
}

function proseSentences(masked: string, { start, end }: Span): Span[] {
  // Quote markers at the start of continued lines are not part of the sentence's grammar.
  const prose = masked.slice(start, end).replace(/\n[ \t>]*/g, (lead) => ' '.repeat(lead.length))
  return segmentSentences(prose).map((span) => ({
    start: start + span.start,
    end: start + span.end,
  }))
}

function insideFences(masked: string, span: Span): Span {
  const lines = linesOf(masked, span.start, span.end)
  const last = lines.at(-1)!
  const closed =
    lines.length > 1 && /^[ \t>]*(?:`{3,}|~{3,})[ \t]*$/.test(masked.slice(last.start, last.end))
  const start = Math.min(lines[0]!.end + 1, span.end)
  return { start, end: closed ? Math.max(start, last.start) : span.end }
}

function rowPlain(row: TableRow): string {
  return row.children.map(plainOf).join(' | ')
}

/** A row without its outer pipes. */
function rowSpan(masked: string, { start, end }: Span): Span[] {
  const row = masked.slice(start, end)
  const lead = /^[\s|]*/.exec(row)![0].length
  const tail = /[\s|]*$/.exec(row)![0].length
  return lead + tail < row.length ? [{ start: start + lead, end: end - tail }] : []
}

/** The reader's words of inline content: link text, alternative text and code, blanks collapsed. */
function plainOf(node: Nodes): string {
  return words(node).replace(/\s+/g, ' ').trim()
}

function words(node: Nodes): string {
  if ('children' in node) return node.children.map(words).join('')
  if ('value' in node) return node.value
  if ('alt' in node) return node.alt ?? ''
  return node.type === 'break' ? ' ' : ''
}
