/** @file From positioned words on pages to paragraphs: lines by baseline, headings by size, breaks by distance. */
import type { StructuredTextItem } from 'unpdf'

export type PdfParagraph = {
  kind: 'heading' | 'paragraph' | 'list-item'
  text: string
  /** Heading level by size, from 1; 0 for the others. */
  depth: number
}

type Line = { text: string; page: number; x: number; right: number; y: number; size: number }

/** Rebuilds the paragraphs of a document from the text items of its pages, in reading order. */
export function pdfParagraphs(pages: readonly StructuredTextItem[][]): PdfParagraph[] {
  const lines = withoutRunningLines(pages.map((items, page) => linesOfPage(items, page)))
  const bodySize = commonSize(lines)
  const headingSizes = [
    ...new Set(lines.filter((line) => isHeading(line, bodySize)).map(({ size }) => size)),
  ]
    .sort((a, b) => b - a)
    .slice(0, maxHeadingLevels)
  return groupLines(lines, bodySize).map((group) => {
    const [first] = group
    const text = joinLines(group)
    if (isHeading(first!, bodySize)) {
      const rank = headingSizes.findIndex((size) => first!.size >= size)
      return { kind: 'heading', text, depth: rank < 0 ? maxHeadingLevels : rank + 1 }
    }
    const item = bullet.exec(text)
    return item
      ? { kind: 'list-item', text: text.slice(item[0].length), depth: 0 }
      : { kind: 'paragraph', text, depth: 0 }
  })
}

const maxHeadingLevels = 4
const bullet = /^[•◦▪●○■‣–—*-]\s+(?=\S)/

/** An entry of a table of contents: a title, a row of dots and a page. */
const contentsEntry = /(?:\.\s?){5,}\s*\w*$/

/** Items on one baseline form a line; a gap wider than a thin space is a blank. */
function linesOfPage(items: readonly StructuredTextItem[], page: number): Line[] {
  const lines: Line[] = []
  for (const { str, x, y, width, fontSize } of items) {
    if (str.trim() === '') continue
    const line = lines.at(-1)
    const size = Math.round(fontSize * 2) / 2
    if (line && Math.abs(line.y - y) < 0.5 * Math.min(size, line.size) && x > line.right - size) {
      const gap = x - line.right > 0.15 * size && !/\s$/.test(line.text) && !/^\s/.test(str)
      line.text += gap ? ` ${str}` : str
      line.right = x + width
      // A superscript or small capital does not change what the line is set in.
      line.size = Math.max(line.size, size)
    } else {
      lines.push({ text: str, page, x, y, right: x + width, size })
    }
  }
  return lines
    .map((line) => ({ ...line, text: line.text.replace(/\s+/g, ' ').trim() }))
    .filter((line) => line.text !== '' && !contentsEntry.test(line.text))
}

/** What stands at the edge of a page and recurs, numbers aside, is a running head from its second time on. */
const edgeLines = 2
const pageNumber = /^(?:page\s+)?(?:\d+|[ivxlc]+)(?:\s*(?:of|\/)\s*\d+)?$/i

function withoutRunningLines(pages: Line[][]): Line[] {
  const seen = new Set<string>()
  return pages.flatMap((lines) => {
    const edge = new Set([...lines.slice(0, edgeLines), ...lines.slice(-edgeLines)])
    const running = lines.filter(
      (line) => edge.has(line) && (seen.has(runningKey(line)) || pageNumber.test(line.text)),
    )
    for (const line of edge) seen.add(runningKey(line))
    return lines.filter((line) => !running.includes(line))
  })
}

function runningKey({ text }: Line): string {
  return text.replace(/\d+|\b[ivxlc]+\b/g, '#')
}

/** The size that most characters are set in. */
function commonSize(lines: readonly Line[]): number {
  const counts = new Map<number, number>()
  for (const { size, text } of lines) counts.set(size, (counts.get(size) ?? 0) + text.length)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0])[0]
}

// Sizes below this are emphasis or rounding; lines longer than a title are a lead paragraph.
const headingFactor = 1.12
const maxHeadingChars = 160

function isHeading({ size, text }: Line, bodySize: number): boolean {
  return size >= bodySize * headingFactor && text.length <= maxHeadingChars && /\p{L}/u.test(text)
}

function groupLines(lines: readonly Line[], bodySize: number): Line[][] {
  const groups: Line[][] = []
  for (const line of lines) {
    const previous = groups.at(-1)?.at(-1)
    if (previous && continues(previous, line, bodySize)) groups.at(-1)!.push(line)
    else groups.push([line])
  }
  return groups
}

// Lines of a paragraph stand 1.0 to 1.5 sizes apart; more than that is a gap between paragraphs.
const maxLeading = 1.6

function continues(previous: Line, line: Line, bodySize: number): boolean {
  if (isHeading(previous, bodySize) !== isHeading(line, bodySize) || bullet.test(line.text))
    return false
  if (Math.abs(previous.size - line.size) > 0.1 * previous.size) return false
  // Over a page or column break, only an unfinished sentence goes on.
  if (line.page !== previous.page || line.y > previous.y)
    return !/[.!?:]["”)]?$/.test(previous.text)
  const indented = line.x - previous.x > line.size && !bullet.test(previous.text)
  return previous.y - line.y <= maxLeading * Math.max(line.size, previous.size) && !indented
}

/** Joins lines with blanks, and words that were hyphenated at a line end without. */
function joinLines(lines: readonly Line[]): string {
  return lines.reduce((text, line) => {
    if (text === '') return line.text
    const hyphenated = /\p{Ll}[-\u00ad]$/u.test(text) && /^\p{Ll}/u.test(line.text)
    return hyphenated ? text.slice(0, -1) + line.text : `${text} ${line.text}`
  }, '')
}
