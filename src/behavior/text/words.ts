/** @file Words and runs of words or characters, the features that texts are counted by. */

/** Lower-case words and numbers; an apostrophe inside a word belongs to it. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}]+(?:'\p{L}+)*/gu) ?? []
  )
}

/** All runs of `min` to `max` words, joined by blanks. */
export function wordRuns(words: readonly string[], min: number, max: number): string[] {
  const runs: string[] = []
  for (let size = min; size <= max; size++)
    for (let start = 0; start + size <= words.length; start++)
      runs.push(size === 1 ? words[start]! : words.slice(start, start + size).join(' '))
  return runs
}

/** All runs of `min` to `max` UTF-16 units, across the borders of words. */
export function characterRuns(text: string, min: number, max: number): string[] {
  const runs: string[] = []
  for (let size = min; size <= max; size++)
    for (let start = 0; start + size <= text.length; start++)
      runs.push(text.slice(start, start + size))
  return runs
}
