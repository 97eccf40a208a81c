/** @file Traits of an answer's form. */

export type Trait = {
  /** As the subject of a sentence. */
  readonly trait: string
  /** What the answer has of it; undefined where it has none. */
  readonly read: (answer: string) => string | undefined
}

export const traits: readonly Trait[] = [
  { trait: 'the kind of JSON', read: (answer) => kindOfJson(parseJson(answer)) },
  { trait: 'the list of JSON keys', read: (answer) => keysOf(parseJson(answer)) },
  { trait: 'the list of headings', read: headingsOf },
  { trait: 'the opening', read: openingOf },
  { trait: 'the closing', read: closingOf },
]

/** Words that make an opening or a closing: enough for "Thanks for", few enough to find habits. */
const WORDS = 2

function parseJson(answer: string): unknown {
  if (!/^\s*[[{]/.test(answer)) return undefined
  try {
    return JSON.parse(answer)
  } catch {
    return undefined
  }
}

function kindOfJson(value: unknown): string | undefined {
  if (value === undefined) return undefined
  return Array.isArray(value) ? 'list' : 'object'
}

function keysOf(value: unknown): string | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? Object.keys(value).sort().join(', ') : undefined
}

/** Markdown headings and bold lines. */
function headingsOf(answer: string): string | undefined {
  const headings = answer.match(/^(?:#{1,6} .+|\*\*[^*\n]+\*\*:?)$/gm)
  return headings?.map((heading) => heading.replace(/^#+ |[*:]+/g, '').trim()).join(', ')
}

function openingOf(answer: string): string | undefined {
  const words = wordsOf(answer.slice(0, 200))
  return words.length > WORDS ? words.slice(0, WORDS).join(' ') : undefined
}

function closingOf(answer: string): string | undefined {
  const words = wordsOf(answer.slice(-200))
  return words.length > WORDS ? words.slice(-WORDS).join(' ') : undefined
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}'’-]+/gu) ?? []
}
