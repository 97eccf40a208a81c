/** @file Reads one HTML or JSX tag with its attributes, strings and expressions. */

export type Tag = { name: string; kind: 'open' | 'close' | 'empty'; end: number }

const tagName = /<(\/?)([A-Za-z][A-Za-z0-9.:-]*|(?=>))/y
const attributeName = /[ \t\n]*(?:[A-Za-z_:@#][\w:.@-]*)/y
const attributeValue = /[ \t\n]*=[ \t\n]*(?:"[^"]*"|'[^']*'|[^\s"'=<>`{]+)/y
const tagEnd = /[ \t\n]*(\/?)>/y
const expressionStart = /[ \t\n]*(?:=[ \t\n]*)?\{/y

/** Reads a whole HTML or JSX tag at `at`; undefined when it is something else, such as `a < b`. */
export function readTag(text: string, at: number): Tag | undefined {
  const opening = matchAt(tagName, text, at)
  if (!opening || /^[A-Za-z][\w.+-]*:/.test(opening[2]!)) return undefined
  let end = at + opening[0].length
  for (;;) {
    const close = matchAt(tagEnd, text, end)
    if (close) {
      const kind = opening[1] ? 'close' : close[1] ? 'empty' : 'open'
      return { name: opening[2]!, kind, end: end + close[0].length }
    }
    const next = endOfAttribute(text, end)
    if (next === undefined) return undefined
    end = next
  }
}

function endOfAttribute(text: string, at: number): number | undefined {
  const separated = /\s/.test(text[at] ?? '') || /["'}]/.test(text[at - 1]!)
  const name = separated ? matchAt(attributeName, text, at) : null
  const afterName = name ? at + name[0].length : at
  const value = name && matchAt(attributeValue, text, afterName)
  if (value) return afterName + value[0].length
  const expression = matchAt(expressionStart, text, afterName)
  if (expression) return endOfBraces(text, afterName + expression[0].length)
  return name ? afterName : undefined
}

// Reference pages carry whole property tables in an attribute (107 kB in one of the AI SDK's); what is
// longer is taken for unbalanced braces in prose.
const maxExpressionChars = 500_000

function endOfBraces(text: string, from: number): number | undefined {
  let depth = 1
  for (let at = from; at < text.length && at - from < maxExpressionChars; at++) {
    const char = text[at]!
    if (char === '{') depth++
    else if (char === '}' && --depth === 0) return at + 1
    else if ('\'"`'.includes(char)) at = endOfString(text, at) - 1
  }
  return undefined
}

/** Past the closing quote of the string literal at `at`; past its opening quote when it never closes. */
export function endOfString(text: string, at: number): number {
  const quote = text[at]!
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++
    else if (text[end] === quote) return end + 1
    else if (text[end] === '\n' && quote !== '`') return at + 1
  }
  return at + 1
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
