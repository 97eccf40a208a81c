/** @file What a training run is told: options with their defaults, checked. */

import { type LoraAdapter, type LoraTarget, loraTargets } from '../models/index.ts'
import type { Provider } from '../onnx/index.ts'
import type { AdamWSettings } from './adamw.ts'
import { TrainingError } from './errors.ts'
import type { TrainingEvent } from './events.ts'
import type { TooLong, TrainingExample } from './examples.ts'
import { type Curve, curveNames } from './schedule.ts'

/** Small matrices beside frozen layers are trained. */
export type LoraMethod = {
  readonly type: 'lora'
  /** Default 8. */
  readonly rank?: number
  /** Default 16. */
  readonly alpha?: number
  /** The share of each adapted layer's input that is set to zero. Default 0. */
  readonly dropout?: number
  /** Scale by alpha/√rank instead of alpha/rank. Default false. */
  readonly rankStabilized?: boolean
  /** Which layers are adapted. Default: all seven linear layers. */
  readonly targets?: readonly LoraTarget[]
  /** An adapter to go on from; it decides rank, alpha, scaling and targets. */
  readonly initial?: LoraAdapter
}

/** Every weight of the model is trained. */
export type FullMethod = { readonly type: 'full' }

export type TrainOptions = {
  /** A Hugging Face folder. */
  readonly model: string
  readonly examples: readonly TrainingExample[]
  readonly validation?: readonly TrainingExample[]
  /** Gets `adapter/` (PEFT) or `model/`, `checkpoints/` and `train.jsonl`. */
  readonly output: string
  /** Default LoRA. */
  readonly method?: LoraMethod | FullMethod
  /** Default 3. */
  readonly epochs?: number
  /** Optimizer steps, instead of epochs. */
  readonly steps?: number

  /** Several examples in one row, kept apart in attention. Default true. */
  readonly packing?: boolean
  /** Rows of a batch. Default: as many as make up `batchTokens`; 4 without packing. */
  readonly rows?: number
  /** Tokens of a packed row. Default: the longest example, at least 256. */
  readonly length?: number
  /** Tokens of a batch. Default: what makes 100 steps, within 256 and 1,024. */
  readonly batchTokens?: number
  /** Batches whose gradients are added up for one step. Default 1. */
  readonly accumulate?: number
  /** Default: what the model was made for. */
  readonly maxLength?: number
  /** Default `error`. */
  readonly tooLong?: TooLong

  /** Default 2e-4 for LoRA, 2e-5 for all weights. */
  readonly learningRate?: number
  /** Default `cosine`. */
  readonly schedule?: Curve
  /** Steps, or below 1 a share of all steps. Default 0.1. */
  readonly warmup?: number
  /** The share of the learning rate that the schedule ends at. Default 0. */
  readonly minimumRate?: number
  /** Defaults: beta1 0.9, beta2 0.999, epsilon 1e-8, weightDecay 0.01. */
  readonly adamw?: Partial<AdamWSettings>
  /** The longest gradient; longer ones are scaled down to it. Default 1; 0 turns it off. */
  readonly clipNorm?: number
  /** Default 42. */
  readonly seed?: number

  /** Steps between validations. Default: a tenth of all steps. */
  readonly validateEvery?: number
  /** End when so many validations in a row did not lower the best loss by more than `minimumGain`. */
  readonly earlyStopping?: { readonly patience: number; readonly minimumGain?: number }
  /** The result is what validated best, not what came last. Default true with validation. */
  readonly keepBest?: boolean

  /** Steps between checkpoints. Default: when half a minute has passed. */
  readonly checkpointEvery?: number
  /** Go on from a checkpoint in `output`. Default true; false deletes what is there. */
  readonly resume?: boolean
  /** Compute layers again in the backward pass, to save memory. Default `auto`: where memory is short. */
  readonly recompute?: boolean | 'auto'
  /** Default: that of the checkpoint, or one per physical core. */
  readonly threads?: number
  /** Default `cpu`. */
  readonly provider?: Provider
  /** Ends the run after a checkpoint, from which the same call goes on. */
  readonly signal?: AbortSignal
  readonly onProgress?: (event: TrainingEvent) => void
}

