/** @file Public face of training. */
export { TrainingError, type TrainingErrorCode } from './errors.ts'
export type { Evaluation } from './evaluate.ts'
export { type EvaluateOptions, evaluateLoss } from './evaluate-loss.ts'
export type {
  CheckpointEvent,
  DoneEvent,
  StartEvent,
  StepEvent,
  TrainingEvent,
  TrainingResult,
  ValidationEvent,
} from './events.ts'
export type { TooLong, TrainingExample } from './examples.ts'
export { initializeWeights } from './initialize.ts'
export type { FullMethod, LoraMethod, TrainOptions } from './options.ts'
export type { ExampleScore } from './scorer.ts'
export { train } from './train.ts'
