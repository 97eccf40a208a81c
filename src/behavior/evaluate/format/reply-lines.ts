/** @file A reply as lines, each with the kind of Markdown block that it belongs to. */
import type { BlockKind } from './format-spec.ts'

export type LineKind = 'blank' | 'text' | BlockKind

export type ReplyLine = {
  readonly text: string
  readonly kind: LineKind
  /** From 1. */
  readonly number: number
  /** Whether it starts an item, a row or a quoted line, rather than going on with one. */
  readonly isItem: boolean
}

const markers: readonly (readonly [LineKind, RegExp])[] = [
  ['blank', /^\s*$/],
  ['quote', /^ {0,3}>/],
  ['heading', /^#{1,6}\s+\S/],
  ['numbered', /^\s*\d{1,3}[.)]\s+\S/],
  ['bullets', /^\s*[-*+•]\s+\S/],
  ['table', /^\s*\|.*\|\s*$/],
]
const fence = /^\s*(?:```|~~~)/
const indented = /^\s{2,}\S/

/** The lines of a reply without what surrounds it. */
export function linesOf(reply: string): ReplyLine[] {
  const lines: ReplyLine[] = []
  let isInCode = false
  for (const raw of reply.replaceAll('\r\n', '\n').trim().split('\n')) {
    const text = raw.trimEnd()
    const number = lines.length + 1
    const isFence = fence.test(text)
    const kind = isInCode || isFence ? 'code' : kindOf(text, lines.at(-1)?.kind)
    if (isFence) isInCode = !isInCode
    const isContinuation =
      isList(kind) && !markers.some(([own, marker]) => own === kind && marker.test(text))
    lines.push({ text, kind, number, isItem: !isContinuation })
  }
  return lines
}

export function isList(kind: LineKind): boolean {
  return kind === 'bullets' || kind === 'numbered'
}

function kindOf(text: string, previous: LineKind | undefined): LineKind {
  const found = markers.find(([, marker]) => marker.test(text))
  if (found) return found[0]
  return previous !== undefined && isList(previous) && indented.test(text) ? previous : 'text'
}
