/** @file What every parser returns: one stored text and the structure found in it, by offsets. */

/** Half-open range of UTF-16 code units into the stored text of a version. */
export type Span = { start: number; end: number }

export type BlockKind =
  | 'heading'
  | 'paragraph'
  | 'list-item'
  | 'table'
  | 'code'
  | 'quote'
  | 'record'

/** A piece of the stored text that chunks keep whole where they can. Blocks are ordered and disjoint. */
export type Block = Span & {
  kind: BlockKind
  /** The words a reader sees, without markup: what is indexed for search. */
  plain: string
  /** Quotable units in order: sentences of prose, rows of a table, paragraphs of code. Disjoint, inside the block, trimmed. */
  sentences: Span[]
  /** Heading level 1-6; present on headings only. */
  depth?: number
  /** Plain text of the table's header row; present on tables (and repeated with each part of a split table). */
  header?: string
}

export type ParsedDocument = {
  title: string
  /** The text of the version: every citation quotes a range of it. Markdown, text and code are kept to the letter. */
  text: string
  mediaType: string
  blocks: Block[]
  /** Front matter, PDF info and the like: scalars and lists of scalars only. */
  metadata: Record<string, MetadataValue>
}

export type MetadataValue = string | number | boolean | string[]

export type ParseInput = {
  bytes: Uint8Array
  /** File name or URL path; its extension is a hint, the content decides. */
  name: string
  /** Media type that the source stated, for example an HTTP header. */
  mediaType?: string
}

export type Parser = (input: ParseInput) => Promise<ParsedDocument>
