/** @file Deterministic automata over characters: what a string may be, as a value that can be combined. */
import { anyCharacter, toRanges } from './character-set.ts'
import { MAX_STATES, tooLarge } from './limits.ts'
import type { Pattern } from './pattern.ts'

/** A step on the characters `from` to `to`. */
export type Edge = { from: number; to: number; target: number }

/** State 0 is the start; edges of a state are sorted and do not overlap; no edge means no. */
export type Automaton = { edges: Edge[][]; accepts: boolean[] }

/** Any text. */
export const anyText: Automaton = {
  edges: [toRanges(anyCharacter).map(([from, to]) => ({ from, to, target: 0 }))],
  accepts: [true],
}

/** Texts of `min` to `max` characters. */
export function textOfLength(min: number, max: number): Automaton {
  const isBounded = max !== Number.POSITIVE_INFINITY
  const last = isBounded ? max : min
  if (last > MAX_STATES) throw tooLarge('states', MAX_STATES)
  const step = (target: number): Edge[] =>
    toRanges(anyCharacter).map(([from, to]) => ({ from, to, target }))
  const edges = Array.from({ length: last + 1 }, (_, i) => {
    if (i < last) return step(i + 1)
    return isBounded ? [] : step(i)
  })
  return { edges, accepts: edges.map((_, i) => i >= min && i <= max) }
}

/** Exactly these texts. */
export function textAmong(texts: readonly string[]): Automaton {
  const children: Map<number, number>[] = [new Map()]
  const accepts = [false]
  for (const text of texts) {
    let state = 0
    for (const char of text) {
      const code = char.codePointAt(0)!
      const known = children[state]!.get(code)
      if (known === undefined) {
        if (children.length >= MAX_STATES) throw tooLarge('states', MAX_STATES)
        children[state]!.set(code, children.length)
        state = children.length
        children.push(new Map())
        accepts.push(false)
      } else state = known
    }
    accepts[state] = true
  }
  const sorted = (steps: Map<number, number>): Edge[] =>
    [...steps].sort(([a], [b]) => a - b).map(([code, target]) => ({ from: code, to: code, target }))
  return { edges: children.map(sorted), accepts }
}

/** The texts of a pattern without anchors: Thompson's construction, then the subset construction. */
export function textMatching(pattern: Pattern): Automaton {
  const nfa = buildNfa(pattern)
  return explore(reachable(nfa, [nfa.start]), (states) => ({
    accepts: states.includes(nfa.end),
    steps: mergedSteps(nfa, states),
  }))
}

/** Texts of both. */
export function both(a: Automaton, b: Automaton): Automaton {
  return explore([0, 0], ([x, y]) => ({
    accepts: a.accepts[x!]! && b.accepts[y!]!,
    steps: commonSteps(a.edges[x!]!, b.edges[y!]!),
  }))
}

/** All other texts. */
export function allBut(automaton: Automaton): Automaton {
  const sink = automaton.edges.length
  const filled = [...automaton.edges, []].map((edges) => fillGaps(edges, sink))
  return { edges: filled, accepts: [...automaton.accepts.map((accepts) => !accepts), true] }
}

/** Whether no text at all is accepted. */
export function isEmpty({ edges, accepts }: Automaton): boolean {
  const seen = new Set([0])
  for (const state of seen) {
    if (accepts[state]) return false
    for (const { target } of edges[state]!) seen.add(target)
  }
  return true
}

/** Whether the automaton accepts the text. */
export function matches({ edges, accepts }: Automaton, text: string): boolean {
  let state = 0
  for (const char of text) {
    const code = char.codePointAt(0)!
    const edge = edges[state]!.find(({ from, to }) => from <= code && code <= to)
    if (!edge) return false
    state = edge.target
  }
  return accepts[state]!
}

type Step = { from: number; to: number; states: number[] }

/** An automaton whose states are lists of numbers, found from the first one on. */
function explore(
  start: number[],
  describe: (states: number[]) => { accepts: boolean; steps: Step[] },
): Automaton {
  const ids = new Map<string, number>()
  const queue: number[][] = []
  // States of a product are pairs; those of the subset construction can be long lists.
  let room = 2 * MAX_STATES
  const idOf = (states: number[]): number => {
    const key = states.join(' ')
    const known = ids.get(key)
    if (known !== undefined) return known
    room -= states.length
    if (room < 0) throw tooLarge('states', MAX_STATES)
    ids.set(key, queue.length)
    return queue.push(states) - 1
  }
  idOf(start)
  const result: Automaton = { edges: [], accepts: [] }
  for (const states of queue) {
    const { accepts, steps } = describe(states)
    result.accepts.push(accepts)
    result.edges.push(
      joinEdges(steps.map(({ from, to, states }) => ({ from, to, target: idOf(states) }))),
    )
  }
  return result
}

