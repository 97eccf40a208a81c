/** @file Public face of the Llama family: model folders, and the graphs made from them. */
export {
  type AdapterGroup,
  type DecoderGraph,
  type DecoderGraphOptions,
  decoderGraph,
  type WeightPrecision,
} from './decoder-graph.ts'
export {
  type LoraShape,
  type LoraSite,
  type LoraTarget,
  loraA,
  loraB,
  loraSites,
  loraTargets,
  type Parameter,
  trainableParameters,
} from './lora.ts'
export {
  type BatchShape,
  scoringGraph,
  type TrainingGraph,
  type TrainingGraphOptions,
  trainingGraph,
} from './training-graph.ts'
export { type LanguageModel, openLanguageModel, weightShapes } from './weights.ts'
