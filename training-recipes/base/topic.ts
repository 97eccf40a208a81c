/** @file What a question is about, in its own words. */

const FUNCTION_WORDS = new Set(
  `a about after all also am an and any are as at be been before being both but by can could did do does
  during each for from get had has have he her his how i if in into is it its just many me more most much my
  no not of off on or other our out over please same she should so some such tell than that the their them
  then there these they this those to too under up us use used very was we were what when where which while
  who whom whose why will with would you your know help question explain recommend find something stuck`.split(
    /\s+/,
  ),
)

const MAX_WORDS = 6
/** Words that may stand inside a topic, never at its ends. */
const INNER = new Set([
  'of',
  'the',
  'in',
  'for',
  'and',
  'to',
  'a',
  'an',
  'on',
  'with',
  'from',
  'my',
])

/** The longest stretch of telling words, at most six; the question itself where there is none. */
export function topicOf(question: string): string {
  const words = question.replace(/[?!.]+$/, '').split(/\s+/)
  let best: string[] = []
  let run: string[] = []
  for (const word of [...words, '']) {
    const plain = word.toLowerCase().replace(/[^\p{L}\p{N}-]/gu, '')
    const tells = plain !== '' && !FUNCTION_WORDS.has(plain)
    if (tells || (run.length > 0 && INNER.has(plain))) run.push(word)
    if (!tells && !INNER.has(plain)) {
      best = longer(best, trimmed(run))
      run = []
    }
  }
  best = longer(best, trimmed(run))
  return best.length > 0
    ? best.join(' ').replace(/[,;:]+$/, '')
    : words.slice(0, MAX_WORDS).join(' ')
}

function trimmed(run: readonly string[]): string[] {
  const kept = run.slice(0, MAX_WORDS)
  while (kept.length > 0 && INNER.has(kept.at(-1)!.toLowerCase())) kept.pop()
  return kept
}

function longer(a: string[], b: string[]): string[] {
  return b.length > a.length ? b : a
}
