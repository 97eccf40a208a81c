/** @file Plain text: paragraphs between blank lines, headings by the line drawn under them. */
import { linesOf, trimSpan } from './code-sentences.ts'
import { decodeText } from './decode.ts'
import { humanizeName } from './file-name.ts'
import type { Block, ParsedDocument, ParseInput, Span } from './parsed-document.ts'
import { segmentSentences } from './sentences.ts'

/** Parses plain text and other formats that are read as such (reStructuredText, YAML, TOML, logs). */
export async function parsePlainText(input: ParseInput): Promise<ParsedDocument> {
  const text = decodeText(input.bytes, input.name)
  const blocks = plainTextBlocks(text)
  const heading = blocks[0]?.kind === 'heading' ? blocks[0].plain : undefined
  const title = heading ?? humanizeName(input.name)
  return { title, text, mediaType: 'text/plain', blocks, metadata: {} }
}

function plainTextBlocks(text: string): Block[] {
  const levels: string[] = []
  return paragraphsOf(text).flatMap((lines) => {
    const heading = readHeading(text, lines, levels)
    const body = heading ? lines.slice(heading.lines) : lines
    const paragraph = body.length > 0 ? paragraphBlock(text, body) : undefined
    return [heading?.block, paragraph].filter((block) => block !== undefined)
  })
}

function paragraphsOf(text: string): Span[][] {
  const paragraphs: Span[][] = []
  let open: Span[] = []
  for (const line of [...linesOf(text, 0, text.length), undefined]) {
    if (line && text.slice(line.start, line.end).trim() !== '') {
      open.push(line)
    } else {
      if (open.length > 0) paragraphs.push(open)
      open = []
    }
  }
  return paragraphs
}

/** Longer lines over a rule are prose that happens to stand there. */
const maxHeadingChars = 100

const rule = /^([=\-~^"#*+])\1{2,}\s*$/

/** A short line with a rule under it (and perhaps over it), as reStructuredText has it. */
function readHeading(
  text: string,
  lines: Span[],
  levels: string[],
): { block: Block; lines: number } | undefined {
  const over = rule.exec(slice(text, lines[0]))
  const title = lines[over ? 1 : 0]
  const under = rule.exec(slice(text, lines[over ? 2 : 1]))
  const plain = slice(text, title).trim()
  if (!title || !under || plain === '' || plain.length > maxHeadingChars || rule.test(plain))
    return undefined
  if (over && over[1] !== under[1]) return undefined
  const count = over ? 3 : 2
  const span = { start: lines[0]!.start, end: lines[count - 1]!.end }
  const depth = depthOf(`${over ? 'over' : ''}${under[1]}`, levels)
  return { block: { ...span, kind: 'heading', depth, plain, sentences: [] }, lines: count }
}

/** Levels go by the order in which the styles of rule first appear. */
function depthOf(style: string, levels: string[]): number {
  if (!levels.includes(style)) levels.push(style)
  return Math.min(levels.indexOf(style) + 1, 6)
}

function slice(text: string, line: Span | undefined): string {
  return line ? text.slice(line.start, line.end) : ''
}

function paragraphBlock(text: string, lines: Span[]): Block | undefined {
  const span = trimSpan(text, lines[0]!.start, lines.at(-1)!.end)
  if (!span) return undefined
  const raw = text.slice(span.start, span.end)
  const sentences = segmentSentences(raw).map(({ start, end }) => ({
    start: span.start + start,
    end: span.start + end,
  }))
  return { ...span, kind: 'paragraph', plain: raw.replace(/\s+/g, ' '), sentences }
}
