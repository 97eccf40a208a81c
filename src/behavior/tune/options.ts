/** @file What a tuning job is told, with its defaults. */
import type { Contextualize } from '../dataset/context.ts'
import type { ExampleSet } from '../examples/example.ts'
import type { Registry } from '../registry/registry.ts'
import type { Trainer } from '../trainers/trainer.ts'
import type { TuneEvent } from './events.ts'
import type { TaskKind } from './tasks/task-kind.ts'

export type TuneOptions = {
  /** Name of the adapter in the registry. */
  readonly name: string
  readonly examples: ExampleSet
  /** Held-out examples. Default: a fifth of the examples, split by cluster. */
  readonly test?: ExampleSet
  /** What the examples teach. Default: as most of their replies are. */
  readonly task?: TaskKind
  /** Model folder of the base, and what it is called. */
  readonly base: { readonly name: string; readonly folder: string }
  /** Folder for jobs; a job of the same data and settings goes on where it was. */
  readonly jobs: string
  readonly registry: Registry
  /** Brings the evidence. Default: examples are learned as they are. */
  readonly contextualize?: Contextualize
  /** What the base is told about the form today: what the adapter has to be better than. */
  readonly instructions?: string
  /** Default: this machine. */
  readonly trainer?: Trainer
  /** Default 16. */
  readonly rank?: number
  /** Default 32. */
  readonly alpha?: number
  /** Default 6. */
  readonly epochs?: number
  /** Tried in short runs first, unless there is only one. Default 1e-3, 2e-3 and 4e-3 for small bases. */
  readonly learningRates?: readonly number[]
  /** Default 42. */
  readonly seed?: number
  /** How much worse facts, abstention and general ability may be. Default 0.1. */
  readonly margin?: number
  /** Go on although the checks found errors. Default false. */
  readonly ignoreErrors?: boolean
  readonly signal?: AbortSignal
  readonly onEvent?: (event: TuneEvent) => void
}

/** Settings that decide the result; the job is named by their hash. */
export type TuneSettings = {
  readonly rank: number
  readonly alpha: number
  readonly epochs: number
  readonly learningRates: readonly number[]
  readonly seed: number
  readonly margin: number
}

/** LoRA wants about ten times the rate of full training; the smaller the model, the more ("LoRA Without Regret"). */
const DEFAULT_RATES = { small: [1e-3, 2e-3, 4e-3], large: [2e-4, 5e-4, 1e-3] } as const
const SMALL_HIDDEN_SIZE = 384

export function tuneSettings(options: TuneOptions, hiddenSize: number): TuneSettings {
  const rates = DEFAULT_RATES[hiddenSize <= SMALL_HIDDEN_SIZE ? 'small' : 'large']
  return {
    rank: options.rank ?? 16,
    alpha: options.alpha ?? 32,
    epochs: options.epochs ?? 6,
    learningRates: options.learningRates ?? rates,
    seed: options.seed ?? 42,
    margin: options.margin ?? 0.1,
  }
}
