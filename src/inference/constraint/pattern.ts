/** @file The syntax of regular expressions: JavaScript's, without what needs memory or looking around. */
import { InferenceError } from '../errors.ts'
import {
  anyButLineEnds,
  anyCharacter,
  type CharacterSet,
  escapedClasses,
  intersect,
  negate,
  propertySet,
  union,
} from './character-set.ts'

export type Pattern =
  | { kind: 'set'; set: CharacterSet }
  | { kind: 'sequence'; parts: Pattern[] }
  | { kind: 'choice'; options: Pattern[] }
  | { kind: 'repeat'; part: Pattern; min: number; max: number }
  | { kind: 'anchor'; edge: 'start' | 'end' }

/** Groups in groups beyond this are no one's pattern, and would exhaust the call stack. */
const MAX_NESTING = 200

/**
 * Parses a pattern as if it had the `u` flag, except that any punctuation may be escaped.
 * @throws InferenceError `pattern_invalid`, `pattern_unsupported`
 */
export function parsePattern(source: string): Pattern {
  const reader = createReader(source)
  const pattern = parseChoice(reader, 0)
  if (!reader.isAtEnd()) throw reader.invalid('has a ")" without "("')
  return pattern
}

const single = (code: number): Pattern => ({ kind: 'set', set: [code, code] })

type Reader = {
  isAtEnd(): boolean
  peek(): string
  /** The next character, which is consumed. */
  next(): string
  /** Consumes the text if it is next. */
  eat(text: string): boolean
  /** Consumes what a sticky expression matches here. */
  match(expression: RegExp): RegExpExecArray | undefined
  invalid(problem: string): InferenceError
  unsupported(construct: string, hint?: string): InferenceError
}

function createReader(source: string): Reader {
  let at = 0
  const char = (): string => {
    const code = source.codePointAt(at)
    return code === undefined ? '' : String.fromCodePoint(code)
  }
  return {
    isAtEnd: () => at >= source.length,
    peek: char,
    next: () => {
      const found = char()
      at += found.length
      return found
    },
    eat: (text) => {
      if (!source.startsWith(text, at)) return false
      at += text.length
      return true
    },
    match: (expression) => {
      expression.lastIndex = at
      const found = expression.exec(source)
      if (found) at += found[0].length
      return found ?? undefined
    },
    invalid: (problem) =>
      new InferenceError('pattern_invalid', `pattern ${source} ${problem} (at ${at})`, {
        hint: 'Write it as a JavaScript regular expression with the u flag.',
      }),
    unsupported: (construct, hint = 'Write the pattern without it.') =>
      new InferenceError(
        'pattern_unsupported',
        `pattern ${source} uses ${construct} (at ${at}), which cannot steer decoding`,
        { hint },
      ),
  }
}

function parseChoice(reader: Reader, nesting: number): Pattern {
  if (nesting > MAX_NESTING) throw reader.unsupported(`more than ${MAX_NESTING} nested groups`)
  const options = [parseSequence(reader, nesting)]
  while (reader.eat('|')) options.push(parseSequence(reader, nesting))
  return options.length === 1 ? options[0]! : { kind: 'choice', options }
}

function parseSequence(reader: Reader, nesting: number): Pattern {
  const parts: Pattern[] = []
  while (!reader.isAtEnd() && reader.peek() !== '|' && reader.peek() !== ')') {
    parts.push(parseRepeat(reader, parseAtom(reader, nesting)))
  }
  return { kind: 'sequence', parts }
}

const quantifiers: Readonly<Record<string, readonly [min: number, max: number]>> = {
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
  '?': [0, 1],
}

function parseRepeat(reader: Reader, part: Pattern): Pattern {
  const found = reader.match(/[*+?]|\{(\d+)(,(\d*))?\}/y)
  if (!found) return part
  if (part.kind === 'anchor') throw reader.invalid('repeats an anchor')
  const [text, low, comma, high] = found
  const [min, max] = quantifiers[text] ?? [
    Number(low),
    comma === undefined ? Number(low) : high === '' ? Number.POSITIVE_INFINITY : Number(high),
  ]
  if (min > max) throw reader.invalid(`has a repetition ${text} that ends before it starts`)
  // Lazy repetition matches the same texts.
  reader.eat('?')
  if (/[*+?]/.test(reader.peek())) throw reader.invalid('repeats a repetition')
  return { kind: 'repeat', part, min, max }
}

function parseAtom(reader: Reader, nesting: number): Pattern {
  const char = reader.next()
  if (char === '(') return parseGroup(reader, nesting)
  if (char === '[') return { kind: 'set', set: parseClass(reader) }
  if (char === '.') return { kind: 'set', set: anyButLineEnds }
  if (char === '^') return { kind: 'anchor', edge: 'start' }
  if (char === '$') return { kind: 'anchor', edge: 'end' }
  if (char === '\\') return { kind: 'set', set: parseEscape(reader, false) }
  if (/[*+?]/.test(char)) throw reader.invalid('repeats nothing')
  return single(characterCode(reader, char))
}

function parseGroup(reader: Reader, nesting: number): Pattern {
  const look = reader.match(/\?<?[=!]/y)
  if (look) throw reader.unsupported(`a look-around (${look[0]}…)`)
  if (reader.eat('?') && !reader.match(/:|<[\p{ID_Start}_$][\p{ID_Continue}$]*>/uy))
    throw reader.unsupported('a group with modifiers', 'Use (…), (?:…) or (?<name>…).')
  const group = parseChoice(reader, nesting + 1)
  if (!reader.eat(')')) throw reader.invalid('has a "(" without ")"')
  return group
}