/** Options that decide the numbers of a run; a checkpoint can only go on under the same ones. */
export type Settings = {
  readonly method: LoraSettings | FullMethod
  readonly epochs: number
  readonly steps: number | null
  readonly packing: boolean
  readonly rows: number | null
  readonly length: number | null
  readonly batchTokens: number | null
  readonly accumulate: number
  readonly maxLength: number | null
  readonly tooLong: TooLong
  readonly learningRate: number
  readonly schedule: Curve
  readonly warmup: number
  readonly minimumRate: number
  readonly adamw: AdamWSettings
  readonly clipNorm: number
  readonly seed: number
  readonly validateEvery: number | null
  readonly earlyStopping: { readonly patience: number; readonly minimumGain: number } | null
  readonly keepBest: boolean
}

export type LoraSettings = {
  readonly type: 'lora'
  readonly rank: number
  readonly alpha: number
  readonly dropout: number
  readonly rankStabilized: boolean
  readonly targets: readonly LoraTarget[]
}

/** @throws TrainingError `invalid_option` */
export function resolveSettings(options: TrainOptions): Settings {
  const method = resolveMethod(options.method)
  const settings: Settings = {
    method,
    epochs: options.epochs ?? 3,
    steps: options.steps ?? null,
    packing: options.packing ?? true,
    rows: options.rows ?? null,
    length: options.length ?? null,
    batchTokens: options.batchTokens ?? null,
    accumulate: options.accumulate ?? 1,
    maxLength: options.maxLength ?? null,
    tooLong: options.tooLong ?? 'error',
    learningRate: options.learningRate ?? defaultRates[method.type],
    schedule: options.schedule ?? 'cosine',
    warmup: options.warmup ?? 0.1,
    minimumRate: options.minimumRate ?? 0,
    adamw: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, ...options.adamw },
    clipNorm: options.clipNorm ?? 1,
    seed: options.seed ?? 42,
    validateEvery: options.validateEvery ?? null,
    earlyStopping: options.earlyStopping ? { minimumGain: 0, ...options.earlyStopping } : null,
    keepBest: options.keepBest ?? options.validation !== undefined,
  }
  assertSettings(settings)
  assertCombination(options)
  assertAll([
    ['checkpointEvery', options.checkpointEvery ?? null, isCount],
    ['threads', options.threads ?? null, isCount],
  ])
  return settings
}

/** LoRA wants about ten times the rate of full training (Schulman, "LoRA Without Regret", 2025). */
const defaultRates = { lora: 2e-4, full: 2e-5 }

/** @throws TrainingError `invalid_option` for a layer that cannot be adapted. */
function resolveTargets(targets: readonly string[]): LoraTarget[] {
  const unknown = targets.find((target) => !(loraTargets as readonly string[]).includes(target))
  if (unknown !== undefined)
    throw invalid(`method.targets names "${unknown}"`, `Name some of ${loraTargets.join(', ')}.`)
  // One order, so that the order in which they are named changes nothing.
  return loraTargets.filter((target) => targets.includes(target))
}

function resolveMethod(
  method: LoraMethod | FullMethod = { type: 'lora' },
): LoraSettings | FullMethod {
  if (method.type === 'full') return method
  const { initial } = method
  const given = initial && {
    rank: initial.rank,
    alpha: initial.alpha,
    rankStabilized: initial.rankStabilized,
    targets: resolveTargets(initial.targetModules),
  }
  return {
    type: 'lora',
    rank: method.rank ?? 8,
    alpha: method.alpha ?? 16,
    dropout: method.dropout ?? 0,
    rankStabilized: method.rankStabilized ?? false,
    targets: resolveTargets(method.targets ?? loraTargets),
    ...given,
  }
}

