/** @file What goes between a caller and the training worker. */
import { ModelFormatError } from '../models/index.ts'
import { EngineError } from '../onnx/index.ts'
import type { ErrorClasses, ErrorData } from '../util/error-data.ts'
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
  | { readonly type: 'failure'; readonly failure: ErrorData }

/** Errors that keep their class on the way. */
export const errorClasses: ErrorClasses = { TrainingError, EngineError, ModelFormatError }
