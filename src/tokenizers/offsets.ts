/** @file Finds the stretch of text that each token stands for. */

/** Start and end in UTF-16 units; the end is outside. */
export type Span = [start: number, end: number]

/**
 * Lays the tokens' bytes along the text. Undefined when they do not spell it: a normaliser changed the
 * text, or a token is not made of bytes.
 */
export function alignTokens(
  text: string,
  tokens: readonly (Uint8Array | undefined)[],
): Span[] | undefined {
  const textBytes = Buffer.from(text)
  const charOfByte = mapBytesToChars(text, textBytes.length)
  const spans: Span[] = []
  let at = 0
  for (const token of tokens) {
    if (!token) return undefined
    const end = at + token.length
    if (!textBytes.subarray(at, end).equals(token)) return undefined
    const last = charOfByte[Math.max(at, end - 1)]
    spans.push(token.length === 0 || !last ? [at, at] : [charOfByte[at]![0], last[1]])
    at = end
  }
  return at === textBytes.length ? spans : undefined
}

/** For every byte, the character that it belongs to. */
function mapBytesToChars(text: string, byteLength: number): Span[] {
  const map = new Array<Span>(byteLength)
  let byte = 0
  let char = 0
  for (const symbol of text) {
    const span: Span = [char, char + symbol.length]
    const end = byte + Buffer.byteLength(symbol)
    while (byte < end) map[byte++] = span
    char += symbol.length
  }
  return map
}
