/** @file Do two raters, a judge model and a person for example, agree more than by chance? */
import { checkSameLength } from './check.ts'
import { criticalZ } from './distributions/normal.ts'
import { StatisticsError } from './errors.ts'
import { DEFAULT_LEVEL, type Interval, type IntervalOptions } from './interval.ts'
import { wilsonRange } from './proportions.ts'

export type Agreement = Interval & {
  standardError: number
  /** Share of items with the same label. */
  observed: number
  /** The share that two raters with these habits would reach by chance. */
  expected: number
}

/**
 * Cohen's kappa (Cohen 1960): `κ = (observed - expected) / (1 - expected)`, with the large-sample
 * standard error of Fleiss, Cohen and Everitt (1969).
 *
 * The interval is Wilson's for the observed agreement, put on the scale of κ, at the number of items
 * that gives it that standard error: `κ ± 1.96·se` covers too little near 1 and has no width at 1
 * (`bench/results/statistics.md`).
 *
 * Assumes independent items and labels without an order; for the interval about a hundred items, thirty
 * of the rarer label. Where both raters gave one and the same label throughout, κ is 0/0 and an error says so.
 *
 * @throws StatisticsError no_data, no_variation, length_mismatch, invalid_argument
 */
export function cohenKappa(
  first: readonly string[],
  second: readonly string[],
  { level = DEFAULT_LEVEL }: IntervalOptions = {},
): Agreement {
  checkSameLength(['first', 'second'], [first.length, second.length])
  if (first.length === 0) {
    throw new StatisticsError('no_data', 'no item was rated twice', {
      hint: 'Have both raters label the same items, a hundred or more.',
    })
  }
  const z = criticalZ(level)
  const shares = jointShares(first, second)
  const observed = shares.cells.reduce((total, { p, agree }) => total + (agree ? p : 0), 0)
  const expected = [...shares.first].reduce(
    (sum, [k, p]) => sum + p * (shares.second.get(k) ?? 0),
    0,
  )
  if (shares.first.size === 1 && shares.second.size === 1 && observed === 1) {
    throw new StatisticsError('no_variation', `both raters gave only the label "${first[0]}"`, {
      hint: 'Rate items of at least two kinds; with one kind, agreement cannot differ from chance.',
    })
  }
  const onKappaScale = (agreement: number): number => (agreement - expected) / (1 - expected)
  const n = first.length
  const standardError = Math.sqrt(kappaVariance(shares, observed, expected) / n)
  const ofAgreement = Math.sqrt((observed * (1 - observed)) / n) / (1 - expected)
  // Without disagreement both errors are 0, and the items count as they are.
  const ratio = standardError > 0 && ofAgreement > 0 ? ofAgreement / standardError : 1
  const { low, high } = wilsonRange(observed, n * ratio ** 2, z)
  return {
    estimate: onKappaScale(observed),
    low: Math.max(-1, onKappaScale(low)),
    high: onKappaScale(high),
    level,
    standardError,
    observed,
    expected,
  }
}

type Cell = { one: string; two: string; p: number; agree: boolean }
type Shares = { cells: Cell[]; first: Map<string, number>; second: Map<string, number> }

function jointShares(first: readonly string[], second: readonly string[]): Shares {
  const n = first.length
  const pairs = Map.groupBy(first.keys(), (i) => JSON.stringify([first[i], second[i]]))
  const cells = [...pairs.values()].map((indices) => {
    const [one, two] = [first[indices[0]!]!, second[indices[0]!]!]
    return { one, two, p: indices.length / n, agree: one === two }
  })
  return { cells, first: labelShares(first), second: labelShares(second) }
}

function labelShares(labels: readonly string[]): Map<string, number> {
  const groups = Map.groupBy(labels, (label) => label)
  return new Map([...groups].map(([label, same]) => [label, same.length / labels.length]))
}

/** n times the variance of kappa; `weight` is what the two raters' use of a label adds up to. */
function kappaVariance(
  { cells, first, second }: Shares,
  observed: number,
  expected: number,
): number {
  const kappa = (observed - expected) / (1 - expected)
  const weight = (secondLabel: string, firstLabel: string): number =>
    (second.get(secondLabel) ?? 0) + (first.get(firstLabel) ?? 0)
  const terms = cells.map(({ one, two, p, agree }) =>
    agree
      ? p * (1 - weight(one, one) * (1 - kappa)) ** 2
      : p * (1 - kappa) ** 2 * weight(one, two) ** 2,
  )
  const total = terms.reduce((sum, term) => sum + term, 0)
  const excess = total - (kappa - expected * (1 - kappa)) ** 2
  // Rounding can leave a hair below 0 at full agreement.
  return Math.max(0, excess) / (1 - expected) ** 2
}
