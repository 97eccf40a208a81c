/** @file The advice for ten cases, argued from the sources in the files before the rules were asked. */
import { describe, expect, it } from 'vitest'
import {
  type Advice,
  advise,
  defaultPrices,
  describeAdvice,
  optionIds,
} from '../../src/advise/index.ts'
import { scenario, scenarios } from './scenarios.ts'

function advised(name: string, changes: Record<string, unknown> = {}, signals = {}): Advice {
  const result = advise({ ...scenario(name).answers, ...changes }, { signals })
  if (result.status !== 'advice') throw new Error(JSON.stringify(result))
  return result
}

describe.each(scenarios)('$name', ({ name, expected, because }) => {
  it(`leads to ${expected.recommendation}, with the options ruled out that the sources rule out`, () => {
    const { recommendation, standings } = advised(name)
    const out = standings.filter(({ ruledOutBy }) => ruledOutBy.length > 0)
    expect(recommendation).toBe(expected.recommendation)
    expect(out.map(({ option }) => option).sort()).toEqual([...expected.ruledOut].sort())
    expect(because.length).toBeGreaterThan(2)
  })

  it('names its reasons, each with grounds and sources, and next steps', () => {
    const { rules, reasons, nextSteps } = advised(name)
    expect(reasons.length).toBeGreaterThan(0)
    for (const id of reasons) expect(rules.find((rule) => rule.id === id)).toBeDefined()
    for (const { grounds, sources } of rules) {
      expect(grounds.length).toBeGreaterThan(0)
      expect(sources.length).toBeGreaterThan(0)
    }
    expect(nextSteps.every(({ command }) => command.startsWith('graft '))).toBe(true)
    expect(nextSteps.length).toBeGreaterThan(0)
  })

  it('says of every flip where the answer really leads', () => {
    for (const { question, to, recommendation } of advised(name).flips.answers) {
      const turned = advise({ ...scenario(name).answers, [question]: to }, { allowMissing: true })
      expect(turned, question).toMatchObject({ recommendation })
    }
  })

  it('gives the same text each time, every rule with its effect and source', () => {
    const [one, two] = [advised(name), advised(name)].map((advice) =>
      describeAdvice(advice, { prices: defaultPrices }),
    )
    expect(one).toBe(two)
    for (const { id, sources } of advised(name).rules) {
      expect(one).toContain(id)
      for (const { url } of sources) expect(one).toContain(url)
    }
    expect(one).not.toMatch(/undefined|NaN|null|effect: \n/)
  })
})

describe('what turns the advice', () => {
  it('is the share of expectation of one option against the others', () => {
    const { standings } = advised('support-bot')
    const sum = standings.reduce((total, { expectation }) => total + expectation, 0)
    expect(sum).toBeCloseTo(1, 12)
    expect(standings.map(({ option }) => option).sort()).toEqual([...optionIds].sort())
  })

  it('is a voice that prompting reaches after all, as measured', () => {
    const signals = { voiceHeadroom: { value: -0.05, low: -0.1, high: 0.02, how: 'probe' } }
    const { recommendation, overrides } = advised('support-bot', {}, signals)
    expect(recommendation).toBe('rag')
    expect(overrides.map(({ fact }) => fact)).toContain('voiceGap')
  })

  it('is not a gap whose interval holds 0', () => {
    const signals = { voiceHeadroom: { value: 0.05, low: -0.02, high: 0.12, how: 'probe' } }
    expect(advised('support-bot', {}, signals)).toMatchObject({
      recommendation: 'fine-tune-rag',
      overrides: [],
    })
  })

  it('is a history of daily changes where none were expected', () => {
    const lookUps = { reading: 'look-up' }
    const signals = { changeDays: { value: 20, how: 'history of 60 days' } }
    const { recommendation, overrides } = advised('fits-context', lookUps, signals)
    expect(overrides).toMatchObject([{ fact: 'pace' }])
    expect(recommendation).toBe('rag')
    expect(advised('fits-context', lookUps).recommendation).toBe('long-context')
  })

  it('is a search that misses passages: no verdict on training before it is mended', () => {
    const signals = { retrievalHeadroom: { value: 0.25, low: 0.15, high: 0.35, how: 'probe' } }
    const { recommendation, conditions } = advised('support-bot', {}, signals)
    expect(recommendation).toBe('rag')
    expect(conditions.join()).toContain('Mend the search first')
  })

  it('is knowledge that the model has: a probe overrides what was said', () => {
    const signals = { knowledgeHeadroom: { value: -0.02, low: -0.08, high: 0, how: 'probe' } }
    expect(advised('weekly-docs', {}, signals).recommendation).toBe('prompt')
    // A gate stands, whatever the model knows: only what is read can be cited.
    expect(advised('weekly-docs', { citations: 'must' }, signals).recommendation).toBe('rag')
  })
})
