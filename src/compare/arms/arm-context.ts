/** @file What arms are made of, and what an open one is. */
import type {
  AdapterFinder,
  AnswererSetting,
  BaseModel,
  ModelSetting,
} from '../../assistant/index.ts'
import type { ExampleSet } from '../../behavior/index.ts'
import type { Knowledge, Reader } from '../../knowledge/index.ts'
import type { Expectation } from '../questions/question.ts'
import type { AnsweredItem, Training } from '../result.ts'
import type { ArmDefinition } from './arm.ts'

/** An answer as an arm gives it; the run adds what it knows about the moment. */
export type ArmAnswer = Omit<AnsweredItem, 'status' | 'load' | 'again'>

export type OpenArm = {
  readonly model: string
  readonly training: Training | null
  /** Null where the arm has nothing to answer this question with, such as gold sources. */
  answer(question: string, expected: Expectation, signal: AbortSignal): Promise<ArmAnswer | null>
}

/** Why an arm does not exist here; no failure. */
export type SkippedArm = { readonly skipped: string }

export type AdapterKind = NonNullable<ArmDefinition['tuned']>

/** An adapter that is there already, or was trained for this run. */
export type ReadyAdapter = { readonly reference: string; readonly training: Training }

export type ArmContext = {
  readonly knowledge: Knowledge
  readonly reader?: Reader | undefined
  /** The model of all arms, the house's instructions and abstention. */
  readonly setting: Omit<AnswererSetting, 'adapter'>
  readonly isEmbedded: boolean
  /** A tuned model behind an endpoint, instead of adapters. */
  readonly tunedModel?: ModelSetting | undefined
  readonly findAdapter: AdapterFinder
  readonly base: BaseModel
  readonly examples?: ExampleSet | undefined
  readonly contextTokens: number
  /** Trains on the examples, or gives the adapter that was named; undefined where there is neither. */
  adapterFor(kind: AdapterKind): Promise<ReadyAdapter | undefined>
}
