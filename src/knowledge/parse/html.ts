/** @file HTML: the readable part of a page as Markdown, which is the stored text. */
import type { Element, ElementContent, Root, RootContent } from 'hast'
import rehypeParse from 'rehype-parse'
import rehypeRemark from 'rehype-remark'
import remarkGfm from 'remark-gfm'
import remarkStringify from 'remark-stringify'
import { unified } from 'unified'
import { byteOrderMark, decodeText } from './decode.ts'
import { humanizeName } from './file-name.ts'
import { markdownBlocks } from './markdown.ts'
import type { ParsedDocument, ParseInput } from './parsed-document.ts'

/** Parses a page; the stored text is its main content as Markdown. */
export async function parseHtml(input: ParseInput): Promise<ParsedDocument> {
  const document = htmlDocument(decodeHtml(input), input.name)
  return { ...document, mediaType: 'text/html' }
}

/** The document of HTML that is already decoded. */
export function htmlDocument(html: string, name: string): ParsedDocument {
  const tree = parser.parse(html)
  const { title, ...metadata } = readHead(tree)
  const text = toMarkdown(mainContent(tree))
  const blocks = markdownBlocks(text, { masked: text })
  const heading = blocks.find((block) => block.kind === 'heading' && block.depth === 1)?.plain
  return {
    title: title ?? heading ?? humanizeName(name),
    text,
    mediaType: 'text/html',
    blocks,
    metadata,
  }
}

const parser = unified().use(rehypeParse)

const writer = unified()
  .use(rehypeRemark)
  .use(remarkGfm, { tablePipeAlign: false })
  .use(remarkStringify, { bullet: '-', rule: '-' })

function toMarkdown(tree: Root): string {
  return writer.stringify(writer.runSync(tree)).trim()
}

/** The declared character set, where it is not UTF-8 and there is no byte order mark. */
function decodeHtml({ bytes, name, mediaType = '' }: ParseInput): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 4096))
  const declared = /charset\s*=\s*["']?([\w-]+)/i
  const label = (declared.exec(mediaType) ?? declared.exec(head))?.[1] ?? 'utf-8'
  if (byteOrderMark(bytes) || /^utf-?8$/i.test(label)) return decodeText(bytes, name)
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes).replaceAll('\r\n', '\n')
  } catch {
    return decodeText(bytes, name)
  }
}

type Head = { title?: string; description?: string; lang?: string }

function readHead(tree: Root): Head {
  const elements = [...elementsOf(tree)]
  const content = (key: string): string | undefined => {
    const meta = elements.find(
      ({ tagName, properties }) =>
        tagName === 'meta' && [properties.name, properties.property].includes(key),
    )
    return nonEmpty(meta?.properties.content)
  }
  const named = elements.find((element) => element.tagName === 'title')
  const title = (named && nonEmpty(textOf(named))) ?? content('og:title')
  const description = content('description') ?? content('og:description')
  const lang = nonEmpty(elements.find((element) => element.tagName === 'html')?.properties.lang)
  return { ...(title && { title }), ...(description && { description }), ...(lang && { lang }) }
}

function nonEmpty(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : ''
  return text === '' ? undefined : text
}

/** Elements around the content of a page, or without text for a reader. */
const dropped = new Set(
  'head script style nav header footer aside form noscript svg template iframe button dialog math object'.split(
    ' ',
  ),
)

/** A main element with at least this share of the words is the page; the rest is its frame. */
const mainShare = 0.5

function mainContent(tree: Root): Root {
  const kept = prune(tree)
  const total = textOf(kept).length
  const main = [...elementsOf(kept)].find(
    (element) =>
      (element.tagName === 'main' ||
        element.tagName === 'article' ||
        element.properties.role === 'main') &&
      textOf(element).length >= total * mainShare,
  )
  return main ? { type: 'root', children: [main] } : kept
}

function prune(tree: Root): Root {
  return { type: 'root', children: keepAll(tree.children, false) as RootContent[] }
}

type Content = RootContent | ElementContent

function keepAll(nodes: Content[], inContent: boolean): Content[] {
  return nodes.flatMap((node): Content[] => {
    if (node.type === 'text') return [node]
    if (node.type !== 'element' || isDropped(node, inContent)) return []
    const inside = inContent || node.tagName === 'article' || node.tagName === 'main'
    const children = keepAll(node.children, inside) as ElementContent[]
    return [{ ...node, properties: withoutData(node.properties), children }]
  })
}

function isDropped({ tagName, properties }: Element, inContent: boolean): boolean {
  // The header of a page holds its menus; the header of an article holds its title.
  if (tagName === 'header' && inContent) return false
  const hidden = properties.hidden !== undefined || properties.ariaHidden === 'true'
  return dropped.has(tagName) || hidden || /display:\s*none/.test(String(properties.style ?? ''))
}

/** An image in the address itself would put its bytes into the text. */
function withoutData(properties: Element['properties']): Element['properties'] {
  return String(properties.src ?? '').startsWith('data:') ? { ...properties, src: '' } : properties
}

function* elementsOf(node: Root | Element): Generator<Element> {
  for (const child of node.children) {
    if (child.type !== 'element') continue
    yield child
    yield* elementsOf(child)
  }
}

function textOf(node: RootContent | Root | ElementContent): string {
  if (node.type === 'text') return node.value
  return 'children' in node ? node.children.map(textOf).join('') : ''
}
