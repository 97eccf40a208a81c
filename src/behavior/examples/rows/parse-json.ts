/** @file JSON of one row, with the reason where it is none. */
import type { RawRow } from './raw-row.ts'

/** What people write instead of JSON, the likeliest first. */
const mistakes: readonly { pattern: RegExp; fix: string }[] = [
  { pattern: /^\s*\{\s*'|'\s*:\s*'/, fix: 'Use double quotes: JSON knows no single ones.' },
  { pattern: /,\s*[}\]]/, fix: 'Remove the comma before the closing bracket.' },
  {
    pattern: /:\s*(NaN|-?Infinity|None|True|False|undefined)\b/,
    fix: 'Use null, true, false or a number; this is no JSON value.',
  },
  { pattern: /\}\s*\{/, fix: 'Put each object on a line of its own.' },
  {
    pattern: /^\s*[[{][^\n]*[^}\]\s]\s*$/,
    fix: 'The row breaks off: close its strings and brackets, and keep each row on one line.',
  },
]

/** Deeper rows are no examples, and would overflow the stack of what walks them. */
const MAX_DEPTH = 100

export function parseJsonRow(text: string, line: number): RawRow {
  const depth = depthOf(text)
  if (depth > MAX_DEPTH) {
    const message = `nests ${depth} levels deep; ${MAX_DEPTH} are read`
    return { line, text, fault: { code: 'invalid_json', message } }
  }
  try {
    return { line, text, value: JSON.parse(text) }
  } catch (error) {
    const fix = mistakes.find(({ pattern }) => pattern.test(text))?.fix
    const message = `is not JSON: ${(error as Error).message}`
    return { line, text, fault: { code: 'invalid_json', message, ...(fix && { fix }) } }
  }
}

/** Brackets that are open at once; those inside of strings are passed over. */
function depthOf(text: string): number {
  let open = 0
  let deepest = 0
  let isString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) isString = !isString
    else if (isString) at += code === 0x5c ? 1 : 0
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++open)
    else if (code === 0x5d || code === 0x7d) open--
  }
  return deepest
}
