/** @file Markdown and MDX: CommonMark with GFM, after what belongs to the site generator is masked. */
import type { Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { decodeText } from './decode.ts'
import { humanizeName } from './file-name.ts'
import { readFrontMatter } from './front-matter.ts'
import { blocksOf } from './markdown-blocks.ts'
import { maskMarkup } from './markdown-mask.ts'
import { partsOf } from './markdown-parts.ts'
import type { Block, MetadataValue, ParsedDocument, ParseInput } from './parsed-document.ts'

/** Parses Markdown; the stored text is the decoded file to the letter. */
export async function parseMarkdown(input: ParseInput): Promise<ParsedDocument> {
  return markdownDocument(decodeText(input.bytes, input.name), input.name)
}

/** The document of a Markdown text that is already decoded. */
export function markdownDocument(text: string, name: string): ParsedDocument {
  const { end, metadata } = readFrontMatter(text)
  const blocks = markdownBlocks(text, { from: end })
  const title = titleOf(metadata, blocks) ?? humanizeName(name)
  return { title, text, mediaType: 'text/markdown', blocks, metadata }
}

export type MarkdownReading = {
  /** Where the body starts. Default 0. */
  from?: number
  /** The text as CommonMark is to read it. Default: the body with the markup of site generators blanked out. */
  masked?: string
  /** Least length of the parts that are parsed one by one. Default 4,096. */
  partChars?: number
}

/** The blocks of a Markdown text. */
export function markdownBlocks(text: string, reading: MarkdownReading = {}): Block[] {
  const from = reading.from ?? 0
  const masked = reading.masked ?? mask(text, from)
  return partsOf(masked, from, reading.partChars).flatMap(({ source, lead, start }) =>
    // A footnote's definition that came along is a block before the part.
    blocksOf(parseTree(source), masked, start - lead).filter((block) => block.start >= start),
  )
}

function mask(text: string, from: number): string {
  return ' '.repeat(from) + maskMarkup(text.slice(from))
}

function titleOf(metadata: Record<string, MetadataValue>, blocks: Block[]): string | undefined {
  if (typeof metadata.title === 'string' && metadata.title.trim() !== '')
    return metadata.title.trim()
  return blocks.find((block) => block.kind === 'heading' && block.depth === 1)?.plain
}

function parseTree(markdown: string): Root {
  return fromMarkdown(markdown, { extensions, mdastExtensions })
}

// The transforms look for bare addresses too.
const mdastExtensions = gfmFromMarkdown().filter((extension) => !extension.transforms)

/**
 * HTML and indented code are off, because masked tags leave deep indents that are not code. Bare
 * addresses need no syntax tree to be text, and looking for them costs a third of the parsing time.
 */
const extensions: Extension[] = [
  withoutAutolinks(gfm()),
  { disable: { null: ['htmlFlow', 'htmlText', 'codeIndented'] } },
]

type Extension = ReturnType<typeof gfm>

function withoutAutolinks(extension: Extension): Extension {
  const text = Object.entries(extension.text ?? {}).flatMap(([code, constructs]) => {
    const kept = [constructs ?? []].flat().filter(({ name }) => !name?.endsWith('Autolink'))
    return kept.length > 0 ? [[code, kept]] : []
  })
  return { ...extension, text: Object.fromEntries(text) }
}
