/** @file Which arm is best when several criteria count, and which arms cannot be told from it? */
import { mulberry32 } from '../util/random.ts'
import { percentileRangeOf } from './bootstrap.ts'
import { checkAtLeast, checkPositive, checkSameLength, checkValues } from './check.ts'
import { StatisticsError } from './errors.ts'
import { DEFAULT_LEVEL, LEAST_ROUNDS, type ResamplingOptions } from './interval.ts'
import { sum } from './summary.ts'
import { drawDirichlet, drawExponential, drawIndex, type UniformSource } from './variates.ts'

export type Criterion = {
  name: string
  /** How much it counts beside the others; any scale, zero or more. */
  weight: number
  /**
   * What each of its items is drawn with: the cluster of the item, or the item itself. Criteria that share
   * a unit are redrawn together.
   */
  units: readonly string[]
}

/** One run over the items: for each criterion its utilities, 0 for the floor and 1 for the target. */
export type ArmRun = Readonly<Record<string, readonly number[]>>

export type Arm = {
  name: string
  /** One run for each seed; a single one where nothing was trained. */
  runs: readonly ArmRun[]
}

export type BestArmOptions = ResamplingOptions & {
  /** How firmly the weights are held: Dirichlet(concentration · weights); 40 unless told. */
  concentration?: number
}

export type ArmStanding = {
  name: string
  utility: number
  low: number
  high: number
  /** Share of draws in which it has the highest utility; ties are split. */
  pBest: number
  /** The range of its utility minus that of the best arm holds 0: the data do not tell them apart. */
  tied: boolean
}

export type BestArm = {
  /** The arm of the highest utility. */
  best: string
  /** The best arm and those that cannot be told from it, in the order given. */
  tied: string[]
  /** In the order given. */
  arms: ArmStanding[]
}

const DEFAULT_DRAWS = 2_000

/**
 * Draws items, seeds and weights together, and counts how often each arm has the highest utility
 * `Σ weight · mean`. Items are drawn by the Bayesian bootstrap (Rubin 1981): each unit gets an exponential
 * weight that it keeps in all arms and criteria, so pairing and correlations stay; unlike drawing
 * with replacement it never leaves a small criterion without items. Seeds: one run of each arm is picked
 * in a draw. Weights: Dirichlet(concentration · weights), for "roughly these weights".
 *
 * Assumes independent units, and seeds that stand for those one would deploy. 2,000 draws unless told
 * (P(best) is good to two points). A criterion with one unit counts as known exactly. The best arm was
 * chosen by the same data, so `tied` leans towards separating: hold a winner to a margin, too.
 *
 * @throws StatisticsError no_data, invalid_argument, length_mismatch
 */
export function bestArm(
  criteria: readonly Criterion[],
  arms: readonly Arm[],
  {
    level = DEFAULT_LEVEL,
    rounds = DEFAULT_DRAWS,
    seed = 1,
    concentration = 40,
  }: BestArmOptions = {},
): BestArm {
  checkCriteria(criteria)
  checkArms(criteria, arms)
  checkAtLeast('rounds', rounds, LEAST_ROUNDS)
  checkPositive('concentration', concentration)
  const random = mulberry32(seed)
  const draw = drawer(criteria, arms, concentration, random)
  const draws = Array.from({ length: rounds }, draw)
  const utilities = arms.map((arm) => pointUtility(criteria, arm))
  const best = utilities.indexOf(Math.max(...utilities))
  const wins = winShares(draws, arms.length)
  const standings = arms.map(({ name }, a): ArmStanding => {
    const against = percentileRangeOf(draws, (u) => u[a]! - u[best]!, level)
    return {
      name,
      utility: utilities[a]!,
      ...percentileRangeOf(draws, (u) => u[a]!, level),
      pBest: wins[a]!,
      tied: against.low <= 0 && against.high >= 0,
    }
  })
  const tied = standings.filter((standing) => standing.tied).map(({ name }) => name)
  return { best: arms[best]!.name, tied, arms: standings }
}

