/** @file What goes between a caller and the inference worker, and errors as data. */
import { GraftError } from '../errors.ts'
import { type LoraAdapter, ModelFormatError, type WeightPrecision } from '../models/index.ts'
import { EngineError, type Provider } from '../onnx/index.ts'
import { TokenizerError } from '../tokenizers/index.ts'
import type { ConstraintSpec } from './constraint/constraint.ts'
import { InferenceError } from './errors.ts'
import type { GenerationEvent } from './events.ts'
import type { GenerationSettings } from './generation.ts'

export type WorkerData = {
  readonly folder: string
  readonly precision: WeightPrecision
  readonly provider: Provider
  readonly threads: number | undefined
  readonly maxBatch: number
  readonly contextTokens: number
  /** Take adapters from the start, instead of from the first one on. */
  readonly adapters: boolean
}

export type GenerateRequest = {
  readonly prompt: readonly number[]
  readonly adapter: string | undefined
  readonly settings: GenerationSettings
  readonly constraint: ConstraintSpec | undefined
}

export type ScoreRequest = {
  readonly tokens: readonly number[]
  readonly adapter: string | undefined
}

/** What the worker can be asked for, and what each request resolves to. */
export type Requests = {
  readonly generate: { readonly request: GenerateRequest; readonly result: undefined }
  readonly score: { readonly request: ScoreRequest; readonly result: Float32Array }
  readonly predict: { readonly request: ScoreRequest; readonly result: Float32Array }
  readonly loadAdapter: {
    readonly request: { readonly name: string; readonly adapter: string | LoraAdapter }
    readonly result: undefined
  }
  readonly unloadAdapter: {
    readonly request: { readonly name: string }
    readonly result: undefined
  }
  /** Ends the generation with the id `target`. */
  readonly abort: { readonly request: { readonly target: number }; readonly result: undefined }
  readonly close: { readonly request: Record<never, never>; readonly result: undefined }
}

export type WorkerRequest = {
  [Type in keyof Requests]: {
    readonly type: Type
    readonly id: number
    readonly request: Requests[Type]['request']
  }
}[keyof Requests]

/** The worker's first message has this id: it is ready, or has failed to start. */
export const startId = 0

export type WorkerMessage =
  | { readonly type: 'event'; readonly id: number; readonly event: GenerationEvent }
  | {
      readonly type: 'result'
      readonly id: number
      readonly result: Requests[keyof Requests]['result']
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
