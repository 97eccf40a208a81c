/** @file Takes content out of a text, so that what is left is how it is said. */

export type MaskOptions = {
  /** Names to hide besides those that the capital letter within a sentence gives away. */
  names?: readonly string[]
}

/** One character each, so that no piece of a placeholder looks like a word. */
const marks = {
  code: '⌗',
  quote: '❝',
  link: '⌁',
  citation: '※',
  slot: '▭',
  number: '№',
  name: '◆',
} as const

/** In this order: what is inside code, quotes and links is not looked at again. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/(?:```|~~~)[\s\S]*?(?:```|~~~|$)/g, marks.code],
  [/`[^`\n]+`/g, marks.code],
  [/^ {0,3}>.*$/gm, marks.quote],
  [/"[^"\n]{2,}"|“[^”\n]{2,}”|«[^»\n]{2,}»|„[^“”\n]{2,}[“”]/g, marks.quote],
  [/!?\[([^\]\n]*)\]\([^)\n]*\)/g, marks.link],
  [/\bhttps?:\/\/\S+|\bwww\.\S+|[\w.+-]+@[\w-]+\.[\w.-]*\w/gi, marks.link],
  [/\{\{[^}\n]*\}\}/g, marks.slot],
  [/\[\s*\d+(?:\s*[,–-]\s*\d+)*\s*\]/g, marks.citation],
  // A bare number, a price, a percentage, or a code such as ORD-1234.
  [
    /(?<![\p{L}\p{N}])[$€£¥#]?(?=[\p{L}\p{N}/:.,_-]*\d)[\p{L}\p{N}]+(?:[/:.,_-][\p{L}\p{N}]+)*(?: ?%)?/gu,
    marks.number,
  ],
  // A capital letter that opens no sentence, line or item; "I" is a word.
  [/(?<=[\p{Ll},;)❝◆№⌁] )(?!I\b)\p{Lu}[\p{L}'’-]*(?: (?!I\b)\p{Lu}[\p{L}'’-]*)*/gu, marks.name],
]

/** The marker of a numbered item is form, not content. */
const itemMarker = /^(\s*)\d{1,3}([.)])(?=\s)/gm

export function maskContent(text: string, { names = [] }: MaskOptions = {}): string {
  const named = names.reduce((rest, name) => rest.replaceAll(name, marks.name), text)
  const marked = named.replace(itemMarker, '$1•$2')
  return rules.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark), marked)
}
