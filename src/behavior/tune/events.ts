/** @file What a tuning job reports while it goes on. */
import type { Grounding } from '../dataset/context.ts'
import type { Report } from '../examples/check-examples.ts'
import type { AdapterVersion } from '../registry/adapter-version.ts'
import type { TrainerEvent } from '../trainers/trainer.ts'
import type { Gate } from './gate.ts'
import type { TaskKind } from './tasks/task-kind.ts'

export const tuneStages = ['check', 'context', 'sweep', 'train', 'evaluate', 'register'] as const
export type TuneStage = (typeof tuneStages)[number]

export type TuneEvent =
  | { readonly type: 'stage'; readonly stage: TuneStage }
  | { readonly type: 'checked'; readonly report: Report }
  | {
      readonly type: 'split'
      readonly train: number
      readonly validation: number
      readonly test: number
    }
  | { readonly type: 'task'; readonly task: TaskKind }
  | {
      readonly type: 'progress'
      readonly stage: TuneStage
      readonly done: number
      readonly of: number
    }
  | { readonly type: 'grounding'; readonly counts: Readonly<Partial<Record<Grounding, number>>> }
  | { readonly type: 'training'; readonly learningRate: number; readonly event: TrainerEvent }
  | { readonly type: 'rate'; readonly learningRate: number; readonly validationLoss: number | null }
  | { readonly type: 'gate'; readonly gate: Gate }
  | { readonly type: 'registered'; readonly adapter: AdapterVersion }
