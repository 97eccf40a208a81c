/** @file Every pair of arms on every metric that both have. */
import { benjaminiHochberg, holm } from '../../statistics/index.ts'
import { type ArmName, armNames, armOf } from '../arms/arm.ts'
import { metricNames, metrics } from '../metrics/metrics.ts'
import { isDefinedFor } from '../metrics/score-item.ts'
import type { Comparison, Phase } from '../result.ts'
import { type ItemTable, paired } from './item-table.ts'
import { differenceOf } from './ranges.ts'

type Untested = Omit<Comparison, 'adjusted' | 'outcome'>

/** Error rate of the primary family, and the share of false finds among exploratory ones. */
const ALPHA = 0.05
const FALSE_FINDS = 0.1

/** The more complex arm is the first; what both have not is left out. */
export function compareArms(
  table: ItemTable,
  arms: readonly ArmName[],
  phases: readonly Phase[],
): Comparison[] {
  const all = phases.flatMap((phase) =>
    metricNames.flatMap((metric) =>
      pairsOf(arms).flatMap(([first, second]) => {
        if (!isDefinedFor(metric, armOf(first)) || !isDefinedFor(metric, armOf(second))) return []
        return compareOn(table, { metric, phase, first, second })
      }),
    ),
  )
  const primary = all.filter(({ family }) => family === 'primary')
  const others = all.filter(({ family }) => family === 'exploratory')
  const tests = [
    ...holm(pOf(primary), { alpha: ALPHA }),
    ...benjaminiHochberg(pOf(others), { q: FALSE_FINDS }),
  ]
  const corrected = new Map([...primary, ...others].map((one, i) => [one, tests[i]!]))
  return all.map((comparison) => {
    const { adjusted, rejected } = corrected.get(comparison)!
    return { ...comparison, adjusted, outcome: outcomeOf(comparison, rejected) }
  })
}

function pOf(comparisons: readonly Untested[]): number[] {
  // Rounding may leave a p-value a hair above 1.
  return comparisons.map(({ p }) => Math.min(1, p))
}

function compareOn(
  table: ItemTable,
  { metric, phase, first, second }: Pick<Comparison, 'metric' | 'phase' | 'first' | 'second'>,
): Untested[] {
  const pairs = paired(table.values(metric, first, phase), table.values(metric, second, phase))
  const { kind, role } = metrics[metric]
  const clusters = pairs.ids.map(table.clusterOf)
  const difference = differenceOf(pairs.first, pairs.second, clusters, kind)
  if (!difference) return []
  const family = role === 'primary' && phase === 'initial' ? 'primary' : 'exploratory'
  const { ids, attrition } = pairs
  return [{ metric, phase, first, second, items: ids.length, attrition, ...difference, family }]
}

function outcomeOf({ metric, difference }: Untested, rejected: boolean): Comparison['outcome'] {
  if (!rejected || difference.estimate === 0) return 'tied'
  const isMore = difference.estimate > 0
  return isMore === (metrics[metric].direction === 'higher') ? 'better' : 'worse'
}

/** All pairs, the more complex arm first. */
function pairsOf(arms: readonly ArmName[]): [ArmName, ArmName][] {
  const ordered = armNames.filter((name) => arms.includes(name))
  return ordered.flatMap((second, i) =>
    ordered.slice(i + 1).map((first): [ArmName, ArmName] => [first, second]),
  )
}
