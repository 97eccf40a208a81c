/** @file Public face of comparisons: questions, arms, the run, its result. */
export { type ArmDefinition, type ArmName, armNames, arms } from './arms/arm.ts'
export { type Compared, compare, summarizeRun } from './compare.ts'
export { CompareError, type CompareErrorCode } from './errors.ts'
export { checkFacts, type FactCheck } from './facts/clean-hit.ts'
export type { Fact } from './facts/fact.ts'
export { describeFact } from './facts/find-fact.ts'
export {
  type MetricDefinition,
  type MetricName,
  metricNames,
  metrics,
  type Score,
  type Scores,
} from './metrics/metrics.ts'
export { type ProbeOptions, probe } from './probe.ts'
export type { KnownDocument } from './questions/check-questions.ts'
export { draftFromTraces, type TraceDraftOptions } from './questions/draft-from-traces.ts'
export {
  type DraftOptions,
  type DraftQuestion,
  draftQuestions,
} from './questions/draft-questions.ts'
export type { QuestionFinding } from './questions/finding.ts'
export {
  type Expectation,
  type Question,
  type QuestionKind,
  questionKinds,
} from './questions/question.ts'
export {
  type QuestionFormat,
  type QuestionSet,
  type ReadQuestionsOptions,
  readQuestions,
  readQuestionsFile,
} from './questions/read-questions.ts'
export { writeQuestions } from './questions/write-questions.ts'
export { renderReport } from './report/report.ts'
export { writeReport } from './report/write-report.ts'
export type * from './result.ts'
export {
  type DocumentFolders,
  type DocumentStates,
  documentStates,
  hashOfFolder,
} from './run/document-states.ts'
export type { CompareEvent } from './run/events.ts'
export type { CompareParts } from './run/run.ts'
export { type CompareOptions, parseConstraint } from './settings.ts'
export { type ProbeFile, toProbeFile } from './summary/probe-file.ts'