function parseClass(reader: Reader): CharacterSet {
  const isNegated = reader.eat('^')
  const sets: CharacterSet[] = []
  while (!reader.eat(']')) {
    const low = parseClassMember(reader)
    const isRange = low.length === 2 && low[0] === low[1] && reader.match(/-(?!\])/y) !== undefined
    if (!isRange) sets.push(low)
    else sets.push(...classRange(reader, low[0]!, parseClassMember(reader)))
  }
  const set = intersect(union(...sets), anyCharacter)
  return isNegated ? negate(set) : set
}

function classRange(reader: Reader, from: number, high: CharacterSet): CharacterSet[] {
  // In [a-\w] the hyphen is itself.
  if (high.length !== 2 || high[0] !== high[1]) return [[from, from], [0x2d, 0x2d], high]
  if (from > high[0]!) throw reader.invalid('has a range that ends before it starts')
  return [[from, high[0]!]]
}

function parseClassMember(reader: Reader): CharacterSet {
  if (reader.isAtEnd()) throw reader.invalid('has a "[" without "]"')
  const char = reader.next()
  if (char === '\\') return parseEscape(reader, true)
  const code = characterCode(reader, char)
  return [code, code]
}

const controlEscapes: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

function parseEscape(reader: Reader, isInClass: boolean): CharacterSet {
  const code = parseNumericEscape(reader)
  if (code !== undefined) return [code, code]
  const property = reader.match(/([pP])\{([^}]*)\}/y)
  if (property) return parseProperty(reader, property[1] === 'P', property[2]!)
  if (reader.isAtEnd()) throw reader.invalid('ends in "\\"')
  const char = reader.next()
  const named = escapedClasses[char]
  if (named) return named
  if (isInClass && char === 'b') return [8, 8]
  if (/[bB]/.test(char)) throw reader.unsupported(`a word border \\${char}`)
  if (/[1-9k]/.test(char)) throw reader.unsupported(`a back-reference \\${char}`)
  if (/[\p{L}\p{N}]/u.test(char) && !(char in controlEscapes))
    throw reader.invalid(`has an unknown escape \\${char}`)
  const literal = controlEscapes[char] ?? char.codePointAt(0)!
  return [literal, literal]
}

/** `\x41`, `\u0041`, `\u{1f600}`, `\ud83d\ude00`, `\cJ`, `\0`. */
function parseNumericEscape(reader: Reader): number | undefined {
  const pair = reader.match(/u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})/y)
  if (pair) {
    const units = pair.slice(1).map((unit) => Number.parseInt(unit, 16))
    return String.fromCharCode(...units).codePointAt(0)!
  }
  const hex = reader.match(/x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]+)\}/y)
  if (hex) {
    const code = Number.parseInt((hex[1] ?? hex[2] ?? hex[3])!, 16)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw reader.invalid(`has ${hex[0]}, which is no character`)
    return code
  }
  const control = reader.match(/c([a-zA-Z])|0(?!\d)/y)
  return control && (control[1] === undefined ? 0 : control[1].charCodeAt(0) % 32)
}

function parseProperty(reader: Reader, isNegated: boolean, property: string): CharacterSet {
  const set = propertySet(property)
  if (!set) throw reader.invalid(`names an unknown Unicode property ${property}`)
  return isNegated ? negate(set) : set
}

/** The code of a character as it stands; half of a surrogate pair is none. */
function characterCode(reader: Reader, char: string): number {
  if (!char.isWellFormed()) throw reader.invalid('holds half of a surrogate pair')
  return char.codePointAt(0)!
}

const anyText: Pattern = {
  kind: 'repeat',
  part: { kind: 'set', set: anyCharacter },
  min: 0,
  max: Number.POSITIVE_INFINITY,
}

/**
 * The pattern of whole texts. A `search` may start and end anywhere in the text, as `pattern` in JSON Schema
 * does, unless anchors say otherwise; anchors are then gone.
 * @throws InferenceError `pattern_unsupported` for an anchor inside
 */
export function wholeText(
  pattern: Pattern,
  source: string,
  { search }: { search: boolean },
): Pattern {
  const all = pattern.kind === 'sequence' ? pattern.parts : [pattern]
  const only = all.length === 1 ? all[0]! : undefined
  if (only?.kind === 'choice')
    return { kind: 'choice', options: only.options.map((o) => wholeText(o, source, { search })) }
  if (only?.kind === 'sequence') return wholeText(only, source, { search })
  const startsAnchored = isAnchor(all[0], 'start')
  const endsAnchored = isAnchor(all.at(-1), 'end')
  const parts = all.slice(startsAnchored ? 1 : 0, endsAnchored ? -1 : undefined)
  if (parts.some(hasAnchor)) {
    throw new InferenceError('pattern_unsupported', `pattern ${source} has an anchor inside`, {
      hint: 'Put ^ and $ at the start and end of the pattern or of its alternatives.',
    })
  }
  if (search && !startsAnchored) parts.unshift(anyText)
  if (search && !endsAnchored) parts.push(anyText)
  return { kind: 'sequence', parts }
}

const isAnchor = (part: Pattern | undefined, edge: 'start' | 'end'): boolean =>
  part?.kind === 'anchor' && part.edge === edge

function hasAnchor(pattern: Pattern): boolean {
  if (pattern.kind === 'sequence') return pattern.parts.some(hasAnchor)
  if (pattern.kind === 'choice') return pattern.options.some(hasAnchor)
  if (pattern.kind === 'repeat') return hasAnchor(pattern.part)
  return pattern.kind === 'anchor'
}