type Check = { readonly test: (value: number) => boolean; readonly wanted: string }

const isCount: Check = {
  test: (value) => Number.isInteger(value) && value >= 1,
  wanted: 'a whole number from 1 up',
}
const isWhole: Check = { test: Number.isInteger, wanted: 'a whole number' }
const isPositive: Check = { test: (value) => value > 0 && value < Infinity, wanted: 'above 0' }
const isNotNegative: Check = {
  test: (value) => value >= 0 && value < Infinity,
  wanted: '0 or more',
}
const isShare: Check = { test: (value) => value >= 0 && value < 1, wanted: 'from 0 to below 1' }
const isClosedShare: Check = { test: (value) => value >= 0 && value <= 1, wanted: 'from 0 to 1' }

function assertSettings({ method, adamw, earlyStopping, ...settings }: Settings): void {
  assertAll([
    ['epochs', settings.epochs, isCount],
    ['steps', settings.steps, isCount],
    ['rows', settings.rows, isCount],
    ['length', settings.length, isCount],
    ['batchTokens', settings.batchTokens, isCount],
    ['accumulate', settings.accumulate, isCount],
    ['maxLength', settings.maxLength, isCount],
    ['learningRate', settings.learningRate, isPositive],
    ['warmup', settings.warmup, isNotNegative],
    ['minimumRate', settings.minimumRate, isClosedShare],
    ['adamw.beta1', adamw.beta1, isShare],
    ['adamw.beta2', adamw.beta2, isShare],
    ['adamw.epsilon', adamw.epsilon, isPositive],
    ['adamw.weightDecay', adamw.weightDecay, isNotNegative],
    ['clipNorm', settings.clipNorm, isNotNegative],
    ['seed', settings.seed, isWhole],
    ['validateEvery', settings.validateEvery, isCount],
    ['earlyStopping.patience', earlyStopping?.patience ?? null, isCount],
    ['earlyStopping.minimumGain', earlyStopping?.minimumGain ?? null, isNotNegative],
  ])
  if (method.type === 'full') return
  assertAll([
    ['method.rank', method.rank, isCount],
    ['method.alpha', method.alpha, isPositive],
    ['method.dropout', method.dropout, isShare],
  ])
  if (method.targets.length === 0)
    throw invalid('method.targets names no layer', `Name some of ${loraTargets.join(', ')}.`)
}

function assertCombination(options: TrainOptions): void {
  const { validation, steps, epochs, packing, length, batchTokens, rows, schedule } = options
  if (schedule !== undefined && !curveNames.includes(schedule))
    throw invalid(`schedule is "${schedule}"`, `Choose one of ${curveNames.join(', ')}.`)
  const needsValidation = (['validateEvery', 'earlyStopping', 'keepBest'] as const).find(
    (name) => options[name] && !validation,
  )
  if (needsValidation)
    throw invalid(`${needsValidation} is set without validation`, 'Pass validation examples too.')
  if (steps !== undefined && epochs !== undefined)
    throw invalid(`both steps (${steps}) and epochs (${epochs}) are set`, 'Set one of them.')
  if (rows !== undefined && batchTokens !== undefined)
    throw invalid(
      `both rows (${rows}) and batchTokens (${batchTokens}) are set`,
      'Set one of them.',
    )
  if (packing === false && (length !== undefined || batchTokens !== undefined))
    throw invalid(
      'length and batchTokens are for packed rows, and packing is off',
      'Set rows, or turn packing on.',
    )
}

function assertAll(checks: readonly [string, number | null, Check][]): void {
  for (const [name, value, { test, wanted }] of checks)
    if (value !== null && !test(value))
      throw invalid(`${name} is ${value}`, `Set ${name} to a number that is ${wanted}.`)
}

function invalid(message: string, hint: string): TrainingError {
  return new TrainingError('invalid_option', message, { hint })
}
