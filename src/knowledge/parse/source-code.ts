/** @file Source code: the file name as heading, one block per top-level declaration with its comment. */
import { linesOf, segmentCode, trimSpan } from './code-sentences.ts'
import { decodeText } from './decode.ts'
import { baseName } from './file-name.ts'
import type { Block, ParsedDocument, ParseInput, Span } from './parsed-document.ts'

/** Parses a source file; the stored text is the file to the letter. */
export async function parseSourceCode(input: ParseInput): Promise<ParsedDocument> {
  const text = decodeText(input.bytes, input.name)
  const blocks = declarations(text).flatMap(({ start, end }): Block[] => {
    const span = trimSpan(text, start, end)
    if (!span) return []
    const plain = text.slice(span.start, span.end)
    return [{ ...span, kind: 'code', plain, sentences: segmentCode(text, span.start, span.end) }]
  })
  return { title: baseName(input.name), text, mediaType: 'text/x-source', blocks, metadata: {} }
}

/** Cuts where a blank line is followed by a line without indent that opens something. */
function declarations(text: string): Span[] {
  const parts: Span[] = []
  let afterBlank = true
  for (const line of linesOf(text, 0, text.length)) {
    const source = text.slice(line.start, line.end)
    const isBlank = source.trim() === ''
    if (parts.length === 0 || (afterBlank && !isBlank && opensDeclaration(source)))
      parts.push({ ...line })
    else parts.at(-1)!.end = line.end
    afterBlank = isBlank
  }
  return parts
}

/** Closing brackets and `else` at the margin belong to what is above them. */
function opensDeclaration(line: string): boolean {
  return !/^(?:\s|[)\]}]|end\b|else\b|elif\b|except\b|finally\b)/.test(line)
}
