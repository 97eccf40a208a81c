import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BehaviorError } from '../../errors.ts'
import { functionWords } from './function-words.ts'
import { measureStyle, type StyleInput } from './measure-style.ts'
import type { StyleText } from './profile.ts'
import { decide } from './style-verdict.ts'

type Row = { intent: string; terse: string; verbose: string[] }

const rows: Row[] = JSON.parse(
  readFileSync(new URL('../../../../test/behavior/bitext-styles.json', import.meta.url), 'utf8'),
).rows

function texts(pick: (row: Row) => string[]): StyleText[] {
  return rows.flatMap((row) => pick(row).map((text) => ({ group: row.intent, text })))
}

const house = texts(({ verbose }) => verbose.slice(0, 2))
const heldOut = texts(({ verbose }) => verbose.slice(2))
// Each intent has one terse reply; a model that gives it to every question repeats it.
const terse = texts(({ terse: reply }) => [reply, reply])
const halfway = texts(({ terse: reply, verbose }) => [
  `${reply} ${reply}`,
  verbose[2]!.slice(0, 2 * reply.length),
])
const input: StyleInput = { house, neutral: terse, arms: { terse, halfway, heldOut } }
const report = measureStyle(input, { rounds: 200 })

describe('measureStyle', () => {
  it('places held-out replies of the house near 1 and the other style near 0, by both instruments', () => {
    for (const name of ['characters', 'words'] as const) {
      expect(report.anchors[name].distance.low).toBeGreaterThan(0)
      expect(Math.abs(report.arms.heldOut!.closeness[name]!.estimate - 1)).toBeLessThan(0.3)
      expect(report.arms.terse!.closeness[name]!.estimate).toBeCloseTo(0, 5)
    }
  })

  it('places a mixture between', () => {
    const { estimate } = report.arms.halfway!.closeness.characters!
    expect(estimate).toBeGreaterThan(0.1)
    expect(estimate).toBeLessThan(0.9)
  })

  it('says that one arm is closer where both instruments show it', () => {
    const between = report.differences.find(
      ({ first, second }) => first === 'terse' && second === 'heldOut',
    )!
    expect(between.verdict).toBe('closer')
    expect(between.difference.characters!.low).toBeGreaterThan(0.5)
    expect(between.difference.words!.low).toBeGreaterThan(0)
  })

  it('says the opposite the other way round', () => {
    const { differences } = measureStyle({ ...input, arms: { heldOut, terse } }, { rounds: 100 })
    expect(differences[0]).toMatchObject({ first: 'heldOut', second: 'terse', verdict: 'further' })
  })

  it('shows no difference between two samples of the house', () => {
    const { differences } = measureStyle({ ...input, arms: { house, heldOut } }, { rounds: 200 })
    expect(differences[0]!.verdict).toMatch(/^(?:not_shown|none)$/)
  })

  it('has no verdict where house and neutral are alike', () => {
    const alike = { house, neutral: heldOut, arms: { house, terse } }
    const { arms, differences } = measureStyle(alike, { rounds: 100 })
    expect(differences[0]).toMatchObject({
      verdict: 'none',
      reason: expect.stringContaining('cannot tell'),
    })
    expect(Object.values(arms.terse!.closeness)).toContain(undefined)
  })

  it('has no verdict on a few words, nor in a language whose function words it does not know', () => {
    const few = { ...input, arms: { terse: terse.slice(0, 3), heldOut } }
    expect(measureStyle(few, { rounds: 20 }).differences[0]!.reason).toMatch(
      /^terse has \d+ words, where 1000/,
    )
    const foreign = measureStyle(input, { rounds: 20, functionWords: ['der', 'die', 'das'] })
    expect(foreign.differences[0]!.reason).toContain('give those of its language')
  })

  it('scores every text for pairing, by instruments that have not seen its group', () => {
    expect(report.arms.heldOut!.items.map(({ group }) => group).sort()).toEqual(
      rows.map(({ intent }) => intent).sort(),
    )
    const scoreOf = (arm: string): Map<string, number> =>
      new Map(report.arms[arm]!.items.map(({ group, score }) => [group, score]))
    const [low, high] = [scoreOf('terse'), scoreOf('heldOut')]
    const right = rows.filter(({ intent }) => high.get(intent)! > low.get(intent)!).length
    expect(right / rows.length).toBeGreaterThan(0.9)
  })

  it('finds an arm that always says the same steadier than the house', () => {
    const same = heldOut.map(({ group }) => ({ group, text: heldOut[0]!.text }))
    const { arms } = measureStyle({ ...input, arms: { same, house } }, { rounds: 20 })
    expect(arms.same!.consistency).toBeCloseTo(0, 1)
    expect(arms.house!.consistency).toBeGreaterThan(0.5)
  })

  it('gives the same report for the same seed', () => {
    expect(measureStyle(input, { rounds: 20 })).toEqual(measureStyle(input, { rounds: 20 }))
  })

  it('asks for two groups', () => {
    const one = { ...input, house: house.slice(0, 2) }
    expect(() => measureStyle(one)).toThrow(BehaviorError)
  })
})

describe('decide', () => {
  const up = { estimate: 0.3, low: 0.1, high: 0.5 }
  const unsure = { estimate: 0.2, low: -0.1, high: 0.5 }
  const down = { estimate: -0.1, low: -0.3, high: 0.1 }
  it('asks both instruments', () => {
    expect(decide({ characters: up, words: up }, undefined).verdict).toBe('closer')
    expect(decide({ characters: up, words: unsure }, undefined).verdict).toBe('not_shown')
    expect(decide({ characters: up, words: down }, undefined)).toMatchObject({
      verdict: 'none',
      reason: expect.stringContaining('opposite'),
    })
    expect(decide({ characters: up, words: undefined }, undefined).verdict).toBe('none')
    expect(decide({ characters: up, words: up }, 'too short')).toEqual({
      verdict: 'none',
      reason: 'too short',
    })
  })
})

describe('functionWords', () => {
  it('are 150 different words', () => {
    expect(new Set(functionWords).size).toBe(150)
  })
})
