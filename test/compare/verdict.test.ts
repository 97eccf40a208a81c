import { describe, expect, it } from 'vitest'
import type { Claim, ComparisonResult } from '../../src/compare/index.ts'
import { type Behaviour, makeQuestions, type Planted, plant } from './plant.ts'

function claim({ verdict }: ComparisonResult, name: Claim['name']): Claim['outcome'] {
  return verdict.claims.find((one) => one.name === name)!.outcome
}

const always = (): Behaviour => ({})
const never = (): Behaviour => ({ wrong: true, answers: true, formless: true })
/** In a share of questions. */
const in1of =
  (n: number, behaviour: Behaviour) =>
  (at: number): Behaviour =>
    at % n === 0 ? behaviour : {}

describe('the verdict', () => {
  it('takes the arm that is plainly best', () => {
    const { verdict } = plant(makeQuestions(60, 20), {
      base: never,
      rag: (at) => ({ formless: at % 10 !== 0 }),
      tuned: () => ({ wrong: true, answers: true }),
      tuned_rag: always,
    })
    expect(verdict).toMatchObject({ outcome: 'clear', recommended: 'tuned_rag' })
    expect(verdict.claims.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['tuning_helps', 'shown'],
      ['both_beat_either', 'shown'],
      ['facts_kept', 'shown'],
      ['form_alone_suffices', 'not_measured'],
    ])
    expect(verdict.standings[0]).toMatchObject({ arm: 'tuned_rag', utility: { estimate: 1 } })
  })

  it('says so when fine-tuning did not help, and takes the simpler arm', () => {
    const result = plant(makeQuestions(90, 30), {
      base: never,
      rag: in1of(12, { wrong: true }),
      tuned: never,
      tuned_rag: in1of(12, { wrong: true }),
    })
    expect(result.verdict).toMatchObject({ outcome: 'tied', recommended: 'rag' })
    expect(claim(result, 'tuning_helps')).toBe('refuted')
    expect(claim(result, 'both_beat_either')).toBe('not_shown')
    expect(result.verdict.reasons).toContain(
      'Fine-tuning did not help: an arm without it is as good on joint success as every tuned arm, or better.',
    )
  })

  it('notices that tuning cost facts', () => {
    const result = plant(makeQuestions(60, 20), {
      rag: always,
      tuned_rag: in1of(2, { wrong: true }),
    })
    expect(claim(result, 'facts_kept')).toBe('refuted')
    expect(result.verdict.recommended).toBe('rag')
  })

  it('does not credit tuning for a form that can be given', () => {
    const result = plant(makeQuestions(90, 30), {
      rag: () => ({ formless: true }),
      rag_form: always,
      tuned_rag: always,
    })
    expect(claim(result, 'form_alone_suffices')).toBe('shown')
    expect(claim(result, 'tuning_helps')).toBe('refuted')
    expect(result.verdict.recommended).toBe('rag_form')
  })

  it('takes the simplest of arms that the data do not tell apart', () => {
    const { verdict } = plant(makeQuestions(20, 6), {
      rag: in1of(5, { wrong: true }),
      tuned_rag: in1of(6, { wrong: true }),
    })
    expect(verdict).toMatchObject({ outcome: 'tied', recommended: 'rag' })
    expect(verdict.wouldChange.join(' ')).toMatch(/it takes about \d+ questions/)
  })

  it('drops an arm only when it breaks a constraint beyond doubt', () => {
    const constraints = [
      { metric: 'grounded', phase: 'initial', least: 0.5 },
      { metric: 'latency_p95_ms', phase: 'initial', most: 50 },
    ] as const
    const planted: Planted = {
      base: always,
      rag: () => ({ ms: 10 }),
      tuned_rag: () => ({ ms: 500 }),
    }
    const { verdict } = plant(makeQuestions(80, 20), planted, { constraints })
    expect(verdict.recommended).toBe('rag')
    const outcomes = verdict.constraints.map(
      ({ arm, constraint, outcome }) => `${arm} ${constraint.metric} ${outcome}`,
    )
    expect(outcomes).toEqual([
      'base grounded violated',
      'base latency_p95_ms met',
      'rag grounded met',
      'rag latency_p95_ms met',
      'tuned_rag grounded met',
      'tuned_rag latency_p95_ms violated',
    ])
    // Too few requests for an upper bound: not known, so not dropped.
    const few = plant(makeQuestions(10, 2), { rag: () => ({ ms: 10 }) }, { constraints })
    expect(few.verdict.constraints.at(-1)).toMatchObject({
      outcome: 'unknown',
      value: { high: null },
    })
    const strict = [{ metric: 'fact', phase: 'initial', least: 0.9 }] as const
    const none = plant(makeQuestions(40, 4), { base: never, rag: never }, { constraints: strict })
    expect(none.verdict).toMatchObject({ outcome: 'none_qualifies', recommended: null })
  })

  it('gives none with too little to go by', () => {
    expect(plant(makeQuestions(3, 0), { base: never, rag: always }).verdict).toMatchObject({
      outcome: 'no_verdict',
      recommended: null,
    })
    expect(plant(makeQuestions(1, 0), { rag: always }).arms[0]!.metrics.initial.fact).toMatchObject(
      {
        range: { estimate: 1 },
        items: 1,
      },
    )
  })

  it('leaves an arm out that failed on many items, and keeps the others right', () => {
    const whole = plant(makeQuestions(40, 10), { base: never, rag: always })
    const { arms, verdict, comparisons } = plant(makeQuestions(40, 10), {
      base: never,
      rag: always,
      tuned_rag: (at) => ({ fails: at >= 20 }),
    })
    const broken = arms.find(({ arm }) => arm === 'tuned_rag')!
    expect(broken.items).toMatchObject({ planned: 50, answered: 20, failed: 30 })
    expect(broken.metrics.initial.fact).toMatchObject({
      items: 20,
      failed: 30,
      range: { estimate: 1 },
    })
    expect(verdict.standings.map(({ arm }) => arm)).toEqual(['rag', 'base'])
    expect(verdict.standings).toEqual(whole.verdict.standings)
    expect(
      comparisons.find(
        ({ metric, first, second }) =>
          metric === 'joint' && first === 'tuned_rag' && second === 'rag',
      ),
    ).toMatchObject({ items: 20, attrition: 30 })
  })

  it('is the same for the same records', () => {
    const once = (): string =>
      JSON.stringify(
        plant(makeQuestions(30, 8, { changed: 5 }), {
          base: never,
          rag: always,
          tuned: in1of(3, { stale: true }),
        }),
      )
    expect(once()).toBe(once())
  })
})

