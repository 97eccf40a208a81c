/**
 * @file Blanks out what is markup to a site generator but not to CommonMark (JSX, HTML tags, ESM lines,
 * comments, admonition fences, heading ids, Liquid), keeping every offset: the mask has the length of the text.
 */
import { endOfString, readTag } from './read-tag.ts'

/** Returns a text of equal length in which only Markdown and the reader's words are left. */
export function maskMarkup(text: string): string {
  const state: MaskState = { text, pieces: [], copied: 0, lineIsBlank: true, unclosed: new Set() }
  starts.lastIndex = 0
  for (let match = starts.exec(text); match; match = starts.exec(text)) {
    const { index } = match
    const name = constructNames.find((each) => match!.groups![each] !== undefined)!
    starts.lastIndex = Math.max(constructs[name]!.apply(state, index, match[0]), index + 1)
  }
  state.pieces.push(text.slice(state.copied))
  return state.pieces.join('')
}

/** Line separator inside a block: ends a sentence, and is neither Markdown syntax nor a line ending. */
const sentenceBreak = '\u2029'

type MaskState = {
  text: string
  pieces: string[]
  /** How far the text is in `pieces`. */
  copied: number
  /** Whether the line was blank up to `copied`, with what is masked there. */
  lineIsBlank: boolean
  /** Closings that do not occur any more, so that nobody looks for them again. */
  unclosed: Set<string>
}

/** `start` finds where a construct may begin; `apply` masks it, or skips it, and returns where to go on. */
type Construct = { start: string; apply: (state: MaskState, at: number, opening: string) => number }

const containerPrefix = '^[ \\t>]*(?:(?:[-*+]|\\d{1,9}[.)])[ \\t]+)*'

const constructs: Record<string, Construct> = {
  fence: { start: `${containerPrefix}(?:\`{3,}(?=[^\`\\n]*$)|~{3,})`, apply: skipFence },
  codeSpan: { start: '`+', apply: skipCodeSpan },
  escape: { start: '\\\\[\\\\`<{:]', apply: (_state, at) => at + 2 },
  htmlComment: { start: '<!--', apply: (state, at) => maskUntil(state, at, '-->') },
  jsxComment: { start: '\\{/\\*', apply: (state, at) => maskUntil(state, at, '*/}') },
  liquid: {
    start: '\\{%[^\\n]*?%\\}|\\{\\{[^{}\\n]*\\}\\}',
    apply: (state, at, tag) => mask(state, at, at + tag.length),
  },
  attributes: {
    start: '\\{[#:][^{}\\n]*\\}(?=[ \\t]*$)',
    apply: (state, at, list) => mask(state, at, at + list.length),
  },
  admonition: { start: '^[ \\t>]*:{3,}[^\\n]*$', apply: maskAdmonition },
  esm: { start: '^(?:import|export)(?=[ \\t{*\'"])', apply: maskModuleCode },
  tag: { start: '<(?=[A-Za-z/>])', apply: maskTag },
}

const constructNames = Object.keys(constructs)

const starts = new RegExp(
  constructNames.map((name) => `(?<${name}>${constructs[name]!.start})`).join('|'),
  'gm',
)

function mask(
  state: MaskState,
  start: number,
  end: number,
  fill = blank(state.text, start, end),
): number {
  state.pieces.push(state.text.slice(state.copied, start), fill)
  state.lineIsBlank = isFirstOnLine(state, start) || state.text.slice(start, end).includes('\n')
  state.copied = end
  return end
}

function blank(text: string, start: number, end: number): string {
  return text.slice(start, end).replace(/[^\n]/g, ' ')
}

/** Whether nothing but blanks and masked markup precedes `at` on its line. */
function isFirstOnLine(state: MaskState, at: number): boolean {
  const lineStart = state.text.lastIndexOf('\n', at - 1) + 1
  if (state.copied <= lineStart) return state.text.slice(lineStart, at).trim() === ''
  return state.lineIsBlank && state.text.slice(state.copied, at).trim() === ''
}

function maskUntil(state: MaskState, at: number, closing: string): number {
  const close = state.unclosed.has(closing) ? -1 : state.text.indexOf(closing, at)
  if (close >= 0) return mask(state, at, close + closing.length)
  state.unclosed.add(closing)
  return at + 1
}

