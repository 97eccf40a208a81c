/** @file Stop strings in streamed text: what can be given out, and where the text ends. */
import { InferenceError } from './errors.ts'

export type StopMatcher = {
  /** Takes the next piece of text and returns what can be given out now. */
  push(text: string): string
  /** The rest, when no more text comes. */
  end(): string
  /** The stop string that ended the text; nothing is given out from its start on. */
  readonly stop: string | undefined
}

type Match = { start: number; stop: string }

/**
 * Cuts a text at the first place where one of the stop strings stands, however the text is cut into pieces.
 * Where two start in the same place, the shorter one counts.
 * @throws InferenceError `option_invalid`
 */
export function createStopMatcher(stopStrings: readonly string[]): StopMatcher {
  if (stopStrings.includes('')) {
    throw new InferenceError('option_invalid', 'one of the stop strings is empty', {
      hint: 'Give stop strings of one or more characters.',
    })
  }
  // Shorter ones first, so that they win where two start together.
  const stops = [...new Set(stopStrings)].sort((a, b) => a.length - b.length)
  let held = ''
  let stop: string | undefined

  const giveOut = (length: number): string => {
    const text = held.slice(0, length)
    held = held.slice(length)
    return text
  }
  const stopAt = (match: Match): string => {
    stop = match.stop
    const text = giveOut(match.start)
    held = ''
    return text
  }
  return {
    push: (text) => {
      if (stop !== undefined) return ''
      held += text
      const match = firstMatch(held, stops)
      const possible = firstPossible(held, stops)
      // A longer stop string that started earlier may still be on its way.
      if (match && match.start <= possible) return stopAt(match)
      return giveOut(possible)
    },
    end: () => {
      const match = firstMatch(held, stops)
      return match ? stopAt(match) : giveOut(held.length)
    },
    get stop() {
      return stop
    },
  }
}

function firstMatch(text: string, stops: readonly string[]): Match | undefined {
  let first: Match | undefined
  for (const stop of stops) {
    const start = text.indexOf(stop)
    if (start !== -1 && (!first || start < first.start)) first = { start, stop }
  }
  return first
}

/** Where a stop string may have begun that the text has not finished; the text's length when nowhere. */
function firstPossible(text: string, stops: readonly string[]): number {
  const starts = stops.map((stop) => {
    let start = Math.max(0, text.length - stop.length + 1)
    while (!stop.startsWith(text.slice(start))) start++
    return start
  })
  return Math.min(text.length, ...starts)
}
