/** @file Blocks as the units that chunks are packed from; blocks too long for a chunk come in parts. */
import type { Block, Span } from '../parse/parsed-document.ts'

export type Unit = Span & {
  plain: string
  sentences: Span[]
}

export type UnitLimits = {
  /** Longest unit of prose. */
  maxChars: number
  /** Longest table or listing that stays whole. */
  maxWholeChars: number
}

/** The units of a block: the block itself, or parts of it cut at its sentences. */
export function unitsOf(block: Block, text: string, limits: UnitLimits): Unit[] {
  const whole = block.kind === 'table' || block.kind === 'code'
  const limit = whole ? limits.maxWholeChars : limits.maxChars
  if (block.kind === 'heading') return [{ ...spanOf(block), plain: block.plain, sentences: [] }]
  if (block.end - block.start <= limit) {
    return [{ ...spanOf(block), plain: block.plain, sentences: block.sentences }]
  }
  return splitBlock(block, text, limits.maxChars)
}

function splitBlock(block: Block, text: string, maxChars: number): Unit[] {
  const groups = groupSentences(block, text, maxChars)
  const starts = groups.map((sentences, index) =>
    index === 0 ? block.start : startOfPart(text, groups[index - 1]!.at(-1)!, sentences[0]!),
  )
  return groups.map((sentences, index) => {
    const start = starts[index]!
    const end = starts[index + 1] ?? block.end
    const header = block.header && index > 0 ? `${block.header}\n` : ''
    return { start, end, sentences, plain: header + plainOf(block, text.slice(start, end)) }
  })
}

/** A row or list line is cut before its markers, not after them. */
function startOfPart(text: string, previous: Span, { start }: Span): number {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const markers = /^[\s|>*-]*$/.test(text.slice(lineStart, start))
  return markers ? Math.max(lineStart, previous.end) : start
}

function groupSentences(block: Block, text: string, maxChars: number): Span[][] {
  const groups: Span[][] = []
  for (const sentence of cutToFit(block, text, maxChars)) {
    const group = groups.at(-1)
    const start = groups.length === 1 ? block.start : group?.[0]?.start
    if (group && start !== undefined && sentence.end - start <= maxChars) group.push(sentence)
    else groups.push([sentence])
  }
  return groups
}

/** The sentences of a block in pieces of at most `maxChars`; what precedes the first counts as part of it. */
function cutToFit(block: Block, text: string, maxChars: number): Span[] {
  const sentences = block.sentences.length > 0 ? block.sentences : [spanOf(block)]
  return sentences.flatMap((sentence, index) => {
    const room = index === 0 ? Math.max(1, maxChars - (sentence.start - block.start)) : maxChars
    return sentence.end - sentence.start <= room ? [sentence] : cutSpan(sentence, text, maxChars)
  })
}

/** Cuts at blanks where there are some in the second half of a piece, else in mid-word. */
function cutSpan({ start, end }: Span, text: string, maxChars: number): Span[] {
  const pieces: Span[] = []
  for (let from = start; from < end; ) {
    const to = end - from <= maxChars ? end : cutBefore(text, from, from + maxChars)
    pieces.push({ start: from, end: to })
    from = to
    while (from < end && /\s/.test(text[from]!)) from++
  }
  return pieces
}

function cutBefore(text: string, from: number, limit: number): number {
  const window = text.slice(from, limit)
  const blank = window.search(/\s\S*$/)
  if (blank > window.length / 2) return from + window.slice(0, blank).trimEnd().length
  // Never between the two halves of a surrogate pair.
  return /[\uD800-\uDBFF]$/.test(window) && window.length > 1 ? limit - 1 : limit
}

/** The words of a part, for which there is no syntax tree any more: the commonest markup taken off. */
function plainOf(block: Block, raw: string): string {
  if (block.kind === 'code') return raw
  return raw
    .replace(/^[ \t]*\|?[-:| \t]+\|[-:| \t]*$/gm, '')
    .replace(/!?\[([^[\]]*)\]\([^()\s]*(?:\s"[^"]*")?\)/g, '$1')
    .replace(/<\/?[A-Za-z][^<>]*>|\*{1,3}|`+/g, '')
    .replace(/^[ \t]*[|>][ \t]?|[ \t]*\|?[ \t]*$/gm, '')
    .trim()
}

function spanOf({ start, end }: Span): Span {
  return { start, end }
}
