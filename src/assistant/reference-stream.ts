/** @file Incremental parser of a model's output: text in, text and references out, however the text is cut. */
import { type AnswerPart, matchReference } from './reference-syntax.ts'

export type { AnswerPart } from './reference-syntax.ts'

export type ReferenceStream = {
  /** The parts that the new text settles. At most 64 characters are held back. */
  push(delta: string): AnswerPart[]
  /** The rest, once the model has ended. */
  end(): AnswerPart[]
}

/** Every decision is made on at most this many characters, so that it never depends on how text was cut. */
const WINDOW = 64
/** Enough of the text already read to know the line's start, the word before a bracket, a sentence's end. */
const TAIL = 32

type Mode =
  | 'start'
  | 'plan'
  | 'prose'
  | 'code-span'
  | 'code-info'
  | 'code-block'
  | 'link-target'
  | 'silent'
/** One settled piece: how many characters it takes, what they mean, and the mode from there on. */
type Step = {
  take: number
  parts?: AnswerPart[]
  mode?: Mode
  fence?: string
  /** The code that begins here may be none to a renderer. */
  doubtful?: boolean
}
type State = {
  mode: Mode
  /** The backticks or tildes that opened the code we are in. */
  fence: string
  tail: string
  atLineStart: boolean
  afterReference: boolean
  /** The code we are in may be none to a renderer; behind a doubtful block, nor may any other. */
  doubtful: boolean
  outOfStep: boolean
}
type View = { text: string; complete: boolean; state: State }
/** Undefined: more text is needed. */
type Reader = (view: View) => Step | undefined

const readers: Record<Mode, Reader> = {
  start: readStart,
  plan: readPlan,
  prose: readProse,
  'code-span': readCodeSpan,
  'code-info': readCodeInfo,
  'code-block': readCodeBlock,
  'link-target': readLinkTarget,
  silent: ({ text }) => ({ take: text.length }),
}

/** A parser for one answer. Any way of cutting the same text into deltas gives the same parts. */
export function createReferenceStream(): ReferenceStream {
  const state: State = {
    mode: 'start',
    fence: '',
    tail: '',
    atLineStart: true,
    afterReference: false,
    doubtful: false,
    outOfStep: false,
  }
  let pending = ''
  let highSurrogate = ''

  const advance = (complete: boolean): AnswerPart[] => {
    const parts: AnswerPart[] = []
    while (pending !== '') {
      const text = pending.slice(0, WINDOW)
      const final = complete && pending.length <= WINDOW
      const step =
        readers[state.mode]({ text, complete: final, state }) ?? giveUp(text, final, state)
      if (!step) break
      const consumed = pending.slice(0, step.take)
      pending = pending.slice(step.take)
      if (step.doubtful !== undefined) doubt(state, step)
      for (const part of step.parts ?? []) appendPart(parts, marked(part, state))
      moveOn(state, consumed, step)
    }
    return parts
  }

  return {
    push(delta) {
      const received = highSurrogate + delta
      highSurrogate = /[\uD800-\uDBFF]$/.exec(received)?.[0] ?? ''
      pending += wellFormed(received.slice(0, received.length - highSurrogate.length))
      return advance(false)
    },
    end() {
      pending += wellFormed(highSurrogate)
      highSurrogate = ''
      const parts = advance(true)
      if (state.mode === 'code-span') appendPart(parts, marked(closingTicks(state), state))
      return parts
    },
  }
}

/** What a full window does not settle is text. */
function giveUp(text: string, complete: boolean, { mode }: State): Step | undefined {
  if (!complete && text.length < WINDOW) return undefined
  const first = { text: text[0]! }
  return { take: 1, parts: [mode.startsWith('code') ? { ...first, code: true } : first] }
}

/** A block in a list or a quote ends with it, unseen by us: from there on we may be out of step. */
function doubt(state: State, { mode, doubtful = false }: Step): void {
  state.outOfStep ||= doubtful && mode !== 'code-span'
  state.doubtful = doubtful || state.outOfStep
}

function marked(part: AnswerPart, { doubtful }: State): AnswerPart {
  return 'text' in part && part.code && doubtful ? { ...part, doubtful } : part
}

function moveOn(state: State, consumed: string, { parts = [], mode, fence }: Step): void {
  if (mode) state.mode = mode
  if (fence !== undefined) state.fence = fence
  if (consumed === '') return
  const last = parts.at(-1)
  state.afterReference = last !== undefined && ('cite' in last || 'quote' in last)
  const line = consumed.slice(consumed.lastIndexOf('\n') + 1)
  const sameLine = line.length === consumed.length
  state.atLineStart = (!sameLine || state.atLineStart) && /^[\s>*+-]*$/.test(line)
  state.tail = (state.tail + consumed).slice(-TAIL)
}

