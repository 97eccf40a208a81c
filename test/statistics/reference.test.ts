/** @file Every method against SciPy, statsmodels and published examples; `reference.py` made the values. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as statistics from '../../src/statistics/index.ts'

type Case = { args: unknown[]; expected: unknown }
type Functions = Record<string, (...args: unknown[]) => unknown>

const file = new URL('reference.json', import.meta.url)
const reference = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Case[]>
const functions: Functions = Object.fromEntries(Object.entries(statistics)) as Functions

/** Distributions carry the rest, so they are held to more digits, relative in the tails. */
const DISTRIBUTION = /^(normal|studentT|beta|binomial)(Cdf|Pmf|Quantile)$/
/** Ends that are searched for by halving stop a little earlier. */
const TOLERANCE = { distribution: 1e-9, method: 1e-8 }

describe.each(Object.entries(reference))('%s', (name, cases) => {
  it(`agrees with the reference in ${cases.length} cases`, () => {
    const distribution = DISTRIBUTION.test(name)
    const tolerance = distribution ? TOLERANCE.distribution : TOLERANCE.method
    for (const { args, expected } of cases) {
      const actual = functions[name]!(...args)
      for (const [path, value, wanted] of leaves(actual, expected)) {
        const scale = distribution
          ? Math.abs(Number(wanted))
          : Math.max(1, Math.abs(Number(wanted)))
        const label = `${name}(${JSON.stringify(args).slice(0, 200)})${path} is ${value}, not ${wanted}`
        if (typeof wanted === 'number') {
          expect(Math.abs(Number(value) - wanted), label).toBeLessThanOrEqual(tolerance * scale)
        } else expect(value, label).toBe(wanted)
      }
    }
  })
})

it('covers every function that has a closed form or a reference implementation', () => {
  const names = Object.keys(functions).filter((name) => name !== 'StatisticsError')
  const checkedElsewhere = [
    // sums of draws, against exact probabilities in best-arm.test.ts
    'bestArm',
    // against a grid in rank-reversal.test.ts
    'rankReversals',
    // against the quantiles of known draws in bootstrap.test.ts
    'percentileRangeOf',
    // beside their source, against numbers worked out by hand
    'countPairs',
    'pairedDifferences',
    'intersectionUnion',
    'itemsForPercentileBound',
    'plannedDesignEffect',
    'requiredItemsForNonInferiority',
  ]
  expect(names.sort()).toEqual([...Object.keys(reference), ...checkedElsewhere].sort())
})

/** The numbers, booleans and strings of the expected value, each with what came instead. */
function leaves(actual: unknown, expected: unknown, path = ''): [string, unknown, unknown][] {
  if (typeof expected !== 'object' || expected === null) return [[path, actual, expected]]
  if (Array.isArray(expected)) expect((actual as unknown[]).length).toBe(expected.length)
  return Object.entries(expected).flatMap(([key, value]) =>
    leaves((actual as Record<string, unknown>)[key], value, `${path}.${key}`),
  )
}
