/** @file Collects laid-out segments until a sentence (item, row, code block) is complete, then hands it on. */
import type { EvidenceSentence, Span } from '../knowledge/index.ts'
import type { Segment } from './answer-layout.ts'
import { answerUnits } from './answer-units.ts'

export type ClaimUnit = {
  segments: Segment[]
  /** Range in the answer, when the segments were added with theirs. */
  start: number
  end: number
  /** The unit without markers, quotes, bullets. */
  text: string
  quoted: boolean
  /** What it cites; items, rows and code under a cited "…:" share that citation. */
  cited: EvidenceSentence[]
  /** A table's first row. */
  header: boolean
  /** Whether it only announces what follows: a heading, a header row, a line ending in a colon. */
  leadIn: boolean
  leadsIntoWithheld?: boolean
  /** White space left by withheld units before it. */
  gap?: string
}

export type UnitBuffer = {
  /** Adds segments and returns the units they complete. `written`: where the answer has them. */
  add(segments: readonly Segment[], written?: Span): ClaimUnit[]
  /** The units left at the end. */
  rest(): ClaimUnit[]
}

type Entry = Span & { segment: Segment; mask: string }

/** Stands for markers while sentences are sought: white space to a segmenter, and rare in answers. */
const MARKER_MASK = '\u00A0'
/** Without one of these nothing has ended yet. */
const BOUNDARY = /[.!?…。！？\n]/

/** A buffer for one answer. A unit is complete when a whole word follows it. */
export function createUnitBuffer(): UnitBuffer {
  let entries: Entry[] = []
  let mask = ''
  const describe = createDescriber()

  const cut = (ends: readonly number[]): ClaimUnit[] => {
    const units: ClaimUnit[] = []
    let from = 0
    for (const end of ends) {
      const [taken, left] = splitEntries(entries, end - from)
      entries = left
      from = end
      mask = left.map((entry) => entry.mask).join('')
      if (taken.some(({ mask }) => /[^ \t\r\n]/.test(mask))) units.push(describe(taken))
    }
    return units
  }

  return {
    add(segments, written = { start: 0, end: 0 }) {
      for (const segment of segments) {
        const entry = { segment, mask: maskOf(segment), ...written }
        entries.push(entry)
        mask += entry.mask
      }
      const mayClose = segments.some((s) => 'sentence' in s || /\s/.test(s.text))
      return mayClose && BOUNDARY.test(mask) ? cut(closedEnds(mask)) : []
    },
    rest: () => cut([...unitEnds(mask), mask.length]),
  }
}

/** A quote is one sentence, whatever it holds, and full stops in code end none. */
function maskOf(segment: Segment): string {
  if (!('sentence' in segment)) {
    return segment.code ? segment.text.replace(/[^\s`~]/g, 'x') : segment.text
  }
  const quote = segment.quoted ? `${'Q'.repeat(3)}. ` : ''
  return quote + MARKER_MASK
}

function closedEnds(mask: string): number[] {
  const settled = mask.slice(0, mask.search(/\s\S*$/) + 1)
  return unitEnds(settled)
}

/** Where each unit but the last ends, with the markers that belong to it. */
function unitEnds(mask: string): number[] {
  const units = answerUnits(mask)
  return units.slice(1).map((next, index) => endWithMarkers(mask, units[index]!.end, next.start))
}

/** Markers after a sentence are its own, unless they open the next line. */
function endWithMarkers(mask: string, end: number, next: number): number {
  const between = mask.slice(end, next)
  const first = between.indexOf(MARKER_MASK)
  if (first === -1) return end
  const last = between.lastIndexOf(MARKER_MASK)
  const opensLine = between.slice(0, first).includes('\n') && !between.slice(last).includes('\n')
  return opensLine ? end : end + last + 1
}

function splitEntries(entries: readonly Entry[], length: number): [Entry[], Entry[]] {
  const taken: Entry[] = []
  let left = length
  for (const [index, entry] of entries.entries()) {
    if (left <= 0) return [taken, entries.slice(index)]
    if (entry.mask.length > left && 'text' in entry.segment) {
      const [head, tail] = splitText(entry, entry.segment.text, left)
      return [
        [...taken, head],
        [tail, ...entries.slice(index + 1)],
      ]
    }
    taken.push(entry)
    left -= entry.mask.length
  }
  return [taken, []]
}

function splitText(entry: Entry, text: string, at: number): [Entry, Entry] {
  const { mask, start, end } = entry
  const middle = end - (mask.length - at)
  const part = (from: number, to?: number): Pick<Entry, 'segment' | 'mask'> => ({
    segment: { ...entry.segment, text: text.slice(from, to) } as Segment,
    mask: mask.slice(from, to),
  })
  return [
    { ...part(0, at), start, end: middle },
    { ...part(at), start: middle, end },
  ]
}

const BULLET = /^\s*(?:[-*+•>]|\d{1,3}[.)])\s+/
const BLOCK_LINE = /^\s*(?:[-*+•>]\s|\d{1,3}[.)]\s|\||`{3}|~{3})/

/** Reads units in order, remembering what the one before announced. */
function createDescriber(): (entries: readonly Entry[]) => ClaimUnit {
  let announced: EvidenceSentence[] = []
  let inTable = false
  return (entries) => {
    const segments = entries.map(({ segment }) => segment)
    const raw = segments.map((s) => ('sentence' in s ? '' : s.text)).join('')
    const isBlockLine = BLOCK_LINE.test(raw)
    const isRow = /^\s*\|/.test(raw)
    const own = segments.flatMap((s) => ('sentence' in s ? [s.sentence] : []))
    const announces = /[:：][*_]*\s*$/.test(raw)
    const header = isRow && !inTable
    const cited = own.length === 0 && isBlockLine ? announced : [...new Set(own)]
    if (announces || !isBlockLine) announced = announces ? cited : []
    inTable = isRow
    return {
      segments,
      ...rangeOf(entries),
      text: raw.replace(BULLET, '').trim(),
      quoted: segments.some((s) => 'sentence' in s && s.quoted),
      cited,
      header,
      leadIn: header || announces || /^\s*#/.test(raw),
    }
  }
}

/** The answer's range from the first to the last character that is not white space. */
function rangeOf(entries: readonly Entry[]): Span {
  const inked = entries.filter(({ mask }) => /[^ \t\r\n]/.test(mask))
  const first = inked[0]!
  const last = inked.at(-1)!
  const lead = first.mask.length - first.mask.replace(/^[ \t\r\n]+/, '').length
  const trail = last.mask.length - last.mask.replace(/[ \t\r\n]+$/, '').length
  return {
    start: 'sentence' in first.segment ? first.start : first.end - (first.mask.length - lead),
    end: last.end - ('sentence' in last.segment ? 0 : trail),
  }
}