/** Adds `part`, joining neighbouring text of the same kind. */
function appendPart(parts: AnswerPart[], part: AnswerPart): void {
  const last = parts.at(-1)
  const joins =
    last &&
    'text' in last &&
    'text' in part &&
    last.code === part.code &&
    last.doubtful === part.doubtful
  if (joins) last.text += part.text
  else parts.push({ ...part })
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}

// --- Before the answer: white space, the plan line, NO_ANSWER ---

const DECORATION = String.raw`[\s*_#>\x60"'“([-]{0,8}`
const ABSTAIN_AT_START = new RegExp(
  String.raw`^${DECORATION}NO(?:\\?_|[ -])ANSWER(?![\p{L}\p{N}_])`,
  'u',
)
const PLAN_HEAD = new RegExp(String.raw`^${DECORATION}EVIDENCE[*_]*\s?:[*_]*`)
const PLAN_LINE = new RegExp(
  String.raw`^${DECORATION}evidence[*_]*\s?:[*_]*(?=[^\n]*(?:\d|none))(?:[\d\s,;&[\]–-]|and\b|none\b)*?(?:\n|$)`,
  'i',
)

function readStart({ text, complete }: View): Step | undefined {
  const space = /^\s+/.exec(text)
  if (space) return { take: space[0].length }
  const abstention = ABSTAIN_AT_START.exec(text)
  if (abstention) {
    if (abstention[0].length === text.length && !complete) return undefined
    return { take: abstention[0].length, parts: [{ abstain: true }], mode: 'silent' }
  }
  const head = PLAN_HEAD.exec(text)
  if (head) return { take: head[0].length, mode: 'plan' }
  const line = PLAN_LINE.exec(text)
  if (line && (complete || line[0].endsWith('\n'))) return { take: line[0].length }
  const open = !complete && text.length < WINDOW && mayBecomeProtocol(text)
  return open ? undefined : { take: 0, mode: 'prose' }
}

function mayBecomeProtocol(text: string): boolean {
  const word = text.replace(new RegExp(`^${DECORATION}`), '')
  if (word === '') return text.length <= 8
  const keywords = ['NO_ANSWER', 'NO\\_ANSWER', 'NO ANSWER', 'NO-ANSWER']
  if (keywords.some((keyword) => keyword.startsWith(word))) return true
  if ('evidence'.startsWith(word.toLowerCase())) return true
  return (
    /^evidence[*_]*\s?(?::[*_]*(?:[\d\s,;&[\]–-]|and|none)*(?:an?|non?|n)?)?$/i.test(word) &&
    !word.includes('\n')
  )
}

/** The plan may be long and may share its line with the answer: its characters go one run at a time. */
function readPlan({ text, complete }: View): Step | undefined {
  if (text[0] === '\n') return { take: 1, mode: 'start' }
  const list = /^[\d ,;&[\]【】\t*_–-]+/.exec(text)
  if (list) return { take: list[0].length }
  const word = /^[a-z]+/i.exec(text)?.[0] ?? ''
  if (word.length === text.length && word.length <= 4 && !complete) return undefined
  return /^(?:and|none)$/i.test(word) ? { take: word.length } : { take: 0, mode: 'start' }
}

// --- The answer ---

const SPECIAL = /[[【［\\`~N]/g
const ABSTAIN_ALONE = /^NO\\?_ANSWER(?:[*_`"')\]]*[.!][*_`"')\]]*(?=\s)|[*_`"')\]]*[ \t]*(?=\n))/
const ABSTAIN_LAST = /^NO\\?_ANSWER[*_`"')\].! \t]*$/
const SENTENCE_START = /(?:^|[.!?:]\s|\n)[\s*_`"'(>-]*$/

function readProse(view: View): Step | undefined {
  const { text, state } = view
  if (state.afterReference && text[0] === '(') return readAfterReference(view)
  return (prose[text[0]!] ?? readText)(view)
}

const prose: Record<string, Reader> = {
  '[': readReference,
  '【': readReference,
  '［': readReference,
  '\\': readEscape,
  '`': readCodeStart,
  '~': readCodeStart,
  N: readKeyword,
}

function readText({ text }: View): Step {
  SPECIAL.lastIndex = 1
  let take = SPECIAL.exec(text)?.index ?? text.length
  // A window may end inside a pair; its second half is then read next.
  if (take > 1 && /[\uD800-\uDBFF]/.test(text[take - 1]!)) take -= 1
  return { take, parts: [{ text: text.slice(0, take) }] }
}

function readReference({ text, complete, state }: View): Step | undefined {
  const attached = /[\p{L}\p{N}_)]$/u.test(state.tail)
  const match = matchReference(text, { attached, complete })
  if (match === 'undecided') return undefined
  return match === 'literal' ? { take: 1, parts: [{ text: text[0]! }] } : match
}

function readEscape(view: View): Step | undefined {
  const next = view.text[1]
  if (next === undefined) return view.complete ? readText(view) : undefined
  if (next === '[') return readReference(view)
  if ('`~\\'.includes(next)) return { take: 2, parts: [{ text: view.text.slice(0, 2) }] }
  return readText(view)
}