describe('comparisons', () => {
  it('are wider where questions share a page', () => {
    const planted: Planted = {
      rag: (at) => ({ wrong: Math.floor(at / 5) % 2 === 0 }),
      tuned_rag: always,
    }
    const widthOf = ({ comparisons }: ComparisonResult): number => {
      const { low, high } = comparisons.find(({ metric }) => metric === 'fact')!.difference
      return high - low
    }
    const alone = widthOf(plant(makeQuestions(50, 0), planted))
    expect(widthOf(plant(makeQuestions(50, 0, { perCluster: 5 }), planted))).toBeGreaterThan(
      1.5 * alone,
    )
  })

  it('are made only where both arms have the metric', () => {
    const { comparisons } = plant(makeQuestions(10, 3), { base: always, rag: always })
    const names = new Set(comparisons.map(({ metric }) => metric))
    expect(names).toContain('fact')
    expect(names).not.toContain('grounded')
    expect(names).not.toContain('stale')
  })
})

describe('headroom', () => {
  it('says to fix retrieval before anything else', () => {
    const { headroom } = plant(makeQuestions(60, 10), {
      base: never,
      rag: in1of(2, { wrong: true }),
      oracle: always,
    })
    const of = (name: string) => headroom.parts.find((part) => part.name === name)!
    expect(of('retrieve').value).toMatchObject({ estimate: 0.5 })
    expect(of('know').value).toMatchObject({ estimate: 1 })
    expect(of('long')).toMatchObject({ value: null })
    expect(headroom.advice[0]).toMatch(/^Fix retrieval first/)
  })

  it('finds none where all is well', () => {
    const { headroom } = plant(makeQuestions(60, 40), { base: always, rag: always, oracle: always })
    expect(headroom.advice).toEqual([expect.stringMatching(/^No headroom was shown/)])
  })
})

describe('freshness', () => {
  it('tells stale weights from a fresh index, with the time to correct', () => {
    const { freshness } = plant(makeQuestions(30, 0, { changed: 10 }), {
      rag: always,
      tuned: (_, phase) => (phase === 'updated' ? { stale: true } : {}),
    })
    const [rag, tuned] = freshness!.arms
    expect(rag).toMatchObject({
      arm: 'rag',
      after: { range: { estimate: 1 } },
      stale: { range: { estimate: 0 } },
      medianMs: 110,
      corrected: 10,
      censored: 0,
    })
    expect(tuned).toMatchObject({
      arm: 'tuned',
      before: { range: { estimate: 1 } },
      after: { range: { estimate: 0 } },
      stale: { range: { estimate: 1 } },
      medianMs: null,
      corrected: 0,
      censored: 10,
    })
    expect(rag!.survival.at(-1)).toEqual({ ms: 110, share: 0 })
  })
})

describe('an arm', () => {
  it('has its cost, failures and the table of retrieval', () => {
    const { arms } = plant(makeQuestions(10, 5), {
      rag: (at) => ({ wrong: at < 2, formless: at < 3, answers: at === 14 }),
    })
    const [rag] = arms
    expect(rag!.failures).toEqual([
      { reasons: ['fact', 'form'], items: 2 },
      { reasons: ['answered'], items: 1 },
      { reasons: ['form'], items: 1 },
    ])
    expect(rag!.retrieval).toEqual({ foundRight: 8, foundWrong: 2, missedRight: 0, missedWrong: 0 })
    const perRequest = (100 * 1 + 10 * 2) / 1e6
    expect(rag!.cost!.perRequest).toBeCloseTo(perRequest, 12)
    expect(rag!.cost!.perSuccess).toBeCloseTo(perRequest / (11 / 15), 12)
    expect(rag!.abstention.precision).toMatchObject({ estimate: 1 })
    const { arms: none } = plant(makeQuestions(5, 0), { rag: never })
    expect(none[0]!.cost!.perSuccess).toBeNull()
    expect(none[0]!.abstention.precision).toBeNull()
  })
})
