import { describe, expect, it } from 'vitest'
import { decide, type GateInput } from './gate.ts'
import type { Outcome } from './outcome.ts'

const ITEMS = 60

/** Outcomes of which the first `counts` hold. */
function outcomes(
  written: string,
  counts: { valid: number; fact: number; abstention: number },
): Outcome[] {
  return Array.from({ length: ITEMS }, (_, i) => ({
    line: i + 1,
    written: `${written} ${i}`,
    text: '',
    valid: i < counts.valid,
    fact: i < counts.fact,
    abstention: i < counts.abstention,
  }))
}

const good = { valid: 58, fact: 50, abstention: 55 }
const base = outcomes('base', { valid: 0, fact: 50, abstention: 55 })
const ability = Array.from({ length: 120 }, (_, i) => i % 3 !== 0)

function gate(after: Outcome[], more: Partial<GateInput> = {}): ReturnType<typeof decide> {
  const general = { generalBefore: ability, generalAfter: ability }
  return decide({
    task: 'reply',
    plain: base,
    before: base,
    after,
    ...general,
    margin: 0.1,
    ...more,
  })
}

function results(decided: ReturnType<typeof decide>): Record<string, string> {
  return Object.fromEntries(decided.checks.map(({ name, result }) => [name, result]))
}

describe('the gate', () => {
  it('passes what is better in form and as good in everything else', () => {
    const decided = gate(outcomes('tuned', good))
    expect(decided.verdict).toBe('passed')
    expect(new Set(Object.values(results(decided)))).toEqual(new Set(['passed']))
  })

  it('refuses an adapter that changes nothing', () => {
    const decided = gate(base)
    expect(decided.verdict).toBe('refused')
    expect(results(decided)).toMatchObject({
      'the adapter changes the output': 'failed',
      'the house format': 'undecided',
    })
  })

  it('refuses an adapter that destroys abstention', () => {
    const decided = gate(outcomes('tuned', { ...good, abstention: 30 }))
    expect(decided.verdict).toBe('refused')
    expect(results(decided).abstention).toBe('failed')
  })

  it('refuses a loss of facts beyond the margin, and one that cannot be ruled out', () => {
    expect(results(gate(outcomes('tuned', { ...good, fact: 30 }))).facts).toBe('failed')
    expect(results(gate(outcomes('tuned', { ...good, fact: 46 }))).facts).toBe('undecided')
  })

  it('refuses a loss of general ability', () => {
    const decided = gate(outcomes('tuned', good), { generalAfter: ability.map(() => false) })
    expect(results(decided)['general ability']).toBe('failed')
  })

  it('has no general ability to protect where the base only guesses', () => {
    const guesses = ability.map((_, i) => i % 5 === 0)
    const decided = gate(outcomes('tuned', good), {
      generalBefore: guesses,
      generalAfter: guesses.map(() => false),
    })
    expect(results(decided)['general ability']).toBe('not_applicable')
    expect(decided.verdict).toBe('passed')
  })

  it('says no when the data are too few to say yes', () => {
    const few = (all: Outcome[]): Outcome[] => all.slice(0, 3)
    const decided = gate(few(outcomes('tuned', { valid: 3, fact: 3, abstention: 3 })), {
      plain: few(base),
      before: few(base),
    })
    expect(decided.verdict).toBe('refused')
    expect(results(decided).facts).toBe('undecided')
  })

  it('asks for more right replies where only one is right, and leaves out what does not apply', () => {
    const rows = (right: number): Outcome[] =>
      Array.from({ length: ITEMS }, (_, i) => ({
        line: i,
        written: `${right}${i}`,
        text: '',
        exact: i < right,
      }))
    const decided = gate(rows(50), { task: 'json', plain: rows(10), before: rows(10) })
    expect(results(decided)).toMatchObject({
      'the right JSON': 'passed',
      facts: 'not_applicable',
      abstention: 'not_applicable',
    })
    expect(decided.verdict).toBe('passed')
  })
})
