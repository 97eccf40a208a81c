/** @file Seeded choices for tests, so that a failing run can be repeated. */
import { mulberry32 } from '../../src/util/random.ts'

export type Random = {
  /** A float in [0, 1). */
  next(): number
  /** An integer in [low, high]. */
  between(low: number, high: number): number
  pick<T>(items: readonly T[]): T
}

export function seededRandom(seed: number): Random {
  const next = mulberry32(seed)
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return { next, between, pick: (items) => items[between(0, items.length - 1)]! }
}

const SYLLABLES = ['ba', 'den', 'fo', 'gul', 'hir', 'ka', 'lom', 'mer', 'nu', 'pas', 'rin', 'tov']

/** A made-up sentence; its words are drawn from about 1,700. */
export function randomSentence(random: Random, words: number): string {
  const word = (): string => Array.from({ length: 3 }, () => random.pick(SYLLABLES)).join('')
  const text = Array.from({ length: words }, word).join(' ')
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}
