/** @file The decision: gates rule options out, points rank the rest, ties go to the simplest. */
import { type OptionId, optionIds } from './options.ts'
import { type Rule, rules } from './rules/index.ts'
import { type Case, readCase, type View, valuesOf } from './view.ts'

export type Standing = {
  readonly option: OptionId
  readonly points: number
  /** Rules that rule it out. */
  readonly ruledOutBy: readonly string[]
  /** Share of expectation among the options that are left; an expectation, never a result. */
  readonly expectation: number
}

export type Decision = {
  readonly view: View
  readonly fired: readonly Rule[]
  /** Best first; those ruled out come last. */
  readonly standings: readonly Standing[]
  readonly recommendation: OptionId
}

/** What one point of grade C weighs: no more complex option is worth less than that. */
const WORTH_THE_COMPLEXITY = 1
/** Points are spread softly: three of them multiply the odds by e. */
const TEMPERATURE = 3

/** Applies all rules. The same case gives the same decision. */
export function decide(input: Case): Decision {
  const view = readCase(input)
  const known = valuesOf(view)
  const fired = rules.filter(({ when }) => when(known))
  const standings = rank(fired)
  return { view, fired, standings, recommendation: simplestOfBest(standings) }
}

function rank(fired: readonly Rule[]): Standing[] {
  const tallies = optionIds.map((option) => ({
    option,
    points: fired.reduce((sum, { points }) => sum + (points?.[option] ?? 0), 0),
    ruledOutBy: fired.filter(({ rulesOut }) => rulesOut?.includes(option)).map(({ id }) => id),
  }))
  const weightOf = ({ points, ruledOutBy }: Omit<Standing, 'expectation'>): number =>
    ruledOutBy.length > 0 ? 0 : Math.exp(points / TEMPERATURE)
  const total = tallies.reduce((sum, tally) => sum + weightOf(tally), 0)
  return tallies
    .map((tally) => ({ ...tally, expectation: weightOf(tally) / total }))
    .sort((a, b) => Number(isOut(a)) - Number(isOut(b)) || b.points - a.points)
}

function simplestOfBest(standings: readonly Standing[]): OptionId {
  const left = standings.filter((standing) => !isOut(standing))
  const [best] = left
  // Nothing rules retrieval out.
  if (!best) throw new Error('internal: all options are ruled out')
  const close = left.filter(({ points }) => points >= best.points - WORTH_THE_COMPLEXITY)
  return optionIds.find((id) => close.some(({ option }) => option === id))!
}

export function isOut({ ruledOutBy }: Standing): boolean {
  return ruledOutBy.length > 0
}
