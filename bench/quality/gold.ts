/** @file Whether a quoted sentence is a gold sentence: markup, case and spacing aside, one holds the other. */
import type { DocQuestion } from './data.ts'

export function isGold(quote: string, question: DocQuestion): boolean {
  const found = normalise(quote)
  const gold = [
    question.sentence ?? '',
    ...(question.alternatives ?? []).map(({ sentence }) => sentence),
  ]
  return gold.some((sentence) => sameSentence(found, normalise(sentence)))
}

/** A quote may be a part of the gold sentence (or the reverse), but a substantial one. */
function sameSentence(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return (
    short.length > 0 &&
    long.includes(short) &&
    short.length >= Math.min(20, long.length) &&
    short.length >= 0.4 * long.length
  )
}

function normalise(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]*>/g, '')
    .replace(/[*_`|#>"“”]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
}
