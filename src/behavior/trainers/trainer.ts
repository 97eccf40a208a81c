/** @file What makes an adapter out of turns: this machine, another one, or a service. */
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

export type TrainerJob = {
  /** Model folder of the base. */
  readonly base: string
  readonly turns: readonly TrainingTurn[]
  readonly validation: readonly TrainingTurn[]
  readonly settings: TrainerSettings
  /** A folder of the job's own; called again with the same job, a trainer goes on with what is there. */
  readonly output: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (event: TrainingEvent) => void
}

export type TrainerResult = {
  /** PEFT folder. */
  readonly adapter: string
  /** Mean loss over the validation turns; absent where the trainer does not say. */
  readonly validationLoss?: number
}

export type Trainer = {
  readonly name: string
  /** Whether trying several learning rates first costs nothing but time. */
  readonly canSweep: boolean
  train(job: TrainerJob): Promise<TrainerResult>
}
