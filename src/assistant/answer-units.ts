/** @file Cutting an answer into the units that get one verdict each: sentences, list items, rows, code blocks. */

import type { Span } from '../knowledge/index.ts'
import { segmentSentences } from '../knowledge/index.ts'

type Line = Span & { text: string; kind: 'fence' | 'single' | 'opener' | 'blank' | 'plain' }

const FENCE = /^[ \t>*+-]*(`{3,}(?!.*`)|~{3,})/
// Headings, table rows and rules stand for themselves; list items and quotes open a new block.
const SINGLE = /^[ \t]*(?:#{1,6}[ \t]|\||(?:[-*_][ \t]*){3,}$)/
const OPENER = /^[ \t]*(?:[-*+•]|\d{1,3}[.)]|>)[ \t]/

/** The units of `text` in order: disjoint, without surrounding white space, bullets included. */
export function answerUnits(text: string): Span[] {
  const units: Span[] = []
  for (const block of blocksOf(text)) {
    const content = text.slice(block.start, block.end)
    if (block.whole) units.push(trimmed(text, block))
    else units.push(...sentencesOf(text, content, block.start))
  }
  return units.filter((unit) => unit.end > unit.start)
}

/** Sentences of a block; a bullet or number at its start belongs to the first of them. */
function sentencesOf(text: string, content: string, offset: number): Span[] {
  const bullet = OPENER.exec(content)?.[0].length ?? 0
  const sentences = segmentSentences(content.slice(bullet)).map(({ start, end }) => ({
    start: offset + bullet + start,
    end: offset + bullet + end,
  }))
  const whole = trimmed(text, { start: offset, end: offset + content.length })
  if (sentences.length === 0) return [whole]
  sentences[0]!.start = whole.start
  return sentences
}

function blocksOf(text: string): (Span & { whole: boolean })[] {
  const blocks: (Span & { whole: boolean })[] = []
  let open: Span | undefined
  const close = (): void => {
    if (open) blocks.push({ ...open, whole: false })
    open = undefined
  }
  for (const line of linesOf(text)) {
    if (line.kind === 'plain' && open) open.end = line.end
    else close()
    if (line.kind === 'fence' || line.kind === 'single') blocks.push({ ...line, whole: true })
    else if (line.kind !== 'blank' && !open) open = { start: line.start, end: line.end }
  }
  close()
  return blocks
}

/** Lines with their kinds; a fenced code block is one line, to its end or the end of the text. */
function linesOf(text: string): Line[] {
  const lines: Line[] = []
  let fence: { line: Line; mark: string } | undefined
  for (const match of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    if (match[0] === '') continue
    const line: Line = { ...spanOf(match), text: match[0], kind: kindOf(match[0]) }
    if (fence) fence.line.end = line.end
    else lines.push(line)
    const mark = FENCE.exec(line.text)?.[1]
    if (!fence && mark) fence = { line, mark }
    else if (fence && closes(line.text, fence.mark)) fence = undefined
  }
  return lines
}

function spanOf(match: RegExpExecArray): Span {
  return { start: match.index, end: match.index + match[0].length }
}

function kindOf(line: string): Line['kind'] {
  if (/^\s*$/.test(line)) return 'blank'
  if (FENCE.test(line)) return 'fence'
  if (SINGLE.test(line)) return 'single'
  return OPENER.test(line) ? 'opener' : 'plain'
}

function closes(line: string, mark: string): boolean {
  const closing = line.trim()
  return closing.length >= mark.length && closing === mark[0]!.repeat(closing.length)
}

function trimmed(text: string, { start, end }: Span): Span {
  const content = text.slice(start, end)
  return { start: end - content.trimStart().length, end: start + content.trimEnd().length }
}
