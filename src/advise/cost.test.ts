import { describe, expect, it } from 'vitest'
import { estimateCost, type MonthlyCost, type Plan, requestsToBreakEven } from './cost.ts'
import { type OptionId, optionIds } from './options.ts'
import { defaultPrices } from './prices.ts'
import type { Known } from './view.ts'

function costs(known: Known, requests = 1000, candidates: readonly OptionId[] = optionIds) {
  return estimateCost({ answers: { requests }, known, candidates, prices: defaultPrices })
}

function priceOf(plans: readonly MonthlyCost[], option: OptionId, on: string): number {
  return plans.find((plan) => plan.option === option && plan.on === on)!.usdPerMonth
}

describe('estimateCost', () => {
  it('gives the worked numbers of 1,000 requests, of GPT-6 Luna and Claude Sonnet 5.5', () => {
    const { plans } = costs({ corpusTokens: 30_000 })
    expect(priceOf(plans, 'prompt', 'GPT-6 Luna')).toBeCloseTo(0.144, 9)
    expect(priceOf(plans, 'rag', 'GPT-6 Luna')).toBeCloseTo(0.344, 9)
    expect(priceOf(plans, 'long-context', 'GPT-6 Luna')).toBeCloseTo(0.444, 9)
    expect(priceOf(plans, 'prompt', 'Claude Sonnet 5.5')).toBeCloseTo(2.74, 9)
    expect(priceOf(plans, 'rag', 'Claude Sonnet 5.5')).toBeCloseTo(6.74, 9)
    expect(priceOf(plans, 'long-context', 'Claude Sonnet 5.5')).toBeCloseTo(5.74, 9)
  })

  it('makes long context as dear as retrieval where passages cost what cached documents do', () => {
    const luna = costs({ corpusTokens: 20_000 }).plans
    expect(priceOf(luna, 'long-context', 'GPT-6 Luna')).toBeCloseTo(
      priceOf(luna, 'rag', 'GPT-6 Luna'),
      9,
    )
    const sonnet = costs({ corpusTokens: 40_000 }).plans
    expect(priceOf(sonnet, 'long-context', 'Claude Sonnet 5.5')).toBeCloseTo(
      priceOf(sonnet, 'rag', 'Claude Sonnet 5.5'),
      9,
    )
  })

  it('grows tenfold over an API, and not at all on a GPU that is kept on', () => {
    const { plans } = costs({}, 20_000)
    for (const { way, usdPerMonth, usdPerMonthAt10x } of plans)
      expect(usdPerMonthAt10x).toBeCloseTo(way === 'api' ? 10 * usdPerMonth : usdPerMonth, 9)
  })

  it('prices no vendor for data that must stay', () => {
    const { plans, breakEven } = costs({ location: 'own-servers', needsDocuments: true })
    expect(new Set(plans.map(({ way }) => way))).toEqual(new Set(['gpu', 'own-machine']))
    expect(breakEven.map(({ untuned }) => untuned.way)).toEqual(['gpu'])
    expect(breakEven[0]!.requestsPerMonth).toBeNull()
  })

  it('gives the break-even of a tuned model against retrieval over an API', () => {
    const { breakEven } = costs({ needsDocuments: true, examples: 500 })
    const setupPerMonth = (500 * 5) / 12 + ((500 * 1500 * 3) / 1e6) * (0.48 / 12)
    const [luna, sonnet] = breakEven.map(({ requestsPerMonth }) => requestsPerMonth)
    expect(luna).toBe(Math.ceil((569.4 + setupPerMonth) / 0.000344))
    expect(sonnet).toBe(Math.ceil((569.4 + setupPerMonth) / 0.00674))
  })

  it('has no break-even for what is ruled out, and no monthly price without a volume', () => {
    expect(costs({ needsDocuments: true }, 1000, ['rag']).breakEven).toEqual([])
    const unknown = estimateCost({
      answers: { requests: 'unknown' },
      known: {},
      candidates: optionIds,
      prices: defaultPrices,
    })
    expect(unknown).toMatchObject({ requestsPerMonth: null, plans: [] })
  })
})

describe('requestsToBreakEven', () => {
  const plan = (setupUsd: number, fixedUsdPerMonth: number, usdPerRequest: number): Plan => ({
    option: 'rag',
    way: 'gpu',
    on: 'a test',
    setupUsd,
    fixedUsdPerMonth,
    usdPerRequest,
  })

  it('is the volume at which both cost the same over a year', () => {
    expect(requestsToBreakEven(plan(0, 569, 0), plan(0, 0, 0.000344))).toBe(1_654_070)
    expect(requestsToBreakEven(plan(0, 569, 0), plan(0, 0, 0.00674))).toBe(84_422)
    expect(requestsToBreakEven(plan(1200, 0, 0.01), plan(0, 0, 0.02))).toBe(10_000)
  })

  it('does not exist where a request is no cheaper, and is 0 where nothing is dearer', () => {
    expect(requestsToBreakEven(plan(10, 0, 0.02), plan(0, 0, 0.01))).toBeNull()
    expect(requestsToBreakEven(plan(10, 0, 0.01), plan(0, 0, 0.01))).toBeNull()
    expect(requestsToBreakEven(plan(0, 0, 0.01), plan(0, 5, 0.02))).toBe(0)
  })
})
