/** @file Public names of parsing. */
export { type ParseOptions, parseDocument } from './parse-document.ts'
export type {
  Block,
  BlockKind,
  MetadataValue,
  ParsedDocument,
  ParseInput,
  Parser,
  Span,
} from './parsed-document.ts'
export { createParsePool, type ParsePool, type ParsePoolOptions } from './pool.ts'
