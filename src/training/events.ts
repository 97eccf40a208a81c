/** @file What a run reports while it goes on. */

export type TrainingEvent = StartEvent | StepEvent | ValidationEvent | CheckpointEvent | DoneEvent

export type StartEvent = {
  readonly type: 'start'
  /** Optimizer steps of the whole run. */
  readonly steps: number
  /** The step that a resumed run goes on from; 0 for a new one. */
  readonly resumedFrom: number
  readonly examples: number
  /** Tokens that the loss is taken at, in one epoch. */
  readonly trainedTokens: number
  /** Values that are trained. */
  readonly parameters: number
  readonly batch: { readonly rows: number; readonly length: number }
  /** The share of all batches that is filled up. */
  readonly paddingShare: number
  /** Expected peak of memory. */
  readonly memoryBytes: number
  readonly recompute: boolean
  readonly threads: number
  readonly warnings: readonly string[]
}

export type StepEvent = {
  readonly type: 'step'
  /** Counted from 1. */
  readonly step: number
  readonly steps: number
  /** Counted from 1. */
  readonly epoch: number
  /** The mean over the trained tokens of the step. */
  readonly loss: number
  /** Before clipping. */
  readonly gradientNorm: number
  readonly learningRate: number
  /** Tokens of examples, without padding. */
  readonly tokens: number
  readonly tokensPerSecond: number
  readonly secondsLeft: number
}

export type ValidationEvent = {
  readonly type: 'validation'
  readonly step: number
  /** The mean over all trained tokens. */
  readonly loss: number
  readonly isBest: boolean
}

export type CheckpointEvent = {
  readonly type: 'checkpoint'
  readonly step: number
  readonly path: string
}

export type DoneEvent = { readonly type: 'done' } & TrainingResult

export type TrainingResult = {
  /** The folder of the adapter (PEFT), or of the model when all weights are trained. */
  readonly path: string
  /** Steps that were taken. */
  readonly steps: number
  /** The step whose values are the result: the last one, or the one that validated best. */
  readonly bestStep: number
  /** Of the last step. */
  readonly loss: number
  /** Of the result; absent without validation. */
  readonly validationLoss?: number
  readonly stoppedEarly: boolean
  /** In training, over all runs that this one resumed. */
  readonly seconds: number
}
