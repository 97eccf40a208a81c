/** @file The grammar of one bracketed reference: `[3]`, `[3, 5]`, `[3-5]`, `[^3]`, `[[3]]`, `【3】`. */

/**
 * One piece of a model's output. `code` marks text inside code spans and fences, where brackets mean
 * nothing to us; `doubtful` code may be prose to a renderer, which reads it with the lines and cells around
 * it; `abstain` stands for `NO_ANSWER`.
 */
export type AnswerPart =
  | { text: string; code?: true; doubtful?: true }
  | { cite: number }
  | { quote: number }
  | { malformed: string }
  | { abstain: true }

/** What stands at a position: a finished construct, plain text, or too little text to tell. */
export type ReferenceMatch = { take: number; parts: AnswerPart[] } | 'literal' | 'undecided'

type Body = { numbers: number[] } | 'malformed' | 'literal'

/** A range names at most this many sentences: longer ones mean "all of it", which cites nothing. */
const MAX_RANGE = 20

const LABELS = ['source', 'sources', 'evidence', 'sentence', 'sentences', 'ref', 'refs']
const LABEL = /^(?:sources?|evidence|sentences?|refs?)[\s:.#]+/i
const OPEN = /^\\?(\[\[?|【|［)/
const NUMBERS = /^[\d\s,;.+\-–—^#eE&、]*$/
// Retrieval tools of hosted models write 【4:0†file.pdf】.
const DAGGER = /^(?:\d+:)?\d*(?:†.*)?$/
const CLOSERS = new Set([']', '】', '］'])

/**
 * Reads the reference at the start of `text`. `attached` says that a letter or digit stands directly
 * before it, as in `a[0]`; `complete` says that no more text will come.
 */
export function matchReference(
  text: string,
  { attached, complete }: { attached: boolean; complete: boolean },
): ReferenceMatch {
  const opening = OPEN.exec(text)
  if (!opening) return 'literal'
  const opener = opening[1]!
  if (!complete && opening[0].length === text.length) return 'undecided'
  const bodyStart = opening[0].length
  const bodyEnd = endOfBody(text, bodyStart, opener)
  const body = text.slice(bodyStart, bodyEnd)
  if (!canBeBody(body, opener)) return 'literal'
  if (bodyEnd === text.length) return complete ? cutOff(text, body) : 'undecided'
  if (text[bodyEnd] === '\n') return cutOff(text.slice(0, bodyEnd), body)
  const closed = closeOf(text, bodyEnd, { opener, complete })
  if (typeof closed === 'string') return closed
  return build(parseBody(body), { raw: text.slice(0, closed.end), quoted: closed.quoted, attached })
}

/** Index of the closing bracket, of a line break or of the first character that no body holds. */
function endOfBody(text: string, from: number, opener: string): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text[at]!
    if (CLOSERS.has(character) || character === '\n') return at
    if (character === '\\' && CLOSERS.has(text[at + 1] ?? ']')) return at
    if (!canBeBody(text.slice(from, at + 1), opener)) return at + 1
  }
  return text.length
}

function canBeBody(body: string, opener: string): boolean {
  if (opener === '【' && DAGGER.test(body)) return true
  const content = body.replace(/^[\s^#]+/, '')
  if (/^[a-z]+$/i.test(content))
    return LABELS.some((label) => label.startsWith(content.toLowerCase()))
  return NUMBERS.test(content.replace(LABEL, ''))
}

type Close = { end: number; quoted: boolean } | 'undecided'

function closeOf(
  text: string,
  at: number,
  { opener, complete }: { opener: string; complete: boolean },
): Close {
  const first = afterCloser(text, at)
  if (first === undefined) return complete ? { end: text.length, quoted: false } : 'undecided'
  if (opener !== '[[') return { end: first, quoted: false }
  const second = afterCloser(text, first)
  if (second !== undefined && text[second - 1] === ']') return { end: second, quoted: true }
  const mayStillClose = first === text.length || text.slice(first) === '\\'
  return mayStillClose && !complete ? 'undecided' : { end: first, quoted: false }
}

/** Position after a closing bracket (perhaps escaped) at `at`, undefined when none stands there. */
function afterCloser(text: string, at: number): number | undefined {
  const bracket = text[at] === '\\' ? at + 1 : at
  return CLOSERS.has(text[bracket] ?? '') ? bracket + 1 : undefined
}

/** An opened reference that a line break or the end of the text cuts off: dropped if it holds a number. */
function cutOff(raw: string, body: string): ReferenceMatch {
  const numbered = /\d\s*$/.test(body) && parseBody(body) !== 'literal'
  return numbered ? { take: raw.length, parts: [{ malformed: raw }] } : 'literal'
}

function build(
  body: Body,
  { raw, quoted, attached }: { raw: string; quoted: boolean; attached: boolean },
): ReferenceMatch {
  if (body === 'literal') return 'literal'
  if (body === 'malformed') return { take: raw.length, parts: [{ malformed: raw }] }
  // `items[0]` outside code is an index; zero is never a marker, so nobody can take it for one.
  if (attached && !quoted && body.numbers.length === 1 && body.numbers[0] === 0) return 'literal'
  const parts = body.numbers.map((number) => (quoted ? { quote: number } : { cite: number }))
  return { take: raw.length, parts }
}

function parseBody(body: string): Body {
  if (!/\d/.test(body) || /\d\.\d|\d{4}-\d{1,2}-\d{1,2}/.test(body)) return 'literal'
  const items = body
    .replace(/†.*$|^\d+:(?=\d+†)/g, '')
    .trim()
    .replace(LABEL, '')
    .replace(/\s*[-–—]\s*(?=\^?\d)/g, '-')
    .split(/[\s,;&、]+/)
    .filter((item) => item !== '')
  const numbers = items.map(numbersOf)
  // `[0, 1]` is an interval, not a citation.
  if (items.length > 1 && numbers.some((found) => found?.includes(0))) return 'literal'
  if (items.length === 0 || numbers.includes(undefined)) return 'malformed'
  return { numbers: numbers.flatMap((found) => found!) }
}

function numbersOf(item: string): number[] | undefined {
  const match = /^[\^#]*(0|[1-9]\d{0,5})(?:-[\^#]*([1-9]\d{0,5}))?$/.exec(item)
  if (!match) return undefined
  const first = Number(match[1])
  const last = match[2] === undefined ? first : Number(match[2])
  const count = last - first + 1
  if (count < 1 || count > MAX_RANGE) return undefined
  return Array.from({ length: count }, (_, index) => first + index)
}
