/** @file The embedder that is fitted to the documents themselves. */
export { createFittedEmbedders, type FittedEmbedders } from './fitted-embedder.ts'
export { activeEmbedder } from './queries.ts'
