/** @file Elements of a format in words. */
import type { BlockKind, FormatElement } from './format-spec.ts'
import { showPattern } from './line-patterns.ts'

/** With its article, and what it consists of. */
export const blockNames: Readonly<Record<BlockKind, { one: string; item: string }>> = {
  quote: { one: 'a block quote ("> …")', item: 'line' },
  bullets: { one: 'a bulleted list', item: 'item' },
  numbered: { one: 'a numbered list', item: 'item' },
  heading: { one: 'a heading', item: 'line' },
  code: { one: 'a code block', item: 'line' },
  table: { one: 'a table', item: 'row' },
}

const SHOWN_LINES = 6

type ElementTable = {
  [Kind in FormatElement['is']]: (element: Extract<FormatElement, { is: Kind }>) => string
}

const names: ElementTable = {
  blank: () => 'an empty line',
  text: () => 'a paragraph',
  anything: () => 'anything',
  block: ({ of }) => blockNames[of].one,
  line: ({ lines }) => showLines(lines.map(showPattern)),
}

/** Such as `one of "Enjoy your stats!" or "Happy tracking!"`. */
export function showElement(element: FormatElement): string {
  return (names[element.is] as (element: FormatElement) => string)(element)
}

function showLines(lines: readonly string[]): string {
  if (lines.length === 1) return `the line ${lines[0]}`
  const shown = lines.slice(0, SHOWN_LINES)
  const more = lines.length - shown.length
  return more > 0
    ? `one of ${shown.join(', ')} or ${more} other lines`
    : `one of ${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
}