/** Weights that add up to one. @throws StatisticsError invalid_argument, no_data */
export function normalisedWeights(
  criteria: readonly Pick<Criterion, 'name' | 'weight'>[],
): number[] {
  for (const { name, weight } of criteria) {
    if (Number.isFinite(weight) && weight >= 0) continue
    throw new StatisticsError('invalid_argument', `the weight of "${name}" is ${weight}`, {
      hint: 'Give each criterion a weight of zero or more.',
    })
  }
  const total = sum(criteria.map(({ weight }) => weight))
  if (total > 0) return criteria.map(({ weight }) => weight / total)
  throw new StatisticsError('no_data', 'no criterion has a weight above zero', {
    hint: 'Give at least one criterion a weight above zero.',
  })
}

/** One draw: the utility of each arm under new item weights, seeds and criterion weights. */
function drawer(
  criteria: readonly Criterion[],
  arms: readonly Arm[],
  concentration: number,
  random: UniformSource,
): () => number[] {
  const weights = normalisedWeights(criteria).map((weight) => concentration * weight)
  const units = [...new Set(criteria.flatMap((criterion) => criterion.units))]
  const places = new Map(units.map((unit, index) => [unit, index]))
  const placesOf = criteria.map((criterion) => criterion.units.map((unit) => places.get(unit)!))
  return () => {
    const share = drawDirichlet(random, weights)
    const unitWeights = units.map(() => drawExponential(random))
    return arms.map(({ runs }) => {
      const run = runs[drawIndex(random, runs.length)]!
      const means = criteria.map(({ name }, c) =>
        weightedMean(run[name]!, placesOf[c]!, unitWeights),
      )
      return sum(means.map((value, c) => share[c]! * value))
    })
  }
}

function weightedMean(
  values: readonly number[],
  places: readonly number[],
  weights: readonly number[],
): number {
  let [total, weight] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const w = weights[places[i]!]!
    total += w * values[i]!
    weight += w
  }
  return total / weight
}

function pointUtility(criteria: readonly Criterion[], { runs }: Arm): number {
  const weights = normalisedWeights(criteria)
  const perRun = runs.map((run) =>
    sum(criteria.map(({ name }, c) => (weights[c]! * sum(run[name]!)) / run[name]!.length)),
  )
  return sum(perRun) / runs.length
}

function winShares(draws: readonly number[][], arms: number): number[] {
  const wins = Array.from({ length: arms }, () => 0)
  for (const utilities of draws) {
    const highest = Math.max(...utilities)
    const winners = [...utilities.keys()].filter((a) => utilities[a] === highest)
    for (const winner of winners) wins[winner]! += 1 / winners.length
  }
  return wins.map((count) => count / draws.length)
}

function checkCriteria(criteria: readonly Criterion[]): void {
  normalisedWeights(criteria)
  for (const { name, units } of criteria) {
    if (units.length > 0) continue
    throw new StatisticsError('no_data', `the criterion "${name}" has no items`, {
      hint: 'Leave it out of the comparison; it was scored nowhere.',
    })
  }
  const names = criteria.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new StatisticsError('invalid_argument', `two criteria are named "${twice}"`, {
    hint: 'Give each criterion a name of its own.',
  })
}

function checkArms(criteria: readonly Criterion[], arms: readonly Arm[]): void {
  if (arms.length === 0) {
    throw new StatisticsError('no_data', 'there are no arms to choose from', {
      hint: 'Give at least one arm; two make a comparison.',
    })
  }
  for (const { name: arm, runs } of arms) {
    if (runs.length === 0) {
      throw new StatisticsError('no_data', `the arm "${arm}" has no run`, {
        hint: 'Leave out an arm that failed, and say so beside the result.',
      })
    }
    runs.forEach((run, index) => {
      for (const { name, units } of criteria) {
        const label = `${arm}.runs[${index}].${name}`
        checkValues(label, run[name] ?? [])
        checkSameLength([label, `units of "${name}"`], [run[name]!.length, units.length])
      }
    })
  }
}
