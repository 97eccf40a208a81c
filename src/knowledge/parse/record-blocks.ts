/** @file Records (rows of CSV, objects of JSON) as lines of text with one block each. */
import type { Block } from './parsed-document.ts'

/** A line of the stored text: a record, or a heading over the records that follow. */
export type RecordLine = { kind: 'record' | 'heading'; line: string }

/** Builds the stored text of records: one line each, a blank line before each heading. */
export function recordText(lines: readonly RecordLine[]): { text: string; blocks: Block[] } {
  const pieces: string[] = []
  const blocks: Block[] = []
  let offset = 0
  for (const { kind, line } of lines) {
    if (line.trim() === '') continue
    const lead = offset === 0 ? '' : kind === 'heading' ? '\n\n' : '\n'
    const start = offset + lead.length
    const end = start + line.length
    pieces.push(lead, line)
    blocks.push(kind === 'heading' ? headingBlock(start, end, line) : recordBlock(start, end, line))
    offset = end
  }
  return { text: pieces.join(''), blocks }
}

/** "name: value; name: value", without the fields that are empty. Values lose their line breaks. */
export function recordLine(fields: Iterable<readonly [string, string]>): string {
  return [...fields]
    .map(([name, value]) => [name.trim(), value.replace(/\s+/g, ' ').trim()] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => (name === '' ? value : `${name}: ${value}`))
    .join('; ')
}

function headingBlock(start: number, end: number, plain: string): Block {
  return { start, end, kind: 'heading', depth: 2, plain, sentences: [] }
}

function recordBlock(start: number, end: number, plain: string): Block {
  return { start, end, kind: 'record', plain, sentences: [{ start, end }] }
}
