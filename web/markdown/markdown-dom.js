/** @file Parsed Markdown as DOM nodes. */

import { el } from '../dom.js'
import { safeUrl } from './markdown-inline.js'

/** @import { Block } from './markdown.js' */
/** @import { Inline } from './markdown-inline.js' */

/**
 * Turns one run of text into nodes; `start` is its offset in the Markdown source.
 *
 * @typedef {(text: string, start: number) => Node[]} RenderText
 */

/**
 * @param {Block} block
 * @param {RenderText} renderText
 * @returns {HTMLElement}
 */
export function renderBlock(block, renderText) {
  return renderers[block.type](/** @type {any} */ (block), renderText)
}

/** @type {{ [Type in Block['type']]: (block: Extract<Block, { type: Type }>, renderText: RenderText) => HTMLElement }} */
const renderers = {
  paragraph: ({ inline }, renderText) => el('p', {}, ...renderAll(inline, renderText)),
  heading: ({ level, inline }, renderText) =>
    el(headingTag(level), {}, ...renderAll(inline, renderText)),
  code: ({ text }) => el('pre', { tabIndex: 0 }, el('code', {}, text)),
  quote: ({ blocks }, renderText) =>
    el('blockquote', {}, ...blocks.map((block) => renderBlock(block, renderText))),
  rule: () => el('hr'),
  list: ({ ordered, first, tight, items }, renderText) => {
    const children = items.map((item) => renderItem(item, tight, renderText))
    return ordered ? el('ol', { start: first }, ...children) : el('ul', {}, ...children)
  },
  table: ({ head, rows }, renderText) => {
    const row = (/** @type {Inline[][]} */ cells, /** @type {'th' | 'td'} */ tag) =>
      el('tr', {}, ...cells.map((cell) => el(tag, {}, ...renderAll(cell, renderText))))
    const body = el('tbody', {}, ...rows.map((cells) => row(cells, 'td')))
    // Scrolls on its own, so that a wide table does not widen the page.
    return el(
      'div',
      { class: 'table-scroll', tabIndex: 0 },
      el('table', {}, el('thead', {}, row(head, 'th')), body),
    )
  },
}

/**
 * @param {Block[]} item
 * @param {boolean} tight
 * @param {RenderText} renderText
 */
function renderItem(item, tight, renderText) {
  const [first, ...rest] = item
  const lead = tight && first?.type === 'paragraph' ? renderAll(first.inline, renderText) : []
  const blocks = lead.length > 0 ? rest : item
  return el('li', {}, ...lead, ...blocks.map((block) => renderBlock(block, renderText)))
}

/**
 * @param {Inline[]} nodes
 * @param {RenderText} renderText
 */
function renderAll(nodes, renderText) {
  return nodes.flatMap((node) => renderInline(node, renderText))
}

/**
 * @param {Inline} node
 * @param {RenderText} renderText
 * @returns {Node[]}
 */
function renderInline(node, renderText) {
  if (node.type === 'text') return renderText(node.text, node.start)
  if (node.type === 'code') return [el('code', {}, node.text)]
  const children = renderAll(node.children, renderText)
  if (node.type !== 'link') return [el(node.type, {}, ...children)]
  const link = el(
    'a',
    { href: node.url.href, rel: 'noopener noreferrer', target: '_blank' },
    ...children,
  )
  return showsHost(node.url, link)
    ? [link]
    : [link, el('span', { class: 'host' }, ` (${node.url.host})`)]
}

/**
 * Whether the text of the link already says where it leads.
 *
 * @param {URL} url
 * @param {HTMLElement} link
 */
function showsHost(url, link) {
  return safeUrl(link.textContent)?.host === url.host
}

/**
 * @param {number} level
 * @returns {'h3' | 'h4' | 'h5'}
 */
function headingTag(level) {
  if (level <= 2) return 'h3'
  return level === 3 ? 'h4' : 'h5'
}
