/** @file How the winner changes with the weight of each criterion. */
import { normalisedWeights } from './best-arm.ts'
import { checkValues } from './check.ts'
import { StatisticsError } from './errors.ts'
import { sum } from './summary.ts'

export type WeightedCriterion = { name: string; weight: number }

export type ScoredArm = {
  name: string
  /** The mean utility for each criterion. */
  means: Readonly<Record<string, number>>
}

export type WinnerRange = { from: number; to: number; winner: string }

export type ReversalStrip = {
  criterion: string
  /** Its weight now, as a share of all. */
  weight: number
  /** Who wins from weight 0 to weight 1 while the other criteria keep their proportions. */
  ranges: WinnerRange[]
  /** The weight nearest to the present one at which another arm takes over; `null` if none does. */
  reversal: { weight: number; winner: string } | null
}

type Line = { name: string; atZero: number; atOne: number }

/**
 * The strip of each criterion: with its weight w and the rest in proportion, the utility of an arm is the
 * straight line `(1 - w)·rest + w·mean`; the strip is the upper envelope of the lines, exactly. Arms that
 * are equal on a whole stretch are represented by the one named first.
 *
 * Assumes nothing about chance: it says how the verdict hangs on the weights, `bestArm` how it hangs on
 * the data. Where no other criterion has weight, there is nothing to trade against, and the strip has one
 * range.
 *
 * @throws StatisticsError no_data, invalid_argument
 */
export function rankReversals(
  criteria: readonly WeightedCriterion[],
  arms: readonly ScoredArm[],
): ReversalStrip[] {
  const weights = normalisedWeights(criteria)
  checkMeans(criteria, arms)
  return criteria.map(({ name }, index) => {
    const lines = arms.map((arm) => lineOf(arm, criteria, weights, index))
    const weight = weights[index]!
    const ranges = upperEnvelope(lines)
    return { criterion: name, weight, ranges, reversal: nearestReversal(ranges, weight) }
  })
}

function lineOf(
  { name, means }: ScoredArm,
  criteria: readonly WeightedCriterion[],
  weights: readonly number[],
  index: number,
): Line {
  const own = means[criteria[index]!.name]!
  const others = weights.map((weight, i) => (i === index ? 0 : weight))
  const total = sum(others)
  const rest = sum(others.map((weight, i) => weight * means[criteria[i]!.name]!))
  return { name, atZero: total > 0 ? rest / total : own, atOne: own }
}

/** Walks from weight 0 to 1: from each winner to the line that crosses it first. */
function upperEnvelope(lines: readonly Line[]): WinnerRange[] {
  let winner = leader(lines, ({ atZero }) => atZero)
  const ranges: WinnerRange[] = []
  let from = 0
  for (;;) {
    const steeper = lines.filter((line) => slope(line) > slope(winner))
    const crossings = steeper.map((line) => ({ line, at: crossing(winner, line) }))
    const at = Math.min(...crossings.map((next) => next.at))
    if (!(at < 1)) return [...ranges, { from, to: 1, winner: winner.name }]
    if (at > from) ranges.push({ from, to: at, winner: winner.name })
    winner = leader(
      crossings.filter((next) => next.at === at).map(({ line }) => line),
      slope,
    )
    from = Math.max(from, at)
  }
}

/** The highest by `key`, the first named where several are. */
function leader(lines: readonly Line[], key: (line: Line) => number): Line {
  return lines.reduce((best, line) => (key(line) > key(best) ? line : best))
}

function slope({ atZero, atOne }: Line): number {
  return atOne - atZero
}

/** The weight at which a steeper line meets the winner's. */
function crossing(winner: Line, steeper: Line): number {
  return (winner.atZero - steeper.atZero) / (slope(steeper) - slope(winner))
}

function nearestReversal(
  ranges: readonly WinnerRange[],
  weight: number,
): { weight: number; winner: string } | null {
  const now = ranges.findIndex(({ to }) => weight <= to)
  const [below, above] = [ranges[now - 1], ranges[now + 1]]
  const options = [
    ...(below ? [{ weight: below.to, winner: below.winner }] : []),
    ...(above ? [{ weight: above.from, winner: above.winner }] : []),
  ]
  const distance = (option: { weight: number }): number => Math.abs(option.weight - weight)
  return options.toSorted((a, b) => distance(a) - distance(b))[0] ?? null
}

function checkMeans(criteria: readonly WeightedCriterion[], arms: readonly ScoredArm[]): void {
  if (arms.length === 0) {
    throw new StatisticsError('no_data', 'there are no arms to rank', {
      hint: 'Give at least one arm; two make a comparison.',
    })
  }
  for (const { name: arm, means } of arms) {
    for (const { name } of criteria)
      checkValues(`${arm}.means.${name}`, [means[name] ?? Number.NaN])
  }
}
