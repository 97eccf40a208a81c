/** @file White space and repetition around markers, before they are numbered. */
import type { EvidenceSentence } from '../knowledge/index.ts'
import type { Citation } from './events.ts'

export type TextSegment = { text: string; code?: true }
/** A verified reference; its citation still lacks the marker. `quoted`: the sentence itself goes before it. */
export type ReferenceSegment = { sentence: EvidenceSentence; citation: Citation; quoted: boolean }
export type Segment = TextSegment | ReferenceSegment

export type AnswerLayout = {
  /** The segments to write now; white space at the end waits for what follows. */
  add(segment: Segment): Segment[]
  /** Notes that a reference stood here and was dropped. */
  drop(): void
}

/** Lays one answer out: no marker twice in a row, no gaps where references were dropped. */
export function createAnswerLayout(): AnswerLayout {
  let held = ''
  let dropped = false
  let started = false
  /** Evidence numbers cited since the last text. */
  let neighbours = new Set<number>()
  let afterFullStop = false

  const addText = ({ text, code }: TextSegment): Segment[] => {
    let content = afterFullStop && !held ? text.replace(/^\.(?!\.)/, '') : text
    if (dropped) [held, content] = closeGap(held, content, code)
    content = held + content
    if (!started) content = content.trimStart()
    held = code ? '' : /\s*\(?\s*$/.exec(content)![0]
    const shown = content.slice(0, content.length - held.length)
    if (shown === '') return []
    started = true
    dropped = false
    afterFullStop = false
    neighbours = new Set()
    return [code ? { text: shown, code } : { text: shown }]
  }

  const addReference = (segment: ReferenceSegment): Segment[] => {
    const { number, text } = segment.sentence
    if (neighbours.has(number) && !segment.quoted) {
      dropped = true
      return []
    }
    neighbours.add(number)
    const space: Segment[] = started && held !== '' ? [{ text: held }] : []
    if (!started && held.includes('(')) space.push({ text: '(' })
    held = ''
    started = true
    dropped = false
    afterFullStop = segment.quoted && /[.!?]$/.test(text)
    return [...space, segment]
  }

  return {
    add: (segment) => ('sentence' in segment ? addReference(segment) : addText(segment)),
    drop() {
      dropped = true
    },
  }
}

/** Around a dropped reference: "a [9]." is "a.", "a [9] b" is "a b", "a ([9])" is "a". */
function closeGap(held: string, text: string, code?: true): [string, string] {
  if (code || text === '') return [held, text]
  if (held.trimEnd().endsWith('(') && text.startsWith(')')) return ['', text.slice(1)]
  if (/^[.,;:!?)\]]/.test(text)) return [held.replace(/[ \t]+$/, ''), text]
  return /^\s/.test(text) ? [held.replace(/[ \t]+$/, ''), text] : [held, text]
}
