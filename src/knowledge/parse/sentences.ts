/** @file Sentence boundaries of English-like prose that may carry Markdown, as offsets into the text. */
import type { Span } from './parsed-document.ts'

/**
 * Finds the sentences of `text` in order, trimmed and disjoint. Line breaks inside a paragraph do not
 * split; blank lines, list items and U+2029 (which the Markdown mask leaves for block tags) do.
 */
export function segmentSentences(text: string): Span[] {
  const shadow = shadowOf(text)
  const spans: Span[] = []
  let start = 0
  for (const { index, segment } of segmenter.segment(shadow)) {
    const end = index + segment.length
    if (end < shadow.length && !isBoundary(shadow, end)) continue
    push(spans, text, start, end)
    start = end
  }
  return spans
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

const paragraphBreak = '\u2029'

/** Never the end of a sentence: a name, number or example follows. */
const openAbbreviations =
  'e\\.g|i\\.e|c\\.f|cf|vs|viz|approx|incl|excl|resp|esp|Mr|Mrs|Ms|Dr|Prof|Rev|Hon|St|Gen|Col|Lt|Sgt|Capt|Gov|Sen|Rep|Fig|Figs|Eq|Eqs|Sec|Ch|Vol|Ed|Eds|pp|al'
/** Abbreviations only in front of a number: "No. 5" but "I said no. Then". */
const numberAbbreviations =
  'No|Nos|no|nos|p|Art|art|para|ver|v|ca|sec|ch|vol|fig|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec'
/** Words that open a sentence and hardly ever follow initials inside one ("in the U.S. The law"). */
const starters =
  'The|This|That|These|Those|It|Its|He|She|They|We|You|I|In|On|At|If|When|While|For|But|And|However|To|Then|There|A|An|As|After|Before|Use|See|Please|Note'

type Repair = { pattern: RegExp; shadow: (match: string, ...groups: string[]) => string }

/**
 * Each repair rewrites what misleads the segmenter into neutral characters of the same length, so that
 * offsets stay: X for words (an upper-case letter may follow a full stop), " for closing punctuation.
 */
const repairs: readonly Repair[] = [
  {
    pattern: /(?<!`)(`{1,4})(?!`).{1,1000}?(?<!`)\1(?!`)/g,
    shadow: (code) => 'X'.repeat(code.length),
  },
  {
    pattern: /!?\[((?:[^[\]]|\[[^[\]]*\])*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)/g,
    shadow: quietLink,
  },
  {
    pattern: /\b(?:https?|ftp):\/\/[^\s<>"]*[^\s<>".,;:!?)\]*_]/g,
    shadow: (url) => 'X'.repeat(url.length),
  },
  { pattern: /[*_~]+/g, shadow: (marks) => '"'.repeat(marks.length) },
  {
    pattern: /\([^()]{1,400}\)|“[^“”]{1,400}”|(?<![^\s("])"[^\s"][^"]{0,400}"(?!\w)/g,
    shadow: quietInside,
  },
  {
    pattern: new RegExp(`\\b(?:${openAbbreviations})\\.(?=\\s|,)`, 'g'),
    shadow: (word) => `${word.slice(0, -1)}x`,
  },
  {
    pattern: new RegExp(`\\b(?:${numberAbbreviations})\\.(?=\\s*\\d)`, 'g'),
    shadow: (word) => `${word.slice(0, -1)}x`,
  },
  {
    pattern: new RegExp(`\\b(?:[A-Za-z]\\.)+(?=\\s(?!\\s*(?:${starters})\\b))`, 'g'),
    shadow: (initials) => `${initials.slice(0, -1)}x`,
  },
  // The segmenter takes "users. 10 more" for one sentence, because a lower-case word follows the number.
  { pattern: /(?<=[A-Za-z]{2}[.!?]["')]* +)\d/g, shadow: () => 'X' },
  // An enumerator at the start of a line is not a sentence: "1. Open the menu."
  {
    pattern: /(?<=^|\u2029)(\s*)(\d{1,3}|[A-Za-z])\.(?=\s)/g,
    shadow: (label) => `${label.slice(0, -1)}x`,
  },
]

function shadowOf(text: string): string {
  let shadow = text
    .replace(/\n(?=[ \t]*\n)|\n(?=[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t])/g, paragraphBreak)
    .replace(/[\n\r\t]/g, ' ')
  for (const { pattern, shadow: rewrite } of repairs) shadow = shadow.replace(pattern, rewrite)
  return shadow
}

function quietLink(link: string, label: string): string {
  const open = link.indexOf('[')
  const tail = link.length - open - 1 - label.length
  return '"'.repeat(open + 1) + quiet(label) + '"'.repeat(tail)
}

function quietInside(group: string): string {
  return group[0] + quiet(group.slice(1, -1)) + group.at(-1)
}

/** Hides every terminator but a last one, which may end the sentence around. */
function quiet(inner: string): string {
  return inner.replace(/[.!?](?=.)/gs, 'x')
}

/** The segmenter also breaks inside ".NET" and "3.Foo"; a real boundary follows a space or a CJK stop. */
function isBoundary(shadow: string, end: number): boolean {
  return /[\s。！？．]/.test(shadow[end - 1]!)
}

const leading = /^(?:[ \t]*(?:[-*+•]|>)[ \t]+|\s+)+/

function push(spans: Span[], text: string, from: number, to: number): void {
  const raw = text.slice(from, to)
  const start = from + (leading.exec(raw)?.[0].length ?? 0)
  const end = from + raw.trimEnd().length
  if (start >= end) return
  const last = spans.at(-1)
  // Stray marks ("**", a closing quote) belong to the sentence before them.
  if (/[\p{L}\p{N}]/u.test(text.slice(start, end))) spans.push({ start, end })
  else if (last) last.end = end
}
