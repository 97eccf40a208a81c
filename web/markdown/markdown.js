/**
 * @file Markdown as models write it, parsed to a tree. Every text in the tree is a piece of the source
 * with its offset, so that marks which count in the answer's characters can be placed. HTML is text.
 */

import { parseInline } from './markdown-inline.js'

/** @import { Inline } from './markdown-inline.js' */

/** @typedef {{ text: string, start: number }} Line a piece of the source and where it begins there */

/**
 * @typedef {{ type: 'paragraph', inline: Inline[] }
 *   | { type: 'heading', level: number, inline: Inline[] }
 *   | { type: 'code', text: string }
 *   | { type: 'quote', blocks: Block[] }
 *   | { type: 'list', ordered: boolean, first: number, tight: boolean, items: Block[][] }
 *   | { type: 'table', head: Inline[][], rows: Inline[][][] }
 *   | { type: 'rule' }} BlockContent
 * @typedef {BlockContent & { start: number, end: number }} Block
 */

/** @typedef {{ block: BlockContent, next: number }} Step a block and the index of the line after it */

// Deeper nesting has no meaning to a reader, and unlimited recursion would let text overflow the stack.
const maxDepth = 8

const fencePattern = /^ {0,3}(`{3,}|~{3,})[^`]*$/
const headingPattern = /^ {0,3}(#{1,6})[ \t]+/
const rulePattern = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/
const quotePattern = /^ {0,3}> ?/
const itemPattern = /^ {0,3}(?:([-*+])|(\d{1,9})[.)])(?:[ \t]+|$)/
const delimiterRowPattern = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/

/**
 * @param {string} source
 * @returns {Block[]}
 */
export function parseMarkdown(source) {
  return parseBlocks(toLines(source), 0)
}

/**
 * @param {string} source
 * @returns {Line[]}
 */
function toLines(source) {
  let start = 0
  return source.split('\n').map((raw) => {
    const line = { text: raw.replace(/\r$/, ''), start }
    start += raw.length + 1
    return line
  })
}

/**
 * @param {Line[]} lines
 * @param {number} depth
 * @returns {Block[]}
 */
function parseBlocks(lines, depth) {
  const blocks = []
  const rules = depth < maxDepth ? [...leafRules, ...nestingRules] : leafRules
  for (let index = 0; index < lines.length; ) {
    if (isBlank(lines[index])) {
      index += 1
      continue
    }
    const step = firstMatch(rules, lines, index, depth) ?? readParagraph(lines, index)
    blocks.push({
      ...step.block,
      start: lines[index]?.start ?? 0,
      end: endOf(lines[step.next - 1]),
    })
    index = step.next
  }
  return blocks
}

/** @typedef {(lines: Line[], index: number, depth: number) => Step | null} Rule */

/**
 * @param {Rule[]} rules
 * @param {Line[]} lines
 * @param {number} index
 * @param {number} depth
 */
function firstMatch(rules, lines, index, depth) {
  for (const rule of rules) {
    const step = rule(lines, index, depth)
    if (step) return step
  }
  return null
}

/** @type {Rule} */
function readFence(lines, index) {
  const fence = fencePattern.exec(textAt(lines, index))?.[1]
  if (!fence) return null
  // Unclosed while the answer is still streaming: the rest is code.
  let end = index + 1
  while (end < lines.length && !closesFence(textAt(lines, end), fence)) end += 1
  const text = lines
    .slice(index + 1, end)
    .map((line) => line.text)
    .join('\n')
  return { block: { type: 'code', text }, next: Math.min(end + 1, lines.length) }
}

