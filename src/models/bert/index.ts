/** @file Public face of the BERT family: encoders that turn a text into one vector. */
export type { EncoderConfig } from './config.ts'
export {
  type EmbeddingSettings,
  type Pooling,
  readEmbeddingSettings,
} from './embedding-settings.ts'
export { type EncoderGraph, encoderGraph, poolingGraph } from './encoder-graph.ts'
export { type EncoderModel, openEncoderModel } from './weights.ts'
