/** @file What goes between a caller and a worker thread: requests by type, and errors as data. */
import { GraftError } from '../errors.ts'
import { ModelFormatError } from '../models/index.ts'
import { EngineError } from '../onnx/index.ts'
import { TokenizerError } from '../tokenizers/index.ts'
import { InferenceError } from './errors.ts'

/** What a thread can be asked for, and what each request resolves to. */
export type RequestMap = {
  readonly [Type: string]: { readonly request: unknown; readonly result: unknown }
}

/** Every thread can be asked to end. */
export type Closing = {
  readonly close: { readonly request: Record<never, never>; readonly result: undefined }
}

export type ThreadRequest<Requests extends RequestMap> = {
  [Type in keyof Requests]: {
    readonly type: Type
    readonly id: number
    readonly request: Requests[Type]['request']
  }
}[keyof Requests]

/** The thread's first message has this id: it is ready, or has failed to start. */
export const startId = 0

export type ThreadMessage<Requests extends RequestMap, Event> =
  | { readonly type: 'event'; readonly id: number; readonly event: Event }
  | {
      readonly type: 'result'
      readonly id: number
      readonly result: Requests[keyof Requests]['result'] | undefined
    }
  | { readonly type: 'failure'; readonly id: number; readonly failure: Failure }

/** An error as data, because a class does not survive the way between threads. */
export type Failure = {
  readonly name: string
  readonly code?: string
  readonly message: string
  readonly hint?: string
}

const errorClasses: Record<string, new (...parameters: never) => GraftError> = {
  InferenceError,
  EngineError,
  ModelFormatError,
  TokenizerError,
}

export function describeError(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message } = error
  return error instanceof GraftError ? { name, ...error.toJSON() } : { name, message }
}

export function reviveError({ name, code, message, hint }: Failure): Error {
  const Class = errorClasses[name] as typeof GraftError | undefined
  if (!Class || code === undefined) return new Error(message)
  return new Class(code, message, hint === undefined ? {} : { hint })
}
