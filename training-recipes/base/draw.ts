/** @file Random choices with a seed, for making training data. */
import { mulberry32 } from '../../src/util/random.ts'

export type Draw = {
  /** A float in [0, 1). */
  next(): number
  chance(probability: number): boolean
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  one<T>(items: readonly T[]): T
  some<T>(items: readonly T[], count: number): T[]
}

export function createDraw(seed: number): Draw {
  const next = mulberry32(seed)
  const draw: Draw = {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    one: (items) => items[Math.floor(next() * items.length)]!,
    some(items, count) {
      const left = [...items]
      const taken = Math.min(count, left.length)
      return Array.from(
        { length: taken },
        () => left.splice(Math.floor(next() * left.length), 1)[0]!,
      )
    },
  }
  return draw
}
