/** @file The growing answer text: numbers markers, sends deltas with their citations, keeps the verdicts. */
import type { ReferenceSegment, Segment, TextSegment } from './answer-layout.ts'
import type { AskEvent, Citation, Verdict } from './events.ts'
import { endsInTarget, type KnownHost, withoutForeignLinks } from './link-guard.ts'

/** Where something was written: [start, end) of the answer, and the events that say so. */
type Written = { start: number; end: number; events: AskEvent[] }

export type AnswerWriter = {
  write(segment: Segment): Written
  /** Writes one unit after white space of at least `gap`'s lines; the range leaves that space out. */
  writeUnit(unit: { segments: readonly Segment[]; gap?: string }): Written
  /** Our own words, in a paragraph of their own. */
  writeParagraph(text: string): AskEvent[]
  verdict(verdict: Verdict): AskEvent[]
  markersOf(unit: { segments: readonly Segment[] }): number[]
  answer(): string
  citations(): Citation[]
  verdicts(): Verdict[]
}

/** A writer for one answer. Quotes are shown without links to hosts that are not known. */
export function createAnswerWriter(isKnown: KnownHost): AnswerWriter {
  let answer = ''
  let endsWithMarker = false
  const citations = new Map<number, Citation>()
  const verdicts: Verdict[] = []

  const writeText = (text: string, code = false): AskEvent[] => {
    let shown = code ? text : withoutImitations(answer, text)
    if (endsWithMarker && /^(?:\(|:)/.test(shown) && !code) shown = separate(answer, shown)
    if (shown === '') return []
    shown = code ? apartFromCode(answer, shown) : apart(answer, shown, isKnown)
    answer += shown
    endsWithMarker = false
    return [{ type: 'text-delta', delta: shown }]
  }

  const writeQuote = (sentence: string): AskEvent[] => {
    // In a table, a bar ends the cell and with it what looks like code.
    const isSound = !sentence.includes('|')
    const pieces = quotePieces(sentence).flatMap(({ text, code }) =>
      writeText(code && isSound ? text : withoutForeignLinks(text, isKnown), code),
    )
    return [...pieces, ...writeText(' ')]
  }

  const writeReference = (segment: ReferenceSegment): AskEvent[] => {
    const quote = segment.quoted ? writeQuote(segment.sentence.text) : []
    const known = citations.get(segment.sentence.number)
    const citation = known ?? { ...segment.citation, marker: citations.size + 1 }
    const delta = `[${citation.marker}]`
    answer += delta
    endsWithMarker = true
    if (known) return [...quote, { type: 'text-delta', delta }]
    citations.set(segment.sentence.number, citation)
    return [...quote, { type: 'text-delta', delta }, { type: 'citation', citation }]
  }

  const write = (segment: Segment): Written => {
    const start = answer.length
    const events =
      'sentence' in segment ? writeReference(segment) : writeText(segment.text, segment.code)
    return { start, end: answer.length, events }
  }

  return {
    write,
    writeUnit({ segments, gap = '' }) {
      const { space, rest } = leadingSpace(segments)
      const before = answer === '' ? [] : writeText(longerBreak(gap, space))
      const start = answer.length
      const events = [...before, ...rest.flatMap((segment) => write(segment).events)]
      return { start, end: answer.length, events }
    },
    writeParagraph: (text) => writeText(answer === '' ? text : `\n\n${text}`),
    verdict(verdict) {
      verdicts.push(verdict)
      return [{ type: 'verdict', verdict }]
    },
    markersOf({ segments }) {
      const numbers = segments.flatMap((s) => ('sentence' in s ? [s.sentence.number] : []))
      return [...new Set(numbers)].flatMap((number) => citations.get(number)?.marker ?? [])
    },
    answer: () => answer,
    citations: () => [...citations.values()],
    verdicts: () => verdicts,
  }
}

/** Text after a marker would make it a Markdown link `[1](…)` or, at a line's start, a definition `[1]: …`. */
function separate(answer: string, text: string): string {
  const alone = /(?:^|\n)\s*\[\d+\]$/.test(answer)
  return text.startsWith('(') || alone ? ` ${text}` : text
}

/**
 * The quoted sentence as shown. A source's own `[7]` reads `(7)`, since only our markers wear brackets;
 * what would open code and never close it is escaped.
 */
function quotePieces(sentence: string): TextSegment[] {
  const pieces = sentence.split(/((?<![`\\])(`+)[^`\n]+\2(?!`))/)
  return pieces.flatMap((text, index): TextSegment[] => {
    if (index % 3 === 2) return []
    return index % 3 === 1 ? [{ text, code: true }] : [{ text: plainQuote(text) }]
  })
}

function plainQuote(text: string): string {
  return text.replace(/\[([1-9]\d*)\]/g, '($1)').replace(/(?<!\\)`|(?<=^[ \t]*)~(?=~~)/gm, '\\$&')
}

/** Dropped references may leave pieces that read as a marker together, such as `[` and `7]`. */
function withoutImitations(answer: string, text: string): string {
  const tail = /\[\d*$/.exec(answer.slice(-16))?.[0] ?? ''
  return (tail + text).replace(/\[([1-9]\d*)\]/g, '[$1)').slice(tail.length)
}

/** What lost the reference between its parts must not join: two runs of backticks, an escape and one. */
function apartFromCode(answer: string, text: string): string {
  return closing(answer, text) + (text.startsWith('`') && /[`\\]$/.test(answer) ? ` ${text}` : text)
}

/** Nor may two halves of an address, or an escape and what would then be a tag. */
function apart(answer: string, text: string, isKnown: KnownHost): string {
  const close = closing(answer, text)
  if (close !== '') return close + withoutForeignLinks(text, isKnown)
  const head = /^\S*/.exec(text)![0]
  const joined = /\S*$/.exec(answer.slice(-LONGEST_TAIL))![0] + head
  const isAddress = head !== '' && withoutForeignLinks(joined, isKnown) !== joined
  const isEscaped = /^(?:`|\\<)/.test(text) && /[`\\]$/.test(answer)
  const opens =
    /^[(:]/.test(text) && endsInTarget(answer.slice(-LONGEST_TAIL) + text[0]) !== undefined
  return isAddress || isEscaped || opens ? ` ${text}` : text
}

/** Ends what a link points to before `text`, so that it points nowhere. */
function closing(answer: string, text: string): string {
  const blank = /^\s*/.exec(text)![0]
  return closings[endsInTarget(answer.slice(-LONGEST_TAIL) + blank) ?? 'none']
}

const closings = { link: ')', definition: '<> ', none: '' } as const

const LONGEST_TAIL = 4_096

/** The white space that `segments` begin with, and the segments without it. */
export function leadingSpace(segments: readonly Segment[]): { space: string; rest: Segment[] } {
  const [first, ...others] = segments
  if (!first || 'sentence' in first || first.code) return { space: '', rest: [...segments] }
  const text = first.text.trimStart()
  const space = first.text.slice(0, first.text.length - text.length)
  if (text !== '') return { space, rest: [{ text }, ...others] }
  const following = leadingSpace(others)
  return { space: space + following.space, rest: following.rest }
}

/** Of two pieces of white space, the one with more line breaks; the second if they are alike. */
export function longerBreak(one: string, other: string): string {
  const lines = (space: string): number => space.split('\n').length
  return lines(one) > lines(other) ? one : other
}
