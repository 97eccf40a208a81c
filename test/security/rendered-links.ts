/** @file Where a rendered answer points: every address in its Markdown, as a browser would resolve it. */
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

/** Marks of prompts: no browser knows such elements, and without attributes they do nothing. */
const INERT = /^<\/?(?:evidence|SYS)>$/

/** What a page's own address is to the links on it. */
const PAGE = ['http://page.invalid/chat', 'https://page.invalid/chat']

type Node = { type: string; url?: string; value?: string; children?: Node[] }

/** Addresses that leave the page for a host that is not known, and all raw HTML, which may hold anything. */
export function foreignAddresses(markdown: string, known: readonly string[] = []): string[] {
  const tree = fromMarkdown(markdown, {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  }) as Node
  return nodesOf(tree).flatMap(({ type, url, value = '' }) => {
    if (type === 'html') return INERT.test(value) ? [] : [`html ${value}`]
    return url !== undefined && PAGE.some((page) => isForeign(url, page, known)) ? [url] : []
  })
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)]
}

/** An address to write to, without a letter that is already written, sends nothing. */
function isForeign(url: string, page: string, known: readonly string[]): boolean {
  const target = URL.parse(url, page)
  if (!target) return false
  if (target.protocol === 'mailto:') return target.search !== ''
  if (!/^https?:$/.test(target.protocol)) return true
  return target.hostname !== new URL(page).hostname && !known.includes(target.hostname)
}
