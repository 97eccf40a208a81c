/** @file What the inference worker can be asked for. */
import type { LoraAdapter, WeightPrecision } from '../models/index.ts'
import type { Provider } from '../onnx/index.ts'
import type { ConstraintSpec } from './constraint/constraint.ts'
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
