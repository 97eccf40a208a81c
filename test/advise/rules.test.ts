/** @file Every rule: it fires in some case, is silent in another, and has sources and an effect. */
import { describe, expect, it } from 'vitest'
import { advise, rules, type Signals, sources } from '../../src/advise/index.ts'
import { scenario, scenarios } from './scenarios.ts'

type Case = { answers: Record<string, unknown>; signals?: Signals }

const signal = (value: number): { value: number; low: number; high: number; how: string } => ({
  value,
  low: value,
  high: value,
  how: 'planted',
})

/** What the scenarios leave out: measurements, and answers that none of them gives. */
const further: Record<string, Case> = {
  'what probes find': {
    answers: scenario('support-bot').answers,
    signals: {
      retrievalHeadroom: signal(0.02),
      readingHeadroom: signal(0.3),
      abstentionHeadroom: signal(0.2),
      longContextGain: signal(0.1),
      closedBook: signal(0.8),
      unknownFactShare: signal(0.5),
      fewShotTokens: signal(3000),
      repeatedShare: signal(0.2),
      personalDataShare: signal(0.1),
      refusalShare: signal(0.6),
    },
  },
  'what probes find at volume': {
    answers: { ...scenario('tight-latency').answers, requests: 200_000 },
    signals: {
      fewShotTokens: signal(3000),
      longContextGain: signal(-0.1),
    },
  },
  'a search that misses': {
    answers: scenario('support-bot').answers,
    signals: { retrievalHeadroom: signal(0.3) },
  },
  'few texts with labels that change': {
    answers: { ...scenario('sentiment').answers, labels: 'changing', examples: 30 },
  },
  'documents of unknown length': {
    answers: { ...scenario('weekly-docs').answers, 'corpus-pages': 'unknown' },
  },
  'good enough': { answers: { ...scenario('extraction').answers, pain: ['nothing'] } },
  'refusals first': { answers: { ...scenario('helpdesk').answers, priority: 'refusals' } },
}

const cases: readonly Case[] = [...scenarios, ...Object.values(further)]

/** Rule id -> the number of cases in which it fires. */
function countFired(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { answers, signals = {} } of cases) {
    const result = advise(answers, { signals, allowMissing: true })
    if (result.status !== 'advice') throw new Error(JSON.stringify(result))
    for (const { id } of result.rules) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}

describe('rules', () => {
  const fired = countFired()

  it.each(rules.map(({ id }) => id))('%s fires in some case and not in all', (id) => {
    expect(fired.get(id) ?? 0).toBeGreaterThan(0)
    expect(fired.get(id)).toBeLessThan(cases.length)
  })

  it.each(rules)('$id reads facts, has sources, and does something', (rule) => {
    const { reads, sources: cited, rulesOut = [], points = {}, condition } = rule
    expect(reads.length).toBeGreaterThan(0)
    expect(cited.length).toBeGreaterThan(0)
    expect(rulesOut.length + Object.keys(points).length + (condition ? 1 : 0)).toBeGreaterThan(0)
    // No single finding outweighs a replicated one by more than the class of classical classifiers.
    for (const value of Object.values(points)) expect(Math.abs(value)).toBeLessThanOrEqual(4)
  })

  it('have ids of their own', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  })

  it('say A only of more than our own estimate', () => {
    for (const { grade, sources: cited, points = {} } of rules) {
      const isOwn = cited.every((source) => source === 'graft-estimate')
      if (isOwn && Object.keys(points).length > 0) expect(grade).toBe('C')
    }
  })

  it('cite every source that is listed, each with a link', () => {
    const cited = new Set(rules.flatMap((rule) => rule.sources))
    expect(Object.keys(sources).sort()).toEqual([...cited].sort())
    for (const { url } of Object.values(sources)) expect(url).toMatch(/^(https:\/\/|docs\/)/)
  })
})
