/** @file Characters as bytes of a grammar: UTF-8, plain or inside a JSON string. */
import type { Automaton } from './automaton.ts'
import { anyCharacter, type CharacterSet, intersect, toRanges, union } from './character-set.ts'
import type { GrammarBuilder, Rule } from './grammar.ts'

/** How characters are written: as they are, or as `JSON.stringify` writes them between quotes. */
export type TextEncoding = 'plain' | 'json'

const ascii: CharacterSet = [0, 0x7f]
const beyondAscii: CharacterSet = [0x80, 0xd7ff, 0xe000, 0x10ffff]
const quote = 0x22
const backslash = 0x5c
/** What JSON must escape, and with it everything that JSON writes in more than one way. */
const escaped: CharacterSet = [0, 0x1f, quote, quote, backslash, backslash]
const unescapedAscii: CharacterSet = [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f]

const raw: Readonly<Record<TextEncoding, CharacterSet>> = { plain: ascii, json: unescapedAscii }

/** Leads from one state to another over the texts of an automaton. */
export function writeAutomaton(
  grammar: GrammarBuilder,
  automaton: Automaton,
  { source, target, encoding }: { source: number; target: number; encoding: TextEncoding },
): void {
  const states = automaton.edges.map((_, i) => (i === 0 ? source : grammar.addState()))
  // The start may be stepped back into, and must not inherit what else begins at `source`.
  states[0] = grammar.addState()
  grammar.addJump(source, states[0])
  for (const [i, edges] of automaton.edges.entries()) {
    for (const [next, set] of charactersByTarget(edges))
      writeCharacters(grammar, set, { source: states[i]!, target: states[next]!, encoding })
    if (automaton.accepts[i]) grammar.addJump(states[i]!, target)
  }
}

/** Fills a rule with the JSON strings whose content an automaton accepts. */
export function writeString(
  grammar: GrammarBuilder,
  content: Automaton,
  { start, end }: Rule,
): void {
  const [source, target] = [grammar.addState(), grammar.addState()]
  grammar.addText(start, '"', source)
  writeAutomaton(grammar, content, { source, target, encoding: 'json' })
  grammar.addText(target, '"', end)
}

function charactersByTarget(edges: Automaton['edges'][number]): Map<number, CharacterSet> {
  const sets = new Map<number, number[]>()
  for (const { from, to, target } of edges) {
    const set = sets.get(target)
    if (set) set.push(from, to)
    else sets.set(target, [from, to])
  }
  return sets
}

/**
 * ASCII becomes steps of its own; the rest, of several bytes each, becomes a call of a rule that all states
 * with the same characters share.
 */
function writeCharacters(
  grammar: GrammarBuilder,
  set: CharacterSet,
  { source, target, encoding }: { source: number; target: number; encoding: TextEncoding },
): void {
  for (const [from, to] of toRanges(intersect(set, raw[encoding])))
    grammar.addByte(source, from, to, target)
  const rest = intersect(set, encoding === 'json' ? union(beyondAscii, escaped) : beyondAscii)
  if (rest.length === 0) return
  const rule = grammar.sharedRule(`characters ${encoding} ${rest.join(' ')}`, (rule) => {
    writeUtf8(grammar, intersect(rest, beyondAscii), rule)
    if (encoding === 'json') writeEscapes(grammar, intersect(rest, escaped), rule)
  })
  grammar.addCall(source, rule, target)
}

function writeUtf8(grammar: GrammarBuilder, set: CharacterSet, { start, end }: Rule): void {
  for (const [from, to] of toRanges(intersect(set, anyCharacter))) {
    for (const sequence of utf8Sequences(from, to)) {
      let state = start
      for (const [i, [low, high]] of sequence.entries()) {
        const next = i === sequence.length - 1 ? end : grammar.addState()
        grammar.addByte(state, low, high, next)
        state = next
      }
    }
  }
}

type ByteRange = readonly [low: number, high: number]

/**
 * Sequences of byte ranges that are, together, the UTF-8 of a range of characters. A range is cut until its
 * ends have the same length and differ in full blocks of continuation bytes only (as RE2 does it).
 */
function utf8Sequences(from: number, to: number): ByteRange[][] {
  for (const last of [0x7f, 0x7ff, 0xffff])
    if (from <= last && to > last) return cut(from, last, to)
  for (let bits = 6; bits <= 18 && bits < 6 * utf8Length(from); bits += 6) {
    const block = 2 ** bits - 1
    if ((from & ~block) === (to & ~block)) continue
    if ((from & block) !== 0) return cut(from, from | block, to)
    if ((to & block) !== block) return cut(from, (to & ~block) - 1, to)
  }
  const [low, high] = [from, to].map((code) => Buffer.from(String.fromCodePoint(code)))
  return [Array.from(low!, (byte, i) => [byte, high![i]!] as const)]
}

const cut = (from: number, last: number, to: number): ByteRange[][] => [
  ...utf8Sequences(from, last),
  ...utf8Sequences(last + 1, to),
]

const utf8Length = (code: number): number =>
  code <= 0x7f ? 1 : code <= 0x7ff ? 2 : code <= 0xffff ? 3 : 4

/** `\"`, `\\`, `\b \t \n \f \r`, and the other control characters as `\u00` with two lowercase digits. */
function writeEscapes(grammar: GrammarBuilder, set: CharacterSet, { start, end }: Rule): void {
  const texts = toRanges(set).flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, i) =>
      JSON.stringify(String.fromCharCode(from + i)).slice(1, -1),
    ),
  )
  // One path per prefix, so that a backslash leads to one state and not to one per escape.
  const states = new Map<string, number>([['', start]])
  for (const text of texts) {
    for (let length = 1; length <= text.length; length++) {
      const prefix = text.slice(0, length)
      if (states.has(prefix)) continue
      const next = length === text.length ? end : grammar.addState()
      const byte = text.charCodeAt(length - 1)
      grammar.addByte(states.get(prefix.slice(0, -1))!, byte, byte, next)
      states.set(prefix, next)
    }
  }
}
