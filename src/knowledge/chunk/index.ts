/** @file Public names of chunking. */
export { segmentSentences } from '../parse/sentences.ts'
export type { Chunk, ChunkedDocument, ChunkOptions } from './chunk.ts'
export { chunkDocument } from './chunk-document.ts'