function skipFence({ text }: MaskState, at: number, opening: string): number {
  const marker = /(?:`+|~+)$/.exec(opening)![0]
  const closing = new RegExp(`^[ \\t>]*${marker[0]}{${marker.length},}[ \\t]*$`, 'gm')
  closing.lastIndex = at + opening.length
  return closing.exec(text) ? closing.lastIndex : text.length
}

function skipCodeSpan({ text }: MaskState, at: number, opening: string): number {
  const from = at + opening.length
  const closing = new RegExp(`(?<!\`)${opening}(?!\`)|\\n[ \\t]*\\n`, 'g')
  closing.lastIndex = from
  const found = closing.exec(text)
  return found && found[0] === opening ? closing.lastIndex : from
}

/** `:::tip Title` keeps its title, as a sentence of its own. */
function maskAdmonition(state: MaskState, at: number, line: string): number {
  const [, fence = '', title = ''] =
    /^([ \t>]*:{3,}[ \t]*[\w-]*[ \t]*\[?)(.*?)\]?[ \t]*$/.exec(line) ?? []
  const end = at + line.length
  const quotePrefix = /^[ \t>]*/.exec(line)![0].length
  mask(state, at + quotePrefix, at + fence.length)
  const titleEnd = at + fence.length + title.length
  const joinsParagraph = title !== '' && /^\n[ \t]*\p{L}/u.test(state.text.slice(end, end + 40))
  if (!joinsParagraph) return mask(state, titleEnd, end)
  return mask(state, titleEnd, end + 1, `${' '.repeat(end - titleEnd)}${sentenceBreak}`)
}

const moduleCode =
  /(?:import(?:\s+[\w$*{][^;'"]*?\bfrom)?\s*['"][^'"\n]+['"][^\n]*|export\s+(?:default\s|const\s|let\s|var\s|async\s|function\b|class\s|type\s|interface\s|\*|\{))/y

/** An import or export statement at the start of a paragraph, as MDX has it. */
function maskModuleCode(state: MaskState, at: number): number {
  const { text } = state
  moduleCode.lastIndex = at
  const before = text.slice(Math.max(0, at - 200), at)
  const opensParagraph = /(?:^\s*|\n[ \t]*\n|;\n|['"]\n)$/.test(before) || isFirstInMask(state, at)
  if (!opensParagraph || !moduleCode.test(text)) return at + 1
  return mask(state, at, endOfStatement(text, at))
}

/** Whether the line before `at` was masked to its end, as a front matter or another import is. */
function isFirstInMask(state: MaskState, at: number): boolean {
  return state.copied > 0 && state.lineIsBlank && state.text.slice(state.copied, at).trim() === ''
}

/** The first line end at which every bracket opened since `from` is closed; at worst the next blank line. */
function endOfStatement(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]!
    if (char === '\n' && depth <= 0) return at
    if ('({['.includes(char)) depth++
    else if (')}]'.includes(char)) depth--
    else if ('\'"`'.includes(char)) at = endOfString(text, at) - 1
  }
  const blankLine = text.indexOf('\n\n', from)
  return blankLine < 0 ? text.length : blankLine
}

/** Tags that end a line of text on the page; text on both sides of one is not one sentence. */
const blockTags = new Set(
  'address article aside blockquote caption center dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
)

/** Elements whose content is not text for a reader. */
const opaqueTags = new Set(['script', 'style', 'svg', 'iframe', 'noscript', 'template', 'math'])

function maskTag(state: MaskState, at: number): number {
  const { text } = state
  const tag = readTag(text, at)
  if (!tag) return at + 1
  const name = tag.name.toLowerCase()
  if (opaqueTags.has(name) && tag.kind === 'open')
    return mask(state, at, endOfElement(text, tag.end, name))
  if (/^h[1-6]$/.test(name) && isFirstOnLine(state, at)) {
    const heading = maskHeading(state, at, tag.end, name)
    if (heading !== undefined) return heading
  }
  if (holdsProse(state, at, tag.end)) return fenceTag(state, at, tag.end)
  const fill = blank(text, at, tag.end)
  const splits = blockTags.has(name) && !isFirstOnLine(state, at)
  return mask(state, at, tag.end, splits ? sentenceBreak + fill.slice(1) : fill)
}

/** Whether a component carries its text in attributes, as tables of parameters do. */
function holdsProse(state: MaskState, start: number, end: number): boolean {
  const { text } = state
  const source = text.slice(start, end)
  const standsAlone = isFirstOnLine(state, start) && (end === text.length || text[end] === '\n')
  return (
    standsAlone && /^<[A-Z]/.test(source) && !source.includes('~~~') && proseAttribute.test(source)
  )
}

/** On a line after the first, a string of at least four words. */
const proseAttribute = /\n.*?(['"`])\S+ +\S+ +\S+ +\S.*?\1[^'"`]*\n/s

/** Turns a component into a code block of the same length, so that its attributes can be found and quoted. */
function fenceTag(state: MaskState, start: number, end: number): number {
  const firstLineEnd = endOfLine(state.text, start)
  mask(state, start, firstLineEnd, '~~~'.padEnd(firstLineEnd - start))
  const closing = '\n~~~'
  return mask(state, end - closing.length, end, closing)
}

function endOfElement(text: string, from: number, name: string): number {
  const closing = new RegExp(`</${name}\\s*>`, 'gi')
  closing.lastIndex = from
  return closing.exec(text) ? closing.lastIndex : from
}

/** `<h2>Title</h2>` on one line becomes a Markdown heading of the same length. */
function maskHeading(
  state: MaskState,
  at: number,
  openEnd: number,
  name: string,
): number | undefined {
  const lineEnd = endOfLine(state.text, openEnd)
  const close = state.text.slice(openEnd, lineEnd).toLowerCase().indexOf(`</${name}>`)
  if (close < 0 || state.text.slice(at, openEnd).includes('\n')) return undefined
  const marks = '#'.repeat(Math.min(Number(name[1]), openEnd - at - 1))
  mask(state, at, openEnd, marks.padEnd(openEnd - at))
  const title = maskMarkup(state.text.slice(openEnd, openEnd + close))
  mask(state, openEnd, openEnd + close, title)
  const end = openEnd + close + name.length + 3
  return mask(state, openEnd + close, end, `\n${' '.repeat(end - openEnd - close - 1)}`)
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}
