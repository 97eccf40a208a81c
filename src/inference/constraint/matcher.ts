/**
 * @file Runs a grammar byte by byte. What a text may be so far (positions with the calls they return to) is
 * one configuration, found once and remembered, so that the grammar becomes a deterministic automaton as far
 * as texts need it.
 */
import type { Grammar } from './grammar.ts'
import { MAX_READINGS, tooLarge } from './limits.ts'

/** Where a call returns to, and the calls around it. */
type Frame = { readonly id: number; readonly target: number; readonly outer: Frame | undefined }
type Reading = { readonly state: number; readonly frame: Frame | undefined }

export type Configuration = {
  /** Positions that wait for a byte. */
  readonly readings: readonly Reading[]
  /** Whether the text may end here. */
  readonly isComplete: boolean
  /** What each byte leads to, as far as known. */
  readonly next: (Configuration | undefined)[]
  /** The tokens that may follow, once computed. */
  mask: Int32Array | undefined
}

export type Matcher = {
  readonly start: Configuration
  /** The configuration after one more byte; `dead` when no text goes on so. */
  step(configuration: Configuration, byte: number): Configuration
}

/** No text starts like this. */
export const dead: Configuration = { readings: [], isComplete: false, next: [], mask: undefined }

/** Each takes some 3 kB; beyond this many, what is known is forgotten and found again. */
const MAX_CONFIGURATIONS = 4_096

export function createMatcher({ states, root }: Grammar): Matcher {
  let frames = new Map<string, Frame>()
  let configurations = new Map<string, Configuration>()
  let frameCount = 0

  const frameOf = (target: number, outer: Frame | undefined): Frame => {
    const key = `${target} ${outer?.id ?? 0}`
    const known = frames.get(key)
    if (known) return known
    const frame = { id: ++frameCount, target, outer }
    frames.set(key, frame)
    return frame
  }

  /** Follows jumps, calls and returns until all positions wait for a byte. */
  const settle = (entered: Reading[]): Configuration => {
    const seen = new Set<string>()
    const waiting = new Map<string, Reading>()
    const queue: Reading[] = []
    let isComplete = false
    const enter = (state: number, frame: Frame | undefined): void => {
      const key = `${state} ${frame?.id ?? 0}`
      if (seen.has(key)) return
      if (seen.size >= MAX_READINGS) throw tooLarge('readings of one text', MAX_READINGS)
      seen.add(key)
      const reading = { state, frame }
      if (states[state]!.bytes.length > 0) waiting.set(key, reading)
      queue.push(reading)
    }
    for (const { state, frame } of entered) enter(state, frame)
    for (let reading = queue.pop(); reading; reading = queue.pop()) {
      const { jumps, calls, isEnd } = states[reading.state]!
      for (const target of jumps) enter(target, reading.frame)
      for (const { rule, target } of calls) enter(rule.start, frameOf(target, reading.frame))
      if (isEnd && reading.frame) enter(reading.frame.target, reading.frame.outer)
      if (isEnd && !reading.frame) isComplete = true
    }
    return remembered(waiting, isComplete)
  }

  const remembered = (waiting: Map<string, Reading>, isComplete: boolean): Configuration => {
    if (waiting.size === 0 && !isComplete) return dead
    const key = `${[...waiting.keys()].sort().join()} ${isComplete}`
    const known = configurations.get(key)
    if (known) return known
    if (configurations.size >= MAX_CONFIGURATIONS) forget()
    const readings = [...waiting.values()]
    const configuration = { readings, isComplete, next: [], mask: undefined }
    configurations.set(key, configuration)
    return configuration
  }

  const forget = (): void => {
    frames = new Map()
    configurations = new Map()
  }

  return {
    start: settle([{ state: root.start, frame: undefined }]),
    step: (configuration, byte) => {
      const known = configuration.next[byte]
      if (known) return known
      const entered: Reading[] = []
      for (const { state, frame } of configuration.readings) {
        for (const { from, to, target } of states[state]!.bytes)
          if (from <= byte && byte <= to) entered.push({ state: target, frame })
      }
      const next = entered.length === 0 ? dead : settle(entered)
      configuration.next[byte] = next
      return next
    },
  }
}
