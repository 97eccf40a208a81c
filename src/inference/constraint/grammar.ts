/**
 * @file A grammar over bytes: automata that call each other. A rule is a pair of states; a call runs through
 * the rule and returns, which is what nesting needs.
 */
import { MAX_STATES, tooLarge } from './limits.ts'

export type Rule = { readonly start: number; readonly end: number }

/** What may happen in a state, besides being the end of its rule. */
export type State = {
  bytes: { from: number; to: number; target: number }[]
  /** States that this one is as well. */
  jumps: number[]
  calls: { rule: Rule; target: number }[]
  /** Set in the last state of a rule. */
  isEnd: boolean
}

export type Grammar = { readonly states: State[]; readonly root: Rule }

/** A grammar in the making; states are numbers. */
export type GrammarBuilder = {
  addState(): number
  addRule(): Rule
  /** One byte out of a range leads from one state to another. */
  addByte(source: number, from: number, to: number, target: number): void
  addText(source: number, text: string, target: number): void
  addJump(source: number, target: number): void
  addCall(source: number, rule: Rule, target: number): void
  /** The rule under this key, made and filled at the first call. */
  sharedRule(key: string, fill: (rule: Rule) => void): Rule
  /** The grammar that `root` starts, or undefined when it has no text at all. */
  build(root: Rule): Grammar | undefined
}

const utf8 = new TextEncoder()

/** An empty grammar. */
export function createGrammarBuilder(): GrammarBuilder {
  const states: State[] = []
  const shared = new Map<string, Rule>()
  const addState = (): number => {
    if (states.length >= MAX_STATES) throw tooLarge('states', MAX_STATES)
    return states.push({ bytes: [], jumps: [], calls: [], isEnd: false }) - 1
  }
  const addRule = (): Rule => {
    const rule = { start: addState(), end: addState() }
    states[rule.end]!.isEnd = true
    return rule
  }
  const addByte = (source: number, from: number, to: number, target: number): void => {
    states[source]!.bytes.push({ from, to, target })
  }
  const addText = (source: number, text: string, target: number): void => {
    const bytes = utf8.encode(text)
    let state = source
    for (const [i, byte] of bytes.entries()) {
      const next = i === bytes.length - 1 ? target : addState()
      addByte(state, byte, byte, next)
      state = next
    }
    if (bytes.length === 0) addJump(source, target)
  }
  const addJump = (source: number, target: number): void => {
    states[source]!.jumps.push(target)
  }
  return {
    addState,
    addRule,
    addByte,
    addText,
    addJump,
    addCall: (source, rule, target) => {
      states[source]!.calls.push({ rule, target })
    },
    sharedRule: (key, fill) => {
      const known = shared.get(key)
      if (known) return known
      const rule = addRule()
      shared.set(key, rule)
      fill(rule)
      return rule
    },
    build: (root) => (pruneDeadEnds(states)[root.start] ? { states, root } : undefined),
  }
}

/**
 * Takes out every step into a state from which its rule cannot end, so that decoding never paints itself into
 * a corner. Returns which states can reach their end.
 */
function pruneDeadEnds(states: State[]): boolean[] {
  const isAlive = states.map(({ isEnd }) => isEnd)
  const sources = sourcesByTarget(states)
  const queue = [...states.keys()].filter((state) => isAlive[state])
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const source of sources[state]!) {
      if (isAlive[source] || !canLeave(states[source]!, isAlive)) continue
      isAlive[source] = true
      queue.push(source)
    }
  }
  for (const state of states) {
    state.bytes = state.bytes.filter(({ target }) => isAlive[target])
    state.jumps = state.jumps.filter((target) => isAlive[target])
    state.calls = state.calls.filter(({ rule, target }) => isAlive[rule.start] && isAlive[target])
  }
  return isAlive
}

function canLeave({ bytes, jumps, calls }: State, isAlive: boolean[]): boolean {
  return (
    bytes.some(({ target }) => isAlive[target]) ||
    jumps.some((target) => isAlive[target]) ||
    calls.some(({ rule, target }) => isAlive[rule.start] && isAlive[target])
  )
}

/** For each state, those that may come alive with it: what steps to it or calls the rule that it starts. */
function sourcesByTarget(states: State[]): number[][] {
  const sources: number[][] = states.map(() => [])
  for (const [source, { bytes, jumps, calls }] of states.entries()) {
    for (const { target } of bytes) sources[target]!.push(source)
    for (const target of jumps) sources[target]!.push(source)
    for (const { rule, target } of calls) {
      sources[target]!.push(source)
      sources[rule.start]!.push(source)
    }
  }
  return sources
}