function readCodeStart({ text, complete, state }: View): Step | undefined {
  const fence = /^(?:`+|~+)/.exec(text)![0]
  if (fence.length === text.length && !complete) return undefined
  const opensBlock = fence.length >= 3 && state.atLineStart
  if (fence[0] === '~' && !opensBlock) return { take: fence.length, parts: [{ text: fence }] }
  const mode = !opensBlock ? 'code-span' : fence[0] === '`' ? 'code-info' : 'code-block'
  const line = state.tail.slice(state.tail.lastIndexOf('\n') + 1)
  const span = spanBehind(text.slice(fence.length), fence, complete)
  if (span === undefined && !opensBlock && text.length < WINDOW) return undefined
  // In a table, a bar ends the cell and with it the span.
  const doubtful = opensBlock ? line !== '' : `${line}${span ?? '|'}`.includes('|')
  return { take: fence.length, parts: [{ text: fence, code: true }], mode, fence, doubtful }
}

/** What a code span holds, on its line; undefined before its end is seen. */
function spanBehind(text: string, { length }: string, complete: boolean): string | undefined {
  for (const { 0: run, index } of text.matchAll(/`+|\n/g)) {
    const isCut = run !== '\n' && index + run.length === text.length && !complete
    if (run === '\n' || (run.length === length && !isCut)) return text.slice(0, index)
  }
  return complete ? text : undefined
}

/** `NO_ANSWER` after other text counts only as a sentence of its own: documents may speak of the word. */
function readKeyword({ text, complete, state }: View): Step | undefined {
  const plain: Step = { take: 1, parts: [{ text: 'N' }] }
  if (!SENTENCE_START.test(state.tail)) return plain
  const alone = ABSTAIN_ALONE.exec(text) ?? (complete ? ABSTAIN_LAST.exec(text) : null)
  if (alone) return { take: alone[0].length, parts: [{ abstain: true }] }
  const open =
    'NO_ANSWER'.startsWith(text) || 'NO\\_ANSWER'.startsWith(text) || ABSTAIN_LAST.test(text)
  return open && !complete ? undefined : plain
}

const TARGETS = ['(http:', '(https:', '(mailto:', '(www.', '(/', '(./', '(../', '(#', '(<']

/** `[3](https://…)` is a reference with an invented address: the address goes. */
function readAfterReference(view: View): Step | undefined {
  const text = view.text.toLowerCase()
  if (TARGETS.some((target) => text.startsWith(target))) return { take: 1, mode: 'link-target' }
  if (!view.complete && TARGETS.some((target) => target.startsWith(text))) return undefined
  return readText(view)
}

function readLinkTarget({ text }: View): Step {
  const target = /^[^\s)]*/.exec(text)![0].length
  if (target === text.length) return { take: target }
  return { take: text[target] === ')' ? target + 1 : target, mode: 'prose' }
}

// --- Code ---

/** A span that its line leaves open is closed for the reader, so that code is code to every renderer. */
function readCodeSpan({ text, complete, state }: View): Step | undefined {
  if (text[0] === '\n') return { take: 0, parts: [closingTicks(state)], mode: 'prose' }
  const run = /^`+/.exec(text)?.[0]
  if (run === undefined) {
    const code = /^[^`\n]+/.exec(text)![0]
    return { take: code.length, parts: [{ text: code, code: true }] }
  }
  if (run.length === text.length && !complete) return undefined
  const mode = run.length === state.fence.length ? 'prose' : 'code-span'
  return { take: run.length, parts: [{ text: run, code: true }], mode }
}

/** What follows an opening fence on its line; with another backtick there, it has opened a mere span. */
function readCodeInfo({ text }: View): Step {
  const info = /^[^`\n]*\n?/.exec(text)![0]
  const parts: AnswerPart[] = info === '' ? [] : [{ text: info, code: true }]
  if (info.endsWith('\n')) return { take: info.length, parts, mode: 'code-block' }
  return info.length < text.length
    ? { take: info.length, parts, mode: 'code-span' }
    : { take: info.length, parts }
}

/** Backticks that close a span, kept apart from those it may end with. */
function closingTicks({ fence, tail }: State): AnswerPart {
  return { text: tail.endsWith('`') ? ` ${fence}` : fence, code: true }
}

function readCodeBlock({ text, complete, state }: View): Step | undefined {
  const startsLine = state.tail.endsWith('\n')
  if (startsLine && !complete && /^[ \t]*[`~]*[ \t]*$/.test(text)) return undefined
  const closing = startsLine ? /^[ \t]*(`+|~+)(?=[ \t]*(?:\n|$))/.exec(text) : null
  if (closing && closing[1]![0] === state.fence[0] && closing[1]!.length >= state.fence.length)
    return { take: closing[0].length, parts: [{ text: closing[0], code: true }], mode: 'prose' }
  const line = text.indexOf('\n') + 1 || text.length
  return { take: line, parts: [{ text: text.slice(0, line), code: true }] }
}
