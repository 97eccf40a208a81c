/** @file Public face of advice: which way to build an assistant, and why. */
export {
  type Advice,
  type AdviseOptions,
  advise,
  type FiredRule,
  type OpenQuestions,
  type Override,
} from './advise.ts'
export { type GivenAnswers, type QuestionId, UNKNOWN } from './answers.ts'
export { readAnswers, saveAnswers } from './answers-file.ts'
export { type AnswerFault, checkAnswers } from './check-answers.ts'
export type { Contradiction } from './contradictions.ts'
export type { BreakEven, Cost, MonthlyCost, Plan } from './cost.ts'
export type { Standing } from './decide.ts'
export { describeAdvice, describeOpenQuestions } from './describe.ts'
export { AdviseError, type AdviseErrorCode } from './errors.ts'
export type { AnswerFlip, Flips, SignalFlip } from './flips.ts'
export {
  currentQuestion,
  describeQuestion,
  type Interview,
  type Reply,
  reply,
} from './interview.ts'
export { type MeasureOptions, measureExamples, measureWorkspace } from './measure.ts'
export type { NextStep } from './next-steps.ts'
export { withUnknowns } from './open-questions.ts'
export { type Option, type OptionId, optionIds, options } from './options.ts'
export { defaultPrices, type Prices, readPrices } from './prices.ts'
export { probeSignals, readProbe } from './probe.ts'
export { type Question, questionIds, questionOf } from './questions.ts'
export { readQuestions } from './read-questions.ts'
export { type Rule, rules } from './rules/index.ts'
export {
  type ProbeResult,
  type Signal,
  type SignalId,
  type Signals,
  signalKinds,
} from './signals.ts'
export { type Source, sources } from './sources.ts'
