/** @file What is indexed and cited: a passage of the stored text with its heading path and sentences. */
import type { ParsedDocument, Span } from '../parse/parsed-document.ts'

export type Chunk = Span & {
  /** Position among the chunks of the document, from 0. */
  ordinal: number
  /** Title of the document where it differs from the first heading, then the headings down to the passage. */
  headingPath: string[]
  /** What search sees: the heading path and the reader's words. */
  searchText: string
  /** Quotable spans of the stored text inside the chunk, in order; headings are not among them. */
  sentences: Span[]
}

export type ChunkedDocument = { document: ParsedDocument; chunks: Chunk[] }

export type ChunkOptions = {
  /** Longest chunk of prose in characters. Default 2,000. */
  maxChars?: number
}
