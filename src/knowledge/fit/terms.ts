/** @file Texts as counted numbers of stems: the units of the fitted model. */
import { scanWords } from '../retrieve/word-scan.ts'
import { stem } from '../retrieve/words.ts'

/** Number of a stem -> how often it stands in the text. */
export type Counts = Map<number, number>

/** Counts a text's stems; `numberOf` numbers them, and gives undefined for those that do not count. */
export type Counter = (text: string) => Counts

/** Words are remembered with their numbers, since stemming takes ten times as long; beyond this, memory matters. */
const REMEMBERED = 300_000
const NONE = -1

export function createCounter(numberOf: (stemmed: string) => number | undefined): Counter {
  const numbers = new Map<string, number>()
  const lookUp = (word: string): number => {
    const known = numbers.get(word)
    if (known !== undefined) return known
    if (numbers.size >= REMEMBERED) numbers.clear()
    const number = numberOf(stem(word)) ?? NONE
    numbers.set(word, number)
    return number
  }
  return (text) => {
    const counts: Counts = new Map()
    scanWords(text.toLowerCase(), (word) => {
      const number = lookUp(word)
      if (number !== NONE) counts.set(number, (counts.get(number) ?? 0) + 1)
    })
    return counts
  }
}

/** Repetition counts, but less each time. */
export function dampened(count: number): number {
  return 1 + Math.log(count)
}
