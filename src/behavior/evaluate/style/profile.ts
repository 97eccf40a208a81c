/** @file What both instruments need of a text, counted once; bundles of texts are sums of profiles. */
import { characterRuns, wordsOf } from '../../text/words.ts'
import { type MaskOptions, maskContent } from './mask.ts'
import { countSurface } from './surface-features.ts'

/** A text of a person, a page or a question: texts of one group are never on both sides of a split. */
export type StyleText = { readonly group: string; readonly text: string }

export type Profile = {
  readonly group: string
  readonly words: number
  /** Runs of three to five characters of the masked text. */
  readonly runs: readonly string[]
  /** Words that are function words. */
  readonly functionWords: number
  /** Occurrences of each function word, then the surface counts. */
  readonly counts: Float64Array
}

export type ProfileOptions = MaskOptions & {
  /** English by default. */
  functionWords: readonly string[]
  /** Takes out what a check of the format already scores, before masking. */
  prepare?: ((text: string) => string) | undefined
}

export function createProfiler(options: ProfileOptions): (text: StyleText) => Profile {
  const placeOf = new Map(options.functionWords.map((word, at) => [word, at]))
  return ({ group, text }) => {
    const masked = maskContent(options.prepare?.(text) ?? text, options)
    const words = wordsOf(masked)
    const counts = Float64Array.from([
      ...options.functionWords.map(() => 0),
      ...countSurface(masked),
    ])
    const places = words.flatMap((word) => placeOf.get(word) ?? [])
    for (const place of places) counts[place]! += 1
    const line = ` ${masked.replace(/\s+/g, ' ').trim()} `
    return {
      group,
      words: words.length,
      runs: characterRuns(line, 3, 5),
      functionWords: places.length,
      counts,
    }
  }
}

/** Consecutive texts in as many bundles of about equal size as have so many words; one where there are fewer. */
export function bundle<Item extends { readonly words: number }>(
  items: readonly Item[],
  bundleWords: number,
): Item[][] {
  const total = items.reduce((sum, { words }) => sum + words, 0)
  const count = Math.max(1, Math.floor(total / bundleWords))
  const bundles: Item[][] = []
  let words = 0
  for (const item of items) {
    if (words >= (bundles.length * total) / count) bundles.push([])
    bundles.at(-1)!.push(item)
    words += item.words
  }
  return bundles
}
