/** @file The text of one answer while it streams: Markdown with citation markers and verdicts in place. */

import { el } from '../dom.js'
import { parseMarkdown } from '../markdown/markdown.js'
import { renderBlock } from '../markdown/markdown-dom.js'
import { createMarker } from '../source/citation.js'
import { strings } from '../strings.js'

/** @import { Citation } from '../../src/server/contract.ts' */
/** @import { AnswerState } from './ask.js' */
/** @import { Block } from '../markdown/markdown.js' */

/** @typedef {{ start: number, end: number }} Range */

const markerPattern = /\[(\d+)\]/g

/**
 * Renders into `container`. Blocks that did not change keep their nodes, and with them the reader's
 * focus, selection and open popover.
 *
 * @param {HTMLElement} container
 */
export function createAnswerText(container) {
  /** @type {{ key: string, node: HTMLElement }[]} */
  let shown = []

  return {
    /** @param {AnswerState} state */
    update({ text, citations, verdicts }) {
      const unsupported = verdicts.filter(
        (verdict) => verdict.support === 'unsupported' && !verdict.withheld,
      )
      const renderText = createTextRenderer(citations, unsupported)
      const next = parseMarkdown(text).map((block, index) => {
        const key = keyOf(block, text, citations, unsupported)
        const before = shown[index]
        return before?.key === key ? before : { key, node: renderBlock(block, renderText) }
      })
      replaceChanged(container, shown, next)
      shown = next
    },
  }
}

/**
 * @param {HTMLElement} container
 * @param {{ node: HTMLElement }[]} before
 * @param {{ node: HTMLElement }[]} after
 */
function replaceChanged(container, before, after) {
  for (const [index, { node }] of after.entries()) {
    const old = before[index]?.node
    if (old === node) continue
    if (old) old.replaceWith(node)
    else container.append(node)
  }
  for (const { node } of before.slice(after.length)) node.remove()
}

/**
 * Everything the look of a block depends on.
 *
 * @param {Block} block
 * @param {string} text
 * @param {Map<number, Citation>} citations
 * @param {Range[]} unsupported
 */
function keyOf(block, text, citations, unsupported) {
  const source = text.slice(block.start, block.end)
  const cited = [...source.matchAll(markerPattern)].map(
    (match) => citations.get(Number(match[1]))?.sha256,
  )
  const flagged = unsupported
    .filter((range) => overlaps(range, block))
    .map(({ start, end }) => [start, end])
  return JSON.stringify([block.start, source, cited, flagged])
}

/**
 * @param {Map<number, Citation>} citations
 * @param {Range[]} unsupported
 * @returns {import('../markdown/markdown-dom.js').RenderText}
 */
function createTextRenderer(citations, unsupported) {
  return (text, start) => {
    /** @type {Node[]} */
    const nodes = []
    let from = 0
    for (const match of text.matchAll(markerPattern)) {
      const citation = citations.get(Number(match[1]))
      // A number in brackets that cites nothing is part of the text.
      if (!citation) continue
      nodes.push(
        ...flagRanges(text.slice(from, match.index).trimEnd(), start + from, unsupported),
        createMarker(citation),
      )
      from = match.index + match[0].length
    }
    return [...nodes, ...flagRanges(text.slice(from), start + from, unsupported)]
  }
}

/**
 * Plain text with the parts inside `ranges` underlined.
 *
 * @param {string} text
 * @param {number} start
 * @param {Range[]} ranges
 * @returns {Node[]}
 */
function flagRanges(text, start, ranges) {
  const end = start + text.length
  const cuts = ranges
    .filter((range) => overlaps(range, { start, end }))
    .flatMap((range) => [range.start, range.end])
  const points = [...new Set([start, ...cuts.filter((cut) => cut > start && cut < end), end])].sort(
    (a, b) => a - b,
  )
  return points.slice(1).map((point, index) => {
    const from = points[index] ?? start
    const piece = text.slice(from - start, point - start)
    const flagged = ranges.some((range) => overlaps(range, { start: from, end: point }))
    return flagged
      ? el('span', { class: 'unsupported', title: strings.unsupported }, piece)
      : new Text(piece)
  })
}

/**
 * @param {Range} a
 * @param {Range} b
 */
function overlaps(a, b) {
  return a.start < b.end && b.start < a.end
}
