/** @file Public face of behavior: examples and their checks, tuning, gates, and the registry. */
export {
  type ContextualExample,
  type Contextualize,
  type Grounding,
  withoutContext,
} from './dataset/context.ts'
export { declines } from './dataset/declines.ts'
export type { EvaluationItem } from './dataset/item.ts'
export {
  type ServedTurn,
  servedTokens,
  type TrainingTurn,
  trainingTokens,
} from './dataset/turn.ts'
export { BehaviorError, type BehaviorErrorCode } from './errors.ts'
export {
  checkFormat,
  compileFormat,
  describeFormat,
  type FormatSpec,
  type FormatVerdict,
  inferFormat,
  maskContent,
  measureStyle,
  parseFormat,
  type StyleInput,
  type StyleOptions,
  type StyleReport,
} from './evaluate/index.ts'
export {
  type CheckOptions,
  checkExamples,
  type ExampleSource,
  type Report,
} from './examples/check-examples.ts'
export { type CheckName, checkNames } from './examples/checks/index.ts'
export { type Estimate, type EstimateOptions, estimateTraining } from './examples/estimate.ts'
export {
  type Entry,
  type Example,
  type ExampleSet,
  entriesOf,
  exampleSet,
  type Row,
} from './examples/example.ts'
export type { Columns } from './examples/fields.ts'
export type { Finding } from './examples/finding.ts'
export { type FindingCode, findingKinds, type Severity } from './examples/finding-kinds.ts'
export { type Change, type FixedExamples, type FixKind, fixExamples } from './examples/fix.ts'
export { type FormatName, formatNames } from './examples/formats/index.ts'
export type { Place } from './examples/place.ts'
export {
  formatPreview,
  type Preview,
  type PreviewPiece,
  previewExample,
} from './examples/preview.ts'
export {
  type ReadExamplesOptions,
  type ReadFileOptions,
  readExamples,
  readExamplesFile,
} from './examples/read.ts'
export { type ExampleSplit, type SplitOptions, splitExamples } from './examples/split.ts'
export type { Distribution, Statistics } from './examples/statistics.ts'
export type { AdapterFile, AdapterVersion, GateVerdict } from './registry/adapter-version.ts'
export { materializeAdapter } from './registry/materialize.ts'
export type { Alias, AliasChange } from './registry/queries.ts'
export { createRegistry, type NewAdapter, type Registry } from './registry/registry.ts'
export { embeddedTrainer } from './trainers/embedded.ts'
export type { Trainer, TrainerJob, TrainerResult, TrainerSettings } from './trainers/trainer.ts'
export type { Evaluation } from './tune/evaluate-adapter.ts'
export { type TuneEvent, type TuneStage, tuneStages } from './tune/events.ts'
export type { Gate, GateCheck, Share } from './tune/gate.ts'
export type { TuneOptions } from './tune/options.ts'
export type { Outcome } from './tune/outcome.ts'
export { type TuneResult, tune } from './tune/tune.ts'
