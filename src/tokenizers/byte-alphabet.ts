/** @file GPT-2's alphabet: each byte as one printable character, so that byte sequences are strings. */

/** Bytes that stand for themselves: the printable ones of Latin-1, without space and soft hyphen. */
const printable: [from: number, to: number][] = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
]

/** The character of every byte; those without one of their own take the characters from U+0100 on. */
export const byteToChar: string[] = buildAlphabet()
const charToByte = new Map(byteToChar.map((char, byte) => [char, byte]))

/** The bytes behind a token, or undefined when it has characters outside the alphabet. */
export function tokenBytes(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length)
  for (let i = 0; i < token.length; i++) {
    const byte = charToByte.get(token[i]!)
    if (byte === undefined) return undefined
    bytes[i] = byte
  }
  return bytes
}

function buildAlphabet(): string[] {
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = printable.some(([from, to]) => byte >= from && byte <= to)
    return String.fromCharCode(isPrintable ? byte : next++)
  })
}
