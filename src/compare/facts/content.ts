/** @file The content of an answer: what it says, without the marks of citations, quotes and markup. */

/** Markup that surrounds a value must neither hide it nor count as one: markers `[1]` are no numbers. */
export function contentOf(answer: string): string {
  return (
    answer
      .normalize('NFC')
      .replace(/\s?\[\d+\]/g, '')
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      // Plain tags alone: `<` may mean less.
      .replace(/<\/?[a-z][^<>{}]*>/gi, '')
      .replace(/^[ \t]*(?:>|[-*+](?=[ \t])|#{1,6}(?=[ \t]))[ \t]*/gm, '')
      .replace(/[*`~"“”„«»]/g, '')
      .replace(/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
      .replace(/[‐‑‒–—−]/g, '-')
      .replace(/[‘’]/g, "'")
      .replace(/\s+/g, ' ')
      .trim()
  )
}