/** Neighbouring edges to the same state as one. */
function joinEdges(edges: Edge[]): Edge[] {
  const joined: Edge[] = []
  for (const edge of edges) {
    const last = joined.at(-1)
    if (last?.target === edge.target && last.to === edge.from - 1) last.to = edge.to
    else joined.push(edge)
  }
  return joined
}

function commonSteps(a: Edge[], b: Edge[]): Step[] {
  const steps: Step[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const from = Math.max(a[i]!.from, b[j]!.from)
    const to = Math.min(a[i]!.to, b[j]!.to)
    if (from <= to) steps.push({ from, to, states: [a[i]!.target, b[j]!.target] })
    if (a[i]!.to < b[j]!.to) i++
    else j++
  }
  return steps
}

function fillGaps(edges: Edge[], sink: number): Edge[] {
  const filled: Edge[] = []
  for (const [first, last] of toRanges(anyCharacter)) {
    let next = first
    for (const edge of edges) {
      if (edge.from > last || edge.to < first) continue
      if (edge.from > next) filled.push({ from: next, to: edge.from - 1, target: sink })
      filled.push(edge)
      next = edge.to + 1
    }
    if (next <= last) filled.push({ from: next, to: last, target: sink })
  }
  return filled
}

/** Per state either one set of characters or jumps without a character. */
type Nfa = {
  start: number
  end: number
  steps: ({ set: readonly number[]; target: number } | undefined)[]
  jumps: number[][]
}

function buildNfa(pattern: Pattern): Nfa {
  const nfa: Nfa = { start: 0, end: 0, steps: [undefined], jumps: [[]] }
  const add = (jumps: number[], step?: Nfa['steps'][number]): number => {
    if (nfa.jumps.length >= MAX_STATES) throw tooLarge('states', MAX_STATES)
    nfa.steps.push(step)
    return nfa.jumps.push(jumps) - 1
  }
  /** The state from which the pattern leads to `next`. */
  const build = (part: Pattern, next: number): number => {
    if (part.kind === 'set') return add([], { set: part.set, target: next })
    if (part.kind === 'sequence') return part.parts.reduceRight((to, p) => build(p, to), next)
    if (part.kind === 'choice') return add(part.options.map((option) => build(option, next)))
    if (part.kind === 'anchor') throw new Error('internal: an anchor reached the automaton')
    return buildRepeat(part, next)
  }
  const buildRepeat = (repeat: Pattern & { kind: 'repeat' }, next: number): number => {
    let start = next
    if (repeat.max === Number.POSITIVE_INFINITY) {
      start = add([next])
      nfa.jumps[start]!.push(build(repeat.part, start))
    } else {
      for (let i = repeat.min; i < repeat.max; i++) start = add([next, build(repeat.part, start)])
    }
    // A state of its own per repetition, so that repeating nothing meets the limit, too.
    for (let i = 0; i < repeat.min; i++) start = add([build(repeat.part, start)])
    return start
  }
  nfa.start = build(pattern, nfa.end)
  return nfa
}

/** The states and all that jumps lead to, in ascending order. */
function reachable({ jumps }: Nfa, states: Iterable<number>): number[] {
  const seen = new Set(states)
  for (const state of seen) for (const target of jumps[state]!) seen.add(target)
  return [...seen].sort((a, b) => a - b)
}

/** Cuts the characters at every border of a set, so that each piece leads to one list of states. */
function mergedSteps(nfa: Nfa, states: number[]): Step[] {
  const steps = states.flatMap((state) => nfa.steps[state] ?? [])
  const borders = new Set(steps.flatMap(({ set }) => set.map((code, i) => code + (i % 2))))
  const cuts = [...borders].sort((a, b) => a - b)
  return cuts.slice(0, -1).flatMap((from, i) => {
    const to = cuts[i + 1]! - 1
    const targets = steps.filter(({ set }) => includes(set, from)).map(({ target }) => target)
    return targets.length > 0 ? [{ from, to, states: reachable(nfa, targets) }] : []
  })
}

/** Binary search among the ranges. */
function includes(set: readonly number[], code: number): boolean {
  let low = 0
  let high = set.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (set[2 * middle + 1]! < code) low = middle + 1
    else high = middle
  }
  return low < set.length / 2 && set[2 * low]! <= code
}
