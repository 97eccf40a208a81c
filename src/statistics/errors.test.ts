import { expect, it } from 'vitest'
import { StatisticsError } from './errors.ts'
import * as statistics from './index.ts'

const {
  wilsonInterval: wilson,
  clopperPearsonInterval: exact,
  meanInterval: mean,
  bootstrapInterval: bootstrap,
  mcnemarTest: mcnemar,
} = statistics
const empty = { both: 0, firstOnly: 0, secondOnly: 0, neither: 0 }
const table = { both: 8, firstOnly: 1, secondOnly: 2, neither: 3 }

const faults: [what: string, call: () => unknown, code: string][] = [
  ['a share of nothing', () => wilson(0, 0), 'no_data'],
  ['an exact share of nothing', () => exact(0, 0), 'no_data'],
  ['a bound without trials', () => statistics.ruleOfThree(0), 'no_data'],
  ['more successes than items', () => wilson(4, 3), 'invalid_argument'],
  ['part of a success', () => wilson(0.5, 3), 'invalid_argument'],
  ['a level in percent', () => wilson(1, 3, { level: 95 }), 'invalid_argument'],
  ['a level that is no number', () => exact(1, 3, { level: Number.NaN }), 'invalid_argument'],
  ['a design effect below 1', () => wilson(1, 3, { designEffect: 0.5 }), 'invalid_argument'],
  ['pairs of different length', () => statistics.countPairs([true], []), 'length_mismatch'],
  ['a difference without items', () => statistics.newcombeInterval(empty), 'no_data'],
  ['a test without items', () => mcnemar(empty), 'no_data'],
  ['a negative count', () => mcnemar({ ...table, both: -1 }), 'invalid_argument'],
  ['a mean of nothing', () => mean([]), 'no_data'],
  ['a mean of one', () => mean([1]), 'too_few_items'],
  ['a mean with a hole', () => mean([1, Number.NaN]), 'invalid_argument'],
  ['a single cluster', () => mean([1, 0], { clusters: ['a', 'a'] }), 'too_few_clusters'],
  ['values without clusters', () => mean([1, 0], { clusters: ['a'] }), 'length_mismatch'],
  ['a bootstrap of one', () => bootstrap([1]), 'too_few_items'],
  ['ten resamples', () => bootstrap([1, 0], { rounds: 10 }), 'invalid_argument'],
  ['one seed', () => statistics.seedsInterval([[1, 0]]), 'too_few_seeds'],
  ['seeds over other items', () => statistics.seedsInterval([[1, 0], [1]]), 'length_mismatch'],
  ['no seed', () => statistics.hierarchicalBootstrap([]), 'too_few_seeds'],
  [
    'no margin',
    () => statistics.nonInferiorityOfProportions(table, { margin: 0 }),
    'invalid_argument',
  ],
  [
    'an alpha of one half',
    () => statistics.equivalenceOfMeans([1, 0], { margin: 1, alpha: 0.5 }),
    'invalid_argument',
  ],
  ['a p-value above 1', () => statistics.holm([1.2]), 'invalid_argument'],
  ['a claim without tests', () => statistics.intersectionUnion([]), 'no_data'],
  ['a plan for no difference', () => statistics.requiredItems(0), 'invalid_argument'],
  [
    'more than all pairs discordant',
    () => statistics.requiredItems(0.9, { churn: 0.2 }),
    'invalid_argument',
  ],
  ['a plan with no items', () => statistics.minimumDetectableEffect(0), 'invalid_argument'],
  [
    'successes beyond trials',
    () => statistics.betaBinomial({ successes: 2, n: 1 }, { successes: 0, n: 1 }),
    'invalid_argument',
  ],
  ['raters of nothing', () => statistics.cohenKappa([], []), 'no_data'],
  ['raters of one kind', () => statistics.cohenKappa(['x'], ['x']), 'no_variation'],
  ['a percentile of nothing', () => statistics.percentileInterval([], 0.5), 'no_data'],
  ['the 95th percentile as 95', () => statistics.percentileInterval([1], 95), 'invalid_argument'],
  ['no arms', () => statistics.bestArm([{ name: 'x', weight: 1, units: ['a'] }], []), 'no_data'],
  ['no weights', () => statistics.rankReversals([{ name: 'x', weight: 0 }], []), 'no_data'],
  [
    'an arm without a score',
    () => statistics.rankReversals([{ name: 'x', weight: 1 }], [{ name: 'a', means: {} }]),
    'invalid_argument',
  ],
]

it.each(faults)('%s is an error that says what to do', (_, call, code) => {
  const error = catchError(call)
  expect(error).toBeInstanceOf(StatisticsError)
  expect(error).toMatchObject({ code })
  expect((error as StatisticsError).hint).toMatch(/^[A-Z].*\.$/)
})

function catchError(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}
