/** @file The inline half of the Markdown parser: emphasis, code, links. Unknown syntax stays text. */

/** @import { Line } from './markdown.js' */

/**
 * @typedef {{ type: 'text', text: string, start: number }
 *   | { type: 'code', text: string }
 *   | { type: 'strong' | 'em' | 'del', children: Inline[] }
 *   | { type: 'link', url: URL, children: Inline[] }} Inline
 */

/** @typedef {{ node: Inline | Inline[], next: number }} Match what was read and the index after it */

const maxDepth = 12
// A label longer than this is prose between brackets, not a link.
const maxLabel = 1000
const destinationPattern =
  /\([ \t]*<?((?:[^\s()<>]|\([^\s()<>]*\))*)>?(?:[ \t]+"[^"\n]*")?[ \t]*\)/y
const bareUrlPattern = /https?:\/\/[^\s<>[\]"'`]+/y
const autolinkPattern = /<(https?:\/\/[^\s<>]+)>/y

/**
 * @param {Line[]} lines
 * @returns {Inline[]}
 */
export function parseInline(lines) {
  return new InlineParser(lines).parse(0, undefined, 0)
}

/**
 * The URL when it is absolute and safe to offer as a link, else null.
 *
 * @param {string} text
 */
export function safeUrl(text) {
  const url = URL.canParse(text) ? new URL(text) : null
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

class InlineParser {
  /** @param {Line[]} lines */
  constructor(lines) {
    this.text = lines.map((line) => line.text).join('\n')
    /** Offset in the source of each character of `text`. */
    this.offsets = lines.flatMap(({ text, start }) =>
      Array.from({ length: text.length + 1 }, (_, index) => start + index),
    )
    /** Delimiters known to have no closing partner: looked for once, not once per opening. */
    this.unclosed = new Set()
  }

  /**
   * @param {number} from
   * @param {number} [to]
   * @param {number} [depth]
   * @returns {Inline[]}
   */
  parse(from, to = this.text.length, depth = 0) {
    /** @type {Inline[]} */
    const nodes = []
    for (let at = from; at < to; ) {
      const char = this.text.charAt(at)
      /** @type {Rule | undefined} */
      const rule = depth < maxDepth && Object.hasOwn(rules, char) ? rules[char] : undefined
      const match = rule?.(this, at, to, depth)
      if (match) nodes.push(...[match.node].flat())
      else this.pushChar(nodes, at)
      at = match ? match.next : at + 1
    }
    return nodes
  }

  /**
   * Adds one character to the text before it, when the two are neighbours in the source as well.
   *
   * @param {Inline[]} nodes
   * @param {number} at
   */
  pushChar(nodes, at) {
    const start = this.offsets[at] ?? 0
    const last = nodes.at(-1)
    if (last?.type === 'text' && last.start + last.text.length === start) {
      last.text += this.text.charAt(at)
    } else {
      nodes.push({ type: 'text', text: this.text.charAt(at), start })
    }
  }

  /**
   * @param {RegExp} pattern sticky
   * @param {number} at
   */
  matchAt(pattern, at) {
    pattern.lastIndex = at
    return pattern.exec(this.text)
  }
}

/** @typedef {(parser: InlineParser, at: number, to: number, depth: number) => Match | null} Rule */

/** @type {Rule} */
function readEscape(parser, at, to) {
  const char = parser.text.charAt(at + 1)
  if (at + 1 >= to || !/[!-/:-@[-`{-~]/.test(char)) return null
  return { node: { type: 'text', text: char, start: parser.offsets[at + 1] ?? 0 }, next: at + 2 }
}

/** @type {Rule} */
function readCode(parser, at, to) {
  const end = codeEnd(parser.text, at, to)
  if (end < 0) return null
  const width = runLength(parser.text, at)
  const text = parser.text.slice(at + width, end - width).replaceAll('\n', ' ')
  // One space on each side lets code begin or end with a backtick.
  const padded = /^ .*\S.* $/.test(text)
  return { node: { type: 'code', text: padded ? text.slice(1, -1) : text }, next: end }
}

/** @type {Rule} */
function readImage(parser, at, to) {
  if (parser.text.charAt(at + 1) !== '[') return null
  const close = labelEnd(parser.text, at + 1, to)
  const destination = close < 0 ? null : parser.matchAt(destinationPattern, close + 1)
  if (!destination || destinationPattern.lastIndex > to) return null
  const next = destinationPattern.lastIndex
  // Nothing is fetched on behalf of an answer: the description stands for the picture.
  return {
    node: [
      { type: 'text', text: parser.text.slice(at + 2, close), start: parser.offsets[at + 2] ?? 0 },
    ],
    next,
  }
}

/** @type {Rule} */
function readLink(parser, at, to, depth) {
  const close = labelEnd(parser.text, at, to)
  const destination = close < 0 ? null : parser.matchAt(destinationPattern, close + 1)
  if (!destination || destinationPattern.lastIndex > to) return null
  const next = destinationPattern.lastIndex
  const children = parser.parse(at + 1, close, depth + 1)
  const url = safeUrl(destination[1] ?? '')
  return { node: url ? { type: 'link', url, children: withoutLinks(children) } : children, next }
}

/** @type {Rule} */
function readAutolink(parser, at, to) {
  const match = parser.matchAt(autolinkPattern, at)
  return match && at + match[0].length <= to
    ? linkTo(parser, match[1] ?? '', at + 1, at + match[0].length)
    : null
}

/** @type {Rule} */
function readBareUrl(parser, at, to) {
  if (at > 0 && /\w/.test(parser.text.charAt(at - 1))) return null
  const match = parser.matchAt(bareUrlPattern, at)
  const text = match?.[0].slice(0, to - at).replace(/[.,;:!?*_~)]+$/, '')
  return text ? linkTo(parser, text, at, at + text.length) : null
}

/**
 * @param {InlineParser} parser
 * @param {string} text
 * @param {number} at where the text of the link begins
 * @param {number} next
 * @returns {Match | null}
 */
function linkTo(parser, text, at, next) {
  const url = safeUrl(text)
  return (
    url && {
      node: {
        type: 'link',
        url,
        children: [{ type: 'text', text, start: parser.offsets[at] ?? 0 }],
      },
      next,
    }
  )
}

/** @type {Record<string, 'strong' | 'em' | 'del'>} */
const emphasisTypes = { '**': 'strong', __: 'strong', '*': 'em', _: 'em', '~~': 'del' }

/** @type {Rule} */
function readEmphasis(parser, at, to, depth) {
  const char = parser.text.charAt(at)
  const delimiter = char.repeat(Math.min(runLength(parser.text, at), 2))
  const type = emphasisTypes[delimiter]
  const from = at + delimiter.length
  if (!type || !opens(parser.text, at, from) || parser.unclosed.has(delimiter)) return null
  const close = closingDelimiter(parser.text, delimiter, from, to)
  if (close < 0) {
    if (to === parser.text.length) parser.unclosed.add(delimiter)
    return null
  }
  return {
    node: { type, children: parser.parse(from, close, depth + 1) },
    next: close + delimiter.length,
  }
}

/** @type {Record<string, Rule>} */
const rules = {
  '\\': readEscape,
  '`': readCode,
  '!': readImage,
  '[': readLink,
  '<': readAutolink,
  h: readBareUrl,
  '*': readEmphasis,
  _: readEmphasis,
  '~': readEmphasis,
}

/**
 * @param {string} text
 * @param {number} at
 * @param {number} from
 */
function opens(text, at, from) {
  if (!/\S/.test(text.charAt(from))) return false
  return text.charAt(at) !== '_' || !/\w/.test(text.charAt(at - 1))
}

/**
 * Where the closing delimiter begins, or -1. Code spans and escaped characters are stepped over.
 *
 * @param {string} text
 * @param {string} delimiter
 * @param {number} from
 * @param {number} to
 */
function closingDelimiter(text, delimiter, from, to) {
  const char = delimiter.charAt(0)
  for (let at = from; at < to; ) {
    if (text.charAt(at) === '\\') at += 2
    else if (text.charAt(at) === '`') at = Math.max(codeEnd(text, at, to), at + runLength(text, at))
    else if (text.charAt(at) !== char) at += 1
    else {
      // Inside other emphasis, a run can go on into the delimiter that closes the outer one.
      const width = Math.min(runLength(text, at), to - at)
      const end = at + width
      if (at > from && closes(text, at, end) && fits(width, delimiter.length))
        return end - delimiter.length
      at = end
    }
  }
  return -1
}

/**
 * @param {string} text
 * @param {number} at
 * @param {number} end
 */
function closes(text, at, end) {
  if (!/\S/.test(text.charAt(at - 1))) return false
  return text.charAt(at) !== '_' || !/\w/.test(text.charAt(end))
}

/**
 * A run of two never closes single emphasis: it belongs to strong emphasis inside.
 *
 * @param {number} run
 * @param {number} delimiter
 */
const fits = (run, delimiter) => (delimiter === 1 ? run !== 2 : run >= 2)

/**
 * Index after a code span that begins at `at`, or -1.
 *
 * @param {string} text
 * @param {number} at
 * @param {number} to
 */
function codeEnd(text, at, to) {
  const width = runLength(text, at)
  for (let end = at + width; end < to; ) {
    const tick = text.indexOf('`', end)
    if (tick < 0 || tick >= to) return -1
    const run = runLength(text, tick)
    if (run === width) return tick + run
    end = tick + run
  }
  return -1
}

/**
 * Index of the bracket that closes the one at `at`, or -1.
 *
 * @param {string} text
 * @param {number} at
 * @param {number} to
 */
function labelEnd(text, at, to) {
  let depth = 0
  for (let index = at; index < Math.min(to, at + maxLabel); index += 1) {
    const char = text.charAt(index)
    if (char === '\\') index += 1
    else if (char === '[') depth += 1
    else if (char === ']') {
      depth -= 1
      if (depth === 0) return index
    }
  }
  return -1
}

/**
 * @param {string} text
 * @param {number} at
 */
function runLength(text, at) {
  let end = at + 1
  while (text.charAt(end) === text.charAt(at) && end < text.length) end += 1
  return end - at
}

/**
 * A link inside a link's label becomes its text.
 *
 * @param {Inline[]} nodes
 * @returns {Inline[]}
 */
function withoutLinks(nodes) {
  return nodes.flatMap((node) => {
    if (node.type === 'link') return node.children
    return 'children' in node ? [{ ...node, children: withoutLinks(node.children) }] : [node]
  })
}
