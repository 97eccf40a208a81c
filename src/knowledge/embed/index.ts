/** @file Embeddings: the interface, AI SDK models, encoders in a folder, their rows in the store and the exact scan. */
export {
  type AiSdkEmbedderOptions,
  aiSdkEmbedder,
  type Embedder,
  type EmbedKind,
} from './embedder.ts'
export { type EmbedderSetting, type LocalEncoder, openEmbedder } from './local-encoder.ts'
export {
  activateEmbedder,
  createVectorIndex,
  type DocumentEmbedder,
  type EmbeddingOptions,
  embedMissing,
  insertVectors,
  registerEmbedder,
} from './registry.ts'
export { vectorParameter } from './vector-codec.ts'
export { createVectorScan, type VectorScan } from './vector-scan.ts'
