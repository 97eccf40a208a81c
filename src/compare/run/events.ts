/** @file What a comparison reports while it goes on. */
import type { TuneEvent } from '../../behavior/index.ts'
import type { ArmName } from '../arms/arm.ts'
import type { Phase, Plan } from '../result.ts'
import type { ArmRecord, UpdateRecord } from './record.ts'

export type CompareEvent =
  | { readonly type: 'plan'; readonly plan: Plan; readonly run: string; readonly resumed: boolean }
  /** An arm is about to be opened; a tuned one is trained first. */
  | { readonly type: 'opening'; readonly arm: ArmName }
  | ArmRecord
  | { readonly type: 'training'; readonly arm: ArmName; readonly event: TuneEvent }
  | UpdateRecord
  | {
      readonly type: 'progress'
      readonly phase: Phase
      readonly arm: ArmName
      readonly done: number
      readonly of: number
      /** By the pace so far. */
      readonly secondsLeft: number
    }
