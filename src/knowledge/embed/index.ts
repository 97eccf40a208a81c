/** @file Embeddings: the interface, AI SDK models, their rows in the store and the exact scan. */
export { type AiSdkEmbedderOptions, aiSdkEmbedder, type Embedder } from './embedder.ts'
export {
  activateEmbedder,
  type DocumentEmbedder,
  insertVectors,
  registerEmbedder,
  vectorLiteral,
} from './registry.ts'
export { createVectorScan, type VectorScan } from './vector-scan.ts'
