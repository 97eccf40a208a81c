/** @file What goes between a caller and the training worker, and errors as data. */
import { GraftError } from '../errors.ts'
import { ModelFormatError } from '../models/index.ts'
import { EngineError } from '../onnx/index.ts'
import { TrainingError } from './errors.ts'
import type { Evaluation, EvaluationJob } from './evaluate.ts'
import type { TrainingEvent, TrainingResult } from './events.ts'
import type { TrainJob } from './run.ts'

/** The jobs of the worker and what each gives. */
export type Jobs = {
  readonly train: { readonly job: TrainJob; readonly result: TrainingResult }
  readonly evaluate: { readonly job: EvaluationJob; readonly result: Evaluation }
}

export type WorkerRequest = {
  [Kind in keyof Jobs]: { kind: Kind; job: Jobs[Kind]['job'] }
}[keyof Jobs]

/** From the caller, after the start. */
export const abortMessage = 'abort'

export type WorkerMessage =
  | { readonly type: 'event'; readonly event: TrainingEvent }
  | { readonly type: 'result'; readonly result: Jobs[keyof Jobs]['result'] }
  | { readonly type: 'failure'; readonly failure: Failure }

/** An error as data, because a class does not survive the way between threads. */
export type Failure = {
  readonly name: string
  readonly code?: string
  readonly message: string
  readonly hint?: string
  readonly stack?: string
}

const errorClasses: Record<string, new (...parameters: never) => GraftError> = {
  TrainingError,
  EngineError,
  ModelFormatError,
}

export function describeError(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  const rest = error instanceof GraftError ? error.toJSON() : { message }
  return { name, ...rest, ...(stack !== undefined && { stack }) }
}

export function reviveError({ name, code, message, hint, stack }: Failure): Error {
  const options = hint === undefined ? {} : { hint }
  const Class = errorClasses[name] as typeof GraftError | undefined
  const error = Class && code !== undefined ? new Class(code, message, options) : new Error(message)
  return stack === undefined ? error : Object.assign(error, { stack })
}
