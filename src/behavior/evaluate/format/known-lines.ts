/** @file Finds the lines that replies repeat: to the letter, or around a free slot. */
import { wordsOf } from '../../text/words.ts'
import type { LinePattern } from './format-spec.ts'
import { matchesPattern } from './line-patterns.ts'
import type { ReplyLine } from './reply-lines.ts'
import { leastSupport, NEARLY_ALL } from './support.ts'

export type KnownLines = {
  readonly patterns: readonly LinePattern[]
  /** The index of the pattern that the line matches. */
  find(line: ReplyLine): number | undefined
}

/** Items and quotes repeat by chance; only what every second reply has is a fixed line with a marker. */
const MARKED_SHARE = 0.5
const SLOT_SHARE = 0.05
/** Fewer words open many sentences; but for fields, and short lines of many replies, as "Hi Anna,". */
const AFFIX_WORDS = 3
/** The end of a field's name: "Status: …", "status = …", "status => …". */
const FIELD_MARK = /(?::|=|=>|->)$/
const SHORT_SLOT = 3
const SHORT_LINE_SHARE = 0.2
const LONGEST_AFFIX = 40
/** Slots of new replies may be longer than any seen. */
const SLOT_MARGIN = 1.5

export function findKnownLines(replies: readonly (readonly ReplyLine[])[]): KnownLines {
  const repeated = findLiterals(replies)
  const rest = replies.map((lines) =>
    lines.filter(({ text, kind }) => kind !== 'blank' && kind !== 'code' && !repeated.has(text)),
  )
  const slotted = findSlotted(rest, replies.length)
  // "Hi Anna," may come back often and is still no more than one way to fill "Hi {…},".
  const literals = [...repeated]
    .filter(([text, count]) => count >= SLOT_SHARE * replies.length || !matchesAny(slotted, text))
    .map(([text]) => text)
  const idOf = new Map(literals.map((text, id) => [text, id]))
  return {
    patterns: [...literals.map((text) => ({ text })), ...slotted],
    find({ text, kind }) {
      if (kind === 'blank') return undefined
      const id = idOf.get(text)
      if (id !== undefined) return id
      const at = slotted.findIndex((pattern) => matchesPattern(pattern, text))
      return at === -1 ? undefined : literals.length + at
    },
  }
}

function matchesAny(patterns: readonly LinePattern[], line: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, line))
}

/** Each repeated line with the number of replies that have it, the most frequent first. */
function findLiterals(replies: readonly (readonly ReplyLine[])[]): Map<string, number> {
  const counts = new Map<string, { count: number; isMarked: boolean }>()
  for (const lines of replies) {
    for (const [text, { kind }] of new Map(lines.map((line) => [line.text, line]))) {
      if (kind === 'blank' || kind === 'code') continue
      const isMarked = kind !== 'text' && kind !== 'heading'
      counts.set(text, { count: (counts.get(text)?.count ?? 0) + 1, isMarked })
    }
  }
  const least = leastSupport(replies.length)
  const frequent = [...counts].filter(
    ([, { count, isMarked }]) =>
      count >= least && (!isMarked || count >= MARKED_SHARE * replies.length),
  )
  return new Map(
    frequent.sort(([, a], [, b]) => b.count - a.count).map(([text, { count }]) => [text, count]),
  )
}

/** A line that is not repeated as a whole, cut into words; `from` tells replies apart. */
type OpenLine = { text: string; words: string[]; from: number; isMarked: boolean }

function findSlotted(replies: readonly (readonly ReplyLine[])[], total: number): LinePattern[] {
  const open: OpenLine[] = replies.flatMap((lines, from) =>
    lines.map(({ text, kind }) => ({
      text,
      words: text.split(' '),
      from,
      isMarked: kind !== 'text',
    })),
  )
  const least = Math.max(leastSupport(total), Math.ceil(SLOT_SHARE * total))
  const supports: Supports = (lines, share = 0) => {
    const needed = lines[0]?.isMarked ? MARKED_SHARE : share
    return new Set(lines.map(({ from }) => from)).size >= Math.max(least, needed * total)
  }
  const byStart = growAffixes(open, supports).flatMap(({ words, lines }) =>
    toPattern(`${words.join(' ')} `, commonEnding(lines, words.length), lines),
  )
  const left = open.filter(({ text }) => !matchesAny(byStart, text))
  const reversed = left.map((line) => ({ ...line, words: line.words.toReversed() }))
  const byEnd = growAffixes(reversed, supports).flatMap(({ words, lines }) =>
    toPattern('', ` ${words.toReversed().join(' ')}`, lines),
  )
  return [...byStart, ...byEnd]
}

/** Whether lines are of enough replies, or of such a share of them. */
type Supports = (lines: readonly OpenLine[], share?: number) => boolean

type Affix = { words: string[]; lines: OpenLine[] }

/** Follows the words that lines share from their start, as far as nearly all of them go the same way. */
function growAffixes(lines: OpenLine[], supports: Supports, words: string[] = []): Affix[] {
  const depth = words.length
  // The last word belongs to the slot.
  const groups = Map.groupBy(
    lines.filter((line) => line.words.length > depth + 1),
    (line) => line.words[depth]!,
  )
  const branches = [...groups].filter(([, group]) => supports(group))
  const covered = branches.reduce((sum, [, group]) => sum + group.length, 0)
  const isFixed =
    depth >= AFFIX_WORDS ||
    FIELD_MARK.test(words.at(-1) ?? '') ||
    (depth > 0 && isShort(lines, depth) && supports(lines, SHORT_LINE_SHARE))
  const goesOn = covered >= NEARLY_ALL * lines.length && depth < LONGEST_AFFIX
  if (isFixed && !goesOn) return [{ words, lines }]
  return branches.flatMap(([word, group]) => growAffixes(group, supports, [...words, word]))
}

function isShort(lines: readonly OpenLine[], depth: number): boolean {
  const short = lines.filter(({ words }) => words.length <= depth + SHORT_SLOT).length
  return short >= NEARLY_ALL * lines.length
}

/** The words and marks with which nearly all lines end, after so many words at the start. */
function commonEnding(lines: readonly OpenLine[], skipped: number): string {
  const slots = lines.map(
    ({ words }) =>
      words
        .slice(skipped)
        .join(' ')
        .match(/[\p{L}\p{N}]+|\s+|./gu) ?? [],
  )
  let ending = ''
  for (let back = 1; ; back++) {
    const counts = new Map<string, number>()
    for (const pieces of slots)
      if (pieces.length > back)
        counts.set(pieces.at(-back)!, (counts.get(pieces.at(-back)!) ?? 0) + 1)
    const [best] = [...counts].sort(([, a], [, b]) => b - a)
    if (!best || best[1] < NEARLY_ALL * lines.length) return ending
    ending = best[0] + ending
  }
}

function toPattern(prefix: string, suffix: string, lines: readonly OpenLine[]): LinePattern[] {
  const sizes = lines
    .filter(({ text }) => text.startsWith(prefix) && text.endsWith(suffix))
    .map(({ text }) => wordsOf(text.slice(prefix.length, text.length - suffix.length)).length)
    .filter((size) => size > 0)
  if (sizes.length === 0) return []
  const max = Math.ceil(sizes.reduce((most, size) => Math.max(most, size), 0) * SLOT_MARGIN)
  return [{ prefix, suffix, words: { min: 1, max } }]
}
