/** @file UTF-8 that was read as Windows-1252: "cafÃ©" for "café". */

/** What Windows-1252 has at 0x80 to 0x9f; blanks are unassigned. */
const HIGH = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'
const byteOf = new Map(
  [...HIGH]
    .map((character, at): [string, number] => [character, 0x80 + at])
    .filter(([c]) => c !== ' '),
)

const follower = `[\\u0080-\\u00bf${[...byteOf.keys()].join('')}]`
/** A lead byte and the one to three bytes that must follow it, as Windows-1252 shows them. */
const suspicious = new RegExp(`[Â-ß]${follower}|[à-ï]${follower}{2}|ð${follower}{3}`, 'gu')
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The first garbled characters that make sense as UTF-8, and what they make. */
export function findMojibake(text: string): { found: string; meant: string } | undefined {
  for (const [found] of text.matchAll(suspicious)) {
    const meant = decoded(found)
    if (meant !== undefined) return { found, meant }
  }
  return undefined
}

function decoded(garbled: string): string | undefined {
  const bytes = [...garbled].map((character) => {
    const code = character.codePointAt(0)!
    return byteOf.get(character) ?? (code <= 0xff ? code : undefined)
  })
  if (bytes.includes(undefined)) return undefined
  try {
    return utf8.decode(Uint8Array.from(bytes as number[]))
  } catch {
    return undefined
  }
}
