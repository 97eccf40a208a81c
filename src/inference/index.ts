/** @file Public face of inference: generation with adapters, batched, streamed, constrained; and encoders. */
export type { ConstraintSpec, JsonLayout } from './constraint/constraint.ts'
export {
  type EmbedOptions,
  type Encoder,
  type EncoderOptions,
  openEncoder,
} from './encoder/encoder.ts'
export { InferenceError, type InferenceErrorCode } from './errors.ts'
export type { FinishReason, GenerationEvent, GenerationUsage, ScoredToken } from './events.ts'
export type { GenerateOptions, Prompt } from './generate-options.ts'
export {
  type Completion,
  type LocalModel,
  type LocalModelOptions,
  openLocalModel,
  type ScoreOptions,
} from './local-model.ts'
export type { SamplingOptions } from './sampling-options.ts'
