/** @file Citations in the answer's text, as OpenAI's annotations with our verified quote beside them. */
import type { Answer, AskEvent, Citation } from '../../assistant/index.ts'
import { parseFileUri } from '../../knowledge/index.ts'

/** Our part of an annotation; OpenAI's has no room for the quote. */
export type VerifiedQuote = {
  marker: number
  /** The stored version's text at [start, end), counted in `unit`. */
  quote: string
  start: number
  end: number
  unit: Citation['unit']
  sha256: string
  document_id: string
  version_id: string
  title: string
  heading_path: string[]
}

export type UrlCitation = { start_index: number; end_index: number; title: string; url: string }

export type ChatAnnotation = {
  type: 'url_citation'
  url_citation: UrlCitation
  graft: VerifiedQuote
}

export type ResponseAnnotation = { graft: VerifiedQuote } & (
  | { type: 'file_citation'; index: number; file_id: string; filename: string }
  | ({ type: 'url_citation' } & UrlCitation)
)

/** A citation where it was first used: [start, end) of the answer's text is its marker `[n]`. */
export type PlacedCitation = { citation: Citation; start: number; end: number }

/** Follows an answer: its text so far, and where each citation stands in it. */
export function createAnswerText(): {
  /** The citation that `event` placed, if any. */
  add(event: AskEvent): PlacedCitation | undefined
  text(): string
} {
  let text = ''
  return {
    add(event) {
      if (event.type === 'text-delta') text += event.delta
      // Structured answers show no markers: their citations name fields.
      if (event.type !== 'citation' || event.citation.field !== undefined) return undefined
      const { citation } = event
      return { citation, start: text.length - `[${citation.marker}]`.length, end: text.length }
    },
    text: () => text,
  }
}

/** Opens the very version that was cited, with the rights of `principal`. */
export function permalink(origin: string, versionId: string, principal?: string): string {
  const query = principal === undefined ? '' : `?as=${encodeURIComponent(principal)}`
  return `${origin}/api/versions/${encodeURIComponent(versionId)}${query}`
}

export type LinkOptions = { origin: string; principal?: string | undefined }

/** A chat completion knows citations of addresses alone: a document's is the permalink of its version. */
export function chatAnnotation(
  { citation, start, end }: PlacedCitation,
  { origin, principal }: LinkOptions,
): ChatAnnotation {
  const url = isWebPage(citation.uri)
    ? citation.uri
    : permalink(origin, citation.versionId, principal)
  return {
    type: 'url_citation',
    url_citation: { start_index: start, end_index: end, title: citation.title, url },
    graft: verifiedQuote(citation),
  }
}

export function responseAnnotation({ citation, start, end }: PlacedCitation): ResponseAnnotation {
  const { title, uri } = citation
  const graft = verifiedQuote(citation)
  if (isWebPage(uri)) {
    return { type: 'url_citation', start_index: start, end_index: end, title, url: uri, graft }
  }
  return { type: 'file_citation', index: start, ...fileOf(citation), graft }
}

/** An uploaded file by its id; any other document by its own, with its path for a name. */
export function fileOf({ documentId, uri }: Pick<Citation, 'documentId' | 'uri'>): {
  file_id: string
  filename: string
} {
  if (!isUploaded(uri)) return { file_id: documentId, filename: uri }
  const { fileId, filename } = parseFileUri(uri)
  return { file_id: fileId, filename }
}

export function isUploaded(uri: string): boolean {
  return uri.startsWith('graft-file:')
}

export function isWebPage(uri: string): boolean {
  return /^https?:\/\//.test(uri)
}

/** What an answer carries besides OpenAI's fields, under the key `graft`. */
export function answerDetails(answer: Answer): Record<string, unknown> {
  const { traceId, model, query, abstained, verdicts, droppedReferences, tools, approval } = answer
  const isStructured = answer.output !== undefined
  return {
    trace_id: traceId,
    model,
    query,
    abstained,
    verdicts,
    dropped_references: droppedReferences,
    ...(isStructured && {
      citations: answer.citations.map((one) => ({ field: one.field, ...verifiedQuote(one) })),
    }),
    ...(tools && { tools }),
    // To be answered at POST /api/ask/approve.
    ...(approval && { approval }),
  }
}

function verifiedQuote(citation: Citation): VerifiedQuote {
  const { marker, quote, start, end, unit, sha256, title } = citation
  return {
    marker,
    quote,
    start,
    end,
    unit,
    sha256,
    document_id: citation.documentId,
    version_id: citation.versionId,
    title,
    heading_path: citation.headingPath,
  }
}