/** @type {Rule} */
function readHeading(lines, index) {
  const line = lines[index]
  const match = line && headingPattern.exec(line.text)
  if (!match) return null
  const content = skip(line, match[0].length)
  const inline = parseInline([{ ...content, text: content.text.replace(/[ \t]+#*[ \t]*$/, '') }])
  return { block: { type: 'heading', level: match[1]?.length ?? 1, inline }, next: index + 1 }
}

/** @type {Rule} */
function readRule(lines, index) {
  return rulePattern.test(textAt(lines, index))
    ? { block: { type: 'rule' }, next: index + 1 }
    : null
}

/** @type {Rule} */
function readTable(lines, index) {
  const head = lines[index]
  if (!head?.text.includes('|') || !delimiterRowPattern.test(textAt(lines, index + 1))) return null
  if (cellsOf(head).length !== cellsOf(/** @type {Line} */ (lines[index + 1])).length) return null
  let next = index + 2
  while (textAt(lines, next).includes('|')) next += 1
  const rows = lines.slice(index + 2, next).map(cellsOf)
  return { block: { type: 'table', head: cellsOf(head), rows }, next }
}

/** @type {Rule} */
function readQuote(lines, index, depth) {
  /** @type {Line[]} */
  const inner = []
  let next = index
  for (; next < lines.length; next += 1) {
    const line = /** @type {Line} */ (lines[next])
    const match = quotePattern.exec(line.text)
    if (!match) break
    inner.push(skip(line, match[0].length))
  }
  return next === index
    ? null
    : { block: { type: 'quote', blocks: parseBlocks(inner, depth + 1) }, next }
}

/** @type {Rule} */
function readList(lines, index, depth) {
  const opening = itemPattern.exec(textAt(lines, index))
  if (!opening || rulePattern.test(textAt(lines, index))) return null
  const ordered = opening[2] !== undefined
  const items = []
  let tight = true
  let next = index
  for (;;) {
    const match = itemPattern.exec(textAt(lines, next))
    if (!match || (match[2] !== undefined) !== ordered || rulePattern.test(textAt(lines, next)))
      break
    const item = readItem(lines, next, match[0].length)
    tight &&= !item.lines.some(isBlank) && (next === index || !isBlank(lines[next - 1]))
    items.push(parseBlocks(item.lines, depth + 1))
    next = skipBlank(lines, item.next)
  }
  // Blank lines after the last item belong to what follows.
  while (next > index && isBlank(lines[next - 1])) next -= 1
  return { block: { type: 'list', ordered, first: Number(opening[2] ?? 1), tight, items }, next }
}

/**
 * The lines of one list item without their indentation, trailing blank lines excluded.
 *
 * @param {Line[]} lines
 * @param {number} index
 * @param {number} width of the item's marker
 */
function readItem(lines, index, width) {
  const inner = [skip(/** @type {Line} */ (lines[index]), width)]
  let next = index + 1
  for (; next < lines.length; next += 1) {
    const line = /** @type {Line} */ (lines[next])
    const indent = line.text.search(/\S/)
    // Models often indent by two columns where Markdown asks for the marker's width.
    const belongs = indent >= Math.min(2, width)
    const continuesParagraph = !isBlank(lines[next - 1]) && !startsBlock(line.text)
    if (indent >= 0 && !belongs && !continuesParagraph) break
    inner.push(skip(line, Math.max(0, Math.min(indent, width))))
  }
  while (isBlank(inner.at(-1)) && inner.length > 1) {
    inner.pop()
    next -= 1
  }
  return { lines: inner, next }
}

/**
 * @param {Line[]} lines
 * @param {number} index
 * @returns {Step}
 */
function readParagraph(lines, index) {
  let next = index + 1
  while (next < lines.length && !isBlank(lines[next]) && !startsBlock(textAt(lines, next)))
    next += 1
  return { block: { type: 'paragraph', inline: parseInline(lines.slice(index, next)) }, next }
}

/** @type {Rule[]} */
const leafRules = [readFence, readHeading, readRule, readTable]
/** @type {Rule[]} */
const nestingRules = [readQuote, readList]

const blockOpenings = [fencePattern, headingPattern, rulePattern, quotePattern, itemPattern]

/** @param {string} text */
function startsBlock(text) {
  return blockOpenings.some((pattern) => pattern.test(text))
}

/**
 * @param {string} text
 * @param {string} fence
 */
function closesFence(text, fence) {
  const run = text.trim()
  return (
    run.length >= fence.length && run === run.charAt(0).repeat(run.length) && run[0] === fence[0]
  )
}

/**
 * @param {Line} line
 * @returns {Inline[][]}
 */
function cellsOf(line) {
  const opening = /^[ \t]*\|?/.exec(line.text)?.[0].length ?? 0
  const row = skip(line, opening).text.replace(/(?<!\\)\|[ \t]*$/, '')
  let start = line.start + opening
  return row.split(/(?<!\\)\|/).map((cell) => {
    const text = cell.trim()
    const inline = parseInline([{ text, start: start + cell.indexOf(text) }])
    start += cell.length + 1
    return inline
  })
}

/**
 * @param {Line} line
 * @param {number} width
 * @returns {Line}
 */
function skip(line, width) {
  return { text: line.text.slice(width), start: line.start + Math.min(width, line.text.length) }
}

/**
 * @param {Line[]} lines
 * @param {number} index
 */
function skipBlank(lines, index) {
  let next = index
  while (next < lines.length && isBlank(lines[next])) next += 1
  return next
}

/** @type {(lines: Line[], index: number) => string} */
const textAt = (lines, index) => lines[index]?.text ?? ''

/** @param {Line | undefined} line */
const isBlank = (line) => line?.text.trim() === ''

/** @param {Line | undefined} line */
const endOf = (line) => (line ? line.start + line.text.length : 0)
