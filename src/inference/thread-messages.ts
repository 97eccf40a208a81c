/** @file What goes between a caller and a worker thread: requests by type, and what they result in. */
import { ModelFormatError } from '../models/index.ts'
import { EngineError } from '../onnx/index.ts'
import { TokenizerError } from '../tokenizers/index.ts'
import type { ErrorClasses, ErrorData } from '../util/error-data.ts'
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
  | { readonly type: 'failure'; readonly id: number; readonly failure: ErrorData }

/** Errors that keep their class on the way. */
export const errorClasses: ErrorClasses = {
  InferenceError,
  EngineError,
  ModelFormatError,
  TokenizerError,
}
