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
export {
  type DistillOptions,
  type DistillProgress,
  type DistillResult,
  distill,
} from './distill/distill.ts'
export { type DistillEstimate, estimateDistillation, type TokenPrices } from './distill/estimate.ts'
export { distillPairs, type PairsResult } from './distill/pairs.ts'
export { readQuestions } from './distill/questions.ts'
export type { Teacher, TeacherRequest, TeacherUsage } from './distill/teacher.ts'
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
export {
  type ExportResult,
  type ExportSource,
  exportAdapter,
  type Verification,
} from './export/export-adapter.ts'
export type {
  ExportEvent,
  ExportFormat,
  ExportOptions,
  ExportStage,
} from './export/options.ts'
export type {
  Candidate,
  CandidateTurn,
  ReviewState,
  Vote,
} from './feedback/candidate.ts'
export { candidateFindings, candidateLines } from './feedback/candidate-examples.ts'
export { createFeedbackStore } from './feedback/feedback-store.ts'
export { type HouseFormat, houseConstraint, learnHouseFormat } from './house-format/house-format.ts'
export { houseFormatFile, readHouseFormat } from './house-format/house-format-file.ts'
export type {
  FineTuningJob,
  FineTuningJobs,
  JobEvent,
  JobRequest,
  JobSettings,
  JobStatus,
} from './jobs/job.ts'
export { createJobs } from './jobs/jobs.ts'
export type { JobTuneOptions } from './jobs/worker.ts'
export type { AdapterFile, AdapterVersion, GateVerdict } from './registry/adapter-version.ts'
export { materializeAdapter } from './registry/materialize.ts'
export type { Alias, AliasChange } from './registry/queries.ts'
export { createRegistry, type NewAdapter, type Registry } from './registry/registry.ts'
export { embeddedTrainer } from './trainers/embedded.ts'
export { assertServedHere } from './trainers/hosted/collect.ts'
export { createTrainer, type TrainerSetting } from './trainers/setting.ts'
export type {
  ModelService,
  ServiceQuestion,
  Trainer,
  TrainerEvent,
  TrainerJob,
  TrainerResult,
  TrainerSettings,
} from './trainers/trainer.ts'
export type { Evaluation } from './tune/evaluate-adapter.ts'
export { type TuneEvent, type TuneStage, tuneStages } from './tune/events.ts'
export type { Gate, GateCheck, Share } from './tune/gate.ts'
export type { TuneOptions } from './tune/options.ts'
export type { Outcome } from './tune/outcome.ts'
export type { PartChange } from './tune/tasks/task-checks.ts'
export { type TaskKind, taskKinds } from './tune/tasks/task-kind.ts'
export { type TuneResult, tune } from './tune/tune.ts'
