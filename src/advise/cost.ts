/** @file What the options cost a month, and from which volume a tuned model pays. */
import type { GivenAnswers } from './answers.ts'
import { type OptionId, tunedOptions } from './options.ts'
import type { ModelPrice, Prices } from './prices.ts'
import type { Known } from './view.ts'

/** Where a plan runs: over an API, on a GPU that is kept on, or on a machine that is there anyway. */
export type Way = 'api' | 'gpu' | 'own-machine'

export type Plan = {
  readonly option: OptionId
  readonly way: Way
  /** The model or machine that is priced. */
  readonly on: string
  /** Before the first request. */
  readonly setupUsd: number
  readonly fixedUsdPerMonth: number
  readonly usdPerRequest: number
}

export type MonthlyCost = Plan & {
  /** At the volume that was stated. */
  readonly usdPerMonth: number
  readonly usdPerMonthAt10x: number
}

export type BreakEven = {
  readonly tuned: Plan
  readonly untuned: Plan
  /** Requests a month from which the tuned plan is the cheaper one over a year; null: never. */
  readonly requestsPerMonth: number | null
}

export type Cost = {
  readonly requestsPerMonth: number | null
  readonly plans: readonly MonthlyCost[]
  readonly breakEven: readonly BreakEven[]
}

export type CostInput = {
  readonly answers: GivenAnswers
  readonly known: Known
  /** Options that are left. */
  readonly candidates: readonly OptionId[]
  readonly prices: Prices
}

const HOURS_PER_MONTH = 730
/** Months over which the cost of building is spread. */
const HORIZON_MONTHS = 12
/** Examples that are curated: fewer teach little, more are seldom needed. */
const CURATED = { min: 100, max: 500 }
const EPOCHS = 3

/** Prices every option that is left, in every way that the answers allow. */
export function estimateCost(input: CostInput): Cost {
  const { answers, candidates } = input
  const requests = typeof answers.requests === 'number' ? answers.requests : null
  const plans = candidates.flatMap((option) => plansOf(option, input))
  return {
    requestsPerMonth: requests,
    plans: requests === null ? [] : plans.map((plan) => monthly(plan, requests)),
    breakEven: breakEvens(input),
  }
}

function monthly(plan: Plan, requests: number): MonthlyCost {
  const at = (count: number): number => plan.fixedUsdPerMonth + count * plan.usdPerRequest
  return { ...plan, usdPerMonth: at(requests), usdPerMonthAt10x: at(10 * requests) }
}

function plansOf(option: OptionId, input: CostInput): Plan[] {
  const { prices } = input
  const setupUsd = setupOf(option, input)
  const onMachine = { option, setupUsd, fixedUsdPerMonth: 0, usdPerRequest: 0 }
  if (option === 'classifier') return [{ ...onMachine, way: 'own-machine', on: 'any CPU' }]
  return waysOf(option, input).flatMap((way): Plan[] => {
    if (way === 'own-machine') return [{ ...onMachine, way, on: 'a machine that is there' }]
    if (way === 'gpu') {
      const { name, usdPerHour } = prices.gpu
      return [{ ...onMachine, way, on: name, fixedUsdPerMonth: usdPerHour * HOURS_PER_MONTH }]
    }
    return [prices.smallModel, prices.largeModel].map((model) => ({
      ...onMachine,
      way,
      on: model.name,
      usdPerRequest: requestCost(option, model, input),
    }))
  })
}

/** Data that must stay are not priced at a vendor; closed models cannot be tuned, so tuned ones need a GPU. */
function waysOf(option: OptionId, { known }: CostInput): Way[] {
  if (known.model === 'small') return ['own-machine']
  const needsGpu = known.model === 'open' || mustStay(known) || tunedOptions.includes(option)
  return needsGpu ? ['gpu'] : ['api']
}

function mustStay({ location }: Known): boolean {
  return location === 'device' || location === 'own-servers'
}

/** Dollars for one request: what is the same each time is read from the vendor's cache. */
function requestCost(option: OptionId, price: ModelPrice, { known, prices }: CostInput): number {
  const { system, guide, question, passages, toolResults, answer } = prices.tokens
  const cached: Readonly<Partial<Record<OptionId, number>>> = {
    'long-context': system + guide + (known.corpusTokens ?? 0),
    // One call to decide on the tool, one to answer from its result.
    tools: 2 * (system + guide),
    'fine-tune': 0,
    'fine-tune-rag': 0,
  }
  const fresh: Readonly<Partial<Record<OptionId, number>>> = {
    tools: 2 * question + toolResults,
    rag: question + passages,
    'fine-tune': system + question,
    'fine-tune-rag': system + question + passages,
  }
  const tokens =
    (cached[option] ?? system + guide) * price.cached +
    (fresh[option] ?? question) * price.input +
    answer * price.output
  return tokens / 1e6
}

function setupOf(option: OptionId, { known: { examples = 0 }, prices }: CostInput): number {
  if (!tunedOptions.includes(option)) return 0
  const { curation, training, tokens } = prices
  const curated = Math.min(CURATED.max, Math.max(CURATED.min, examples))
  const people = ((curated * curation.minutesPerExample) / 60) * curation.usdPerHour
  const machine = ((curated * tokens.perExample * EPOCHS) / 1e6) * training.usdPerMillionTokens
  return people + machine
}

/** A tuned open model against the simplest untuned option, over an API wherever the data may go there. */
function breakEvens(input: CostInput): BreakEven[] {
  const { known, candidates } = input
  const withDocuments = known.needsDocuments === true
  const option = withDocuments ? 'fine-tune-rag' : 'fine-tune'
  if (!candidates.includes(option)) return []
  const rival = mustStay(known)
    ? input
    : { ...input, known: { ...known, model: 'hosted' as const } }
  const rivals = plansOf(withDocuments ? 'rag' : 'prompt', rival)
  return plansOf(option, input).flatMap((tuned) =>
    rivals.map((untuned) => ({
      tuned,
      untuned,
      requestsPerMonth: requestsToBreakEven(tuned, untuned),
    })),
  )
}

/** @returns requests a month, or null where `a` never becomes the cheaper one. */
export function requestsToBreakEven(a: Plan, b: Plan): number | null {
  const extra = (a.setupUsd - b.setupUsd) / HORIZON_MONTHS + a.fixedUsdPerMonth - b.fixedUsdPerMonth
  if (extra <= 0 && a.usdPerRequest <= b.usdPerRequest) return 0
  if (a.usdPerRequest >= b.usdPerRequest) return null
  return Math.max(0, Math.ceil(extra / (b.usdPerRequest - a.usdPerRequest)))
}
