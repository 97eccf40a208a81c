/** @file What makes an adapter out of turns: this machine, another one, or a service. */
import type { ChatMessage, ToolDefinition } from '../../tokenizers/index.ts'
import type { TrainingEvent } from '../../training/index.ts'
import type { TrainingTurn } from '../dataset/turn.ts'

/** Settings that every trainer understands. */
export type TrainerSettings = {
  readonly rank: number
  readonly alpha: number
  readonly epochs: number
  readonly learningRate: number
  readonly seed: number
}

/** What a trainer reports: its steps where they are known, and what the other side says. */
export type TrainerEvent = TrainingEvent | { readonly type: 'log'; readonly text: string }

export type TrainerJob = {
  /** Model folder of the base. */
  readonly base: string
  readonly turns: readonly TrainingTurn[]
  readonly validation: readonly TrainingTurn[]
  readonly settings: TrainerSettings
  /** A folder of the job's own; called again with the same job, a trainer goes on with what is there. */
  readonly output: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (event: TrainerEvent) => void
}

export type TrainerResult = {
  /** PEFT folder; of a trainer with a `service` the folder of a file that names its model. */
  readonly adapter: string
  /** Mean loss over the validation turns; absent where the trainer does not say. */
  readonly validationLoss?: number
  /** What was done in other ways than the settings say, for the registry. */
  readonly used?: Readonly<Record<string, unknown>>
}

export type ServiceQuestion = {
  readonly prompt: readonly ChatMessage[]
  readonly tools?: readonly ToolDefinition[]
}

/** Where the models that a trainer makes are served, when that is not here. */
export type ModelService = {
  /** Name of the base, and where it is. */
  readonly base: string
  /** The reply of the base, or of what `train` returned as `adapter`. */
  ask(
    question: ServiceQuestion,
    options: { adapter?: string; maxTokens: number; signal?: AbortSignal | undefined },
  ): Promise<string>
}

export type Trainer = {
  readonly name: string
  /** Whether trying several learning rates first costs nothing but time. */
  readonly canSweep: boolean
  /** Its models are asked there; without it they are adapters that this machine serves. */
  readonly service?: ModelService
  train(job: TrainerJob): Promise<TrainerResult>
}
