/** @file What a comparison is told, with its defaults. */
import type { AnswererSetting, ModelSetting } from '../assistant/index.ts'
import type { ExampleSet, TuneOptions } from '../behavior/index.ts'
import type { Reader } from '../knowledge/index.ts'
import { type ArmName, armNames } from './arms/arm.ts'
import { CompareError } from './errors.ts'
import type { QuestionSet } from './questions/read-questions.ts'
import type { Constraint, Margins, Prices, RunSettings, Weights } from './result.ts'
import type { DocumentStates } from './run/document-states.ts'
import type { CompareEvent } from './run/events.ts'

export type CompareOptions = {
  readonly questions: QuestionSet
  /** Default: base, RAG and the oracle; long context with a language model; what the examples allow. */
  readonly arms?: readonly ArmName[]
  /** Replies in the house form and voice, which tuned arms learn. */
  readonly examples?: ExampleSet
  /** Replies that no arm learns: the ceiling of the voice. */
  readonly heldOut?: ExampleSet
  /** An adapter of the registry, instead of training: `support@production`. */
  readonly adapter?: string
  /** A tuned model of a provider, where the model is no embedded one. */
  readonly tunedModel?: ModelSetting
  /** What the untuned arms are told about tone and form. Default: the configuration's. */
  readonly instructions?: string
  /** Documents that come with the run, and their update in the middle of it. Default: those of the workspace. */
  readonly documents?: DocumentStates
  /** Settings of the training. */
  readonly training?: Pick<TuneOptions, 'epochs' | 'learningRates' | 'rank' | 'alpha' | 'seed'>
  /** A model that grades answers as well. Default: none. */
  readonly judge?: ModelSetting
  readonly reader?: Reader
  readonly weights?: Partial<Weights>
  readonly constraints?: readonly Constraint[]
  readonly margins?: Partial<Margins>
  readonly prices?: Prices
  /** Longest time for one answer. Default 120,000. */
  readonly timeoutMs?: number
  /** Longest prompt of the long-context arm. Default 32,000: beyond, models lose half of their accuracy. */
  readonly contextTokens?: number
  /** Default 1. */
  readonly seed?: number
  /** Asks again what failed in an earlier run of the same. Default false. */
  readonly retry?: boolean
  readonly signal?: AbortSignal
  readonly onEvent?: (event: CompareEvent) => void
}

const WEIGHTS: Weights = { correct: 4, traceable: 2, refuses_well: 2, form: 2, fresh: 2 }
const MARGINS: Margins = { utility: 0.02, confidence: 0.9, facts: 0.08 }
const TARGETS = { format: 0.95, abstention: 0.9 }

/** @throws CompareError invalid_option */
export function runSettings(options: CompareOptions): RunSettings {
  const { timeoutMs = 120_000, contextTokens = 32_000, constraints = [], prices = null } = options
  const settings = {
    timeoutMs,
    weights: { ...WEIGHTS, ...options.weights },
    constraints,
    margins: { ...MARGINS, ...options.margins },
    prices,
    contextTokens,
    targets: TARGETS,
  }
  for (const [name, value] of [
    ['timeoutMs', timeoutMs],
    ['contextTokens', contextTokens],
    ...Object.entries(settings.weights),
  ] as const)
    if (!(value >= 0)) throw invalid(`${name} is ${value}`, 'Give a number of zero or more.')
  if (Object.values(settings.weights).some((weight) => weight > 0)) return settings
  throw invalid('all weights are 0', 'Give at least one criterion a weight above zero.')
}

/** The arms to run, by complexity. @throws CompareError no_arms */
export function chosenArms(
  { arms, examples, adapter, tunedModel }: CompareOptions,
  isEmbedded: boolean,
): ArmName[] {
  const tuned: ArmName[] = examples || adapter || tunedModel ? ['tuned', 'tuned_rag'] : []
  const form: ArmName[] = examples ? ['rag_form'] : []
  const long: ArmName[] = isEmbedded ? [] : ['long_context']
  const chosen: readonly ArmName[] = arms ?? ['base', 'rag', 'oracle', ...long, ...form, ...tuned]
  const known = armNames.filter((name) => chosen.includes(name))
  if (known.length > 0) return known
  throw new CompareError('no_arms', 'there is no arm to compare', {
    hint: `Choose among ${armNames.join(', ')}.`,
  })
}

/** A model as manifests name it. */
export function nameOfModel(model: AnswererSetting['model']): string {
  if (model === undefined || model === 'graft/quoting') return 'graft/base'
  if (typeof model === 'string') return model
  return 'baseURL' in model ? model.model : model.modelId
}

/** A constraint such as `fact>=0.8`, or `stale<=0.05@updated`. @throws CompareError invalid_option */
export function parseConstraint(text: string, isMetric: (name: string) => boolean): Constraint {
  const [, metric = '', sign, bound, phase = 'initial'] =
    /^\s*([a-z0-9_]+)\s*(>=|<=)\s*([\d.]+)\s*(?:@(initial|updated))?\s*$/.exec(text) ?? []
  if (sign === undefined || !(isMetric(metric) || metric === 'latency_p95_ms'))
    throw invalid(
      `"${text}" is no constraint`,
      'Write a metric, >= or <=, and a number: fact>=0.8, latency_p95_ms<=2000, stale<=0.05@updated.',
    )
  const value = Number(bound)
  const name = metric as Constraint['metric']
  return {
    metric: name,
    phase: phase as Constraint['phase'],
    ...(sign === '>=' ? { least: value } : { most: value }),
  }
}

function invalid(message: string, hint: string): CompareError {
  return new CompareError('invalid_option', message, { hint })
}
