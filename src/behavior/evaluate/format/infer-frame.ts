/** @file Where replies differ too much for a skeleton: what nearly all begin and end with, and contain. */
import type { FormatElement, FormatVariant } from './format-spec.ts'
import type { KnownLines } from './known-lines.ts'
import type { ReplyLine } from './reply-lines.ts'
import { leastSupport, NEARLY_ALL } from './support.ts'

const LONGEST_END = 6

/** Fixed lines at both ends, fixed lines in between in their order, anything around them. */
export function inferFrame(
  replies: readonly (readonly ReplyLine[])[],
  known: KnownLines,
): FormatVariant {
  const opening = sharedEnd(replies, known)
  const rest = replies.map((lines) => lines.slice(opening.length))
  const closing = sharedEnd(
    rest.map((lines) => lines.toReversed()),
    known,
  ).reverse()
  const inner = rest.map((lines) => lines.slice(0, Math.max(0, lines.length - closing.length)))
  const anything: FormatElement = { is: 'anything' }
  const middle = sharedLines(inner, known).flatMap((line) => [line, anything])
  return {
    share: 1,
    parts: [{ share: 1, elements: [...opening, anything, ...middle, ...closing] }],
  }
}

/** The elements that nearly all replies start with. */
function sharedEnd(replies: readonly (readonly ReplyLine[])[], known: KnownLines): FormatElement[] {
  const elements: FormatElement[] = []
  for (let at = 0; at < LONGEST_END; at++) {
    const element = sharedElement(
      replies.map((lines) => lines[at]),
      known,
    )
    if (!element) break
    elements.push(element)
  }
  // An empty line before anything at all says nothing.
  while (elements.at(-1)?.is === 'blank') elements.pop()
  return elements
}

function sharedElement(
  lines: readonly (ReplyLine | undefined)[],
  known: KnownLines,
): FormatElement | undefined {
  const counts = new Map<number | undefined, number>()
  for (const line of lines) {
    const id = line && line.kind === 'blank' ? BLANK : line && known.find(line)
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  if ((counts.get(BLANK) ?? 0) >= NEARLY_ALL * lines.length) return { is: 'blank' }
  const least = leastSupport(lines.length)
  const ids = [...counts].filter(
    ([id, count]) => id !== undefined && id !== BLANK && count >= least,
  )
  const covered = ids.reduce((sum, [, count]) => sum + count, 0)
  if (covered < NEARLY_ALL * lines.length) return undefined
  return {
    is: 'line',
    lines: ids.sort(([, a], [, b]) => b - a).map(([id]) => known.patterns[id!]!),
  }
}

const BLANK = -1

/** Fixed lines that nearly all replies contain, in the order in which they mostly come. */
function sharedLines(
  replies: readonly (readonly ReplyLine[])[],
  known: KnownLines,
): FormatElement[] {
  const places = new Map<number, number[]>()
  for (const lines of replies) {
    const first = new Map<number, number>()
    for (const [at, line] of lines.entries()) {
      const id = known.find(line)
      if (id !== undefined && !first.has(id)) first.set(id, at / lines.length)
    }
    for (const [id, place] of first) {
      const own = places.get(id)
      if (own) own.push(place)
      else places.set(id, [place])
    }
  }
  return [...places]
    .filter(([, own]) => own.length >= NEARLY_ALL * replies.length)
    .map(([id, own]) => ({ id, place: own.reduce((sum, place) => sum + place, 0) / own.length }))
    .sort((a, b) => a.place - b.place)
    .map(({ id }) => ({ is: 'line', lines: [known.patterns[id]!] }))
}
