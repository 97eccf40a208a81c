/** @file Quotable units of code: the whole of a short listing, paragraphs of a long one. */
import type { Span } from './parsed-document.ts'

// What a reader takes in at a glance and a prompt can afford to repeat as one quotation.
const maxLines = 12
const maxChars = 800

/** Splits the code in `[start, end)` of `text` at blank lines or after 12 lines, unless it is short. */
export function segmentCode(text: string, start: number, end: number): Span[] {
  const lines = linesOf(text, start, end)
  const whole = trimSpan(text, start, end)
  if (!whole) return []
  if (lines.length <= maxLines && whole.end - whole.start <= maxChars) return [whole]
  return groupLines(text, lines).flatMap((span) => trimSpan(text, span.start, span.end) ?? [])
}

/** Cuts blanks off both ends; undefined when nothing is left. */
export function trimSpan(text: string, start: number, end: number): Span | undefined {
  const raw = text.slice(start, end)
  const trimmedStart = start + raw.length - raw.trimStart().length
  const trimmedEnd = start + raw.trimEnd().length
  return trimmedStart < trimmedEnd ? { start: trimmedStart, end: trimmedEnd } : undefined
}

/** The lines of `[start, end)` without their line ends. */
export function linesOf(text: string, start: number, end: number): Span[] {
  const lines: Span[] = []
  for (let from = start; from < end; ) {
    const newline = text.indexOf('\n', from)
    const to = newline < 0 || newline >= end ? end : newline
    lines.push({ start: from, end: to })
    from = to + 1
  }
  return lines
}

function groupLines(text: string, lines: Span[]): Span[] {
  const groups: Span[] = []
  let open: { span: Span; lines: number } | undefined
  for (const line of lines) {
    if (text.slice(line.start, line.end).trim() === '') {
      open = undefined
    } else if (open && open.lines < maxLines && line.end - open.span.start <= maxChars) {
      open.span.end = line.end
      open.lines++
    } else {
      open = { span: { ...line }, lines: 1 }
      groups.push(open.span)
    }
  }
  return groups
}
