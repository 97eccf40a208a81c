/** @file Cuts long Markdown into parts that can be parsed one by one. */

export type MarkdownPart = {
  /** What to parse: the definitions that the part refers to, then the part. */
  source: string
  /** Where the part starts in the source. */
  lead: number
  /** Where the part starts in the text. */
  start: number
}

// micromark's time grows faster than its input, and it holds hundreds of bytes per character: 350 kB of
// dense Markdown take 4 s in one piece and 0.4 s in parts of this size.
const defaultPartChars = 4 * 1024

/**
 * Cuts the Markdown from `from` on into parts of at least `minChars`, where a line without indent follows a
 * blank one: that ends every block but an open fence, and a list that is cut yields the same items.
 */
export function partsOf(
  markdown: string,
  from: number,
  minChars: number = defaultPartChars,
): MarkdownPart[] {
  if (markdown.length - from <= minChars)
    return [{ source: markdown.slice(from), lead: 0, start: from }]
  const definitions = definitionsOf(markdown)
  const parts: MarkdownPart[] = []
  let start = from
  for (const end of [...cutOffsets(markdown, from), markdown.length]) {
    if (end - start < minChars && end < markdown.length) continue
    const part = markdown.slice(start, end)
    const lead = definitionsIn(part, definitions)
    parts.push({ source: lead + part, lead: lead.length, start })
    start = end
  }
  return parts
}

const containerPrefix = '^[ \\t>]*(?:(?:[-*+]|\\d{1,9}[.)])[ \\t]+)*'
const landmarks = new RegExp(`${containerPrefix}(\`{3,}|~{3,})|(?<=\\n[ \\t]*\\n)(?=\\S)`, 'gm')

function cutOffsets(markdown: string, from: number): number[] {
  const offsets: number[] = []
  let fence: string | undefined
  for (const { index, 1: marker } of markdown.matchAll(landmarks)) {
    if (index < from) continue
    if (marker === undefined) {
      if (!fence) offsets.push(index)
    } else if (!fence) {
      fence = marker
    } else if (marker.startsWith(fence)) {
      fence = undefined
    }
  }
  return offsets
}

/** Definitions of links and footnotes, by label in brackets. */
function definitionsOf(markdown: string): Map<string, string> {
  const lines = markdown.matchAll(/^ {0,3}(\[[^\]\n]+\]):[ \t]*\S.*$/gm)
  return new Map([...lines].map(([line, label]) => [label!.toLowerCase(), line.trim()]))
}

function definitionsIn(part: string, definitions: ReadonlyMap<string, string>): string {
  if (definitions.size === 0) return ''
  const text = part.toLowerCase()
  const used = [...definitions].filter(([label]) => text.includes(label))
  return used.map(([, line]) => `${line}\n\n`).join('')
}
