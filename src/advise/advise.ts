/**
 * @file Advice: answers and signals in; a recommendation with its reasons out, or the questions that are open.
 * Points are an expectation from studies; what is measured on one's own questions has the last word.
 */
import { type GivenAnswers, type QuestionId, UNKNOWN } from './answers.ts'
import { type AnswerFault, checkAnswers } from './check-answers.ts'
import { type Contradiction, findContradictions } from './contradictions.ts'
import { type Cost, estimateCost } from './cost.ts'
import { type Decision, decide, isOut, type Standing } from './decide.ts'
import { type Flips, findFlips } from './flips.ts'
import { type NextStep, nextSteps } from './next-steps.ts'
import { findMissing, openQuestions, withUnknowns } from './open-questions.ts'
import type { OptionId } from './options.ts'
import { defaultPrices, type Prices } from './prices.ts'
import { questionOf } from './questions.ts'
import type { Grade, Points, Rule } from './rules/index.ts'
import type { Signals } from './signals.ts'
import { type Source, sources } from './sources.ts'
import { type FactId, factIds, type Reading, readCase, type View, valuesOf } from './view.ts'

export type AdviseOptions = {
  /** What was measured. Default: nothing. */
  readonly signals?: Signals
  readonly prices?: Prices
  /** Take what is not answered as unknown, instead of asking back. */
  readonly allowMissing?: boolean
}

/** What has to be answered before there is advice. */
export type OpenQuestions = {
  readonly status: 'questions'
  /** Ids or values that do not exist. */
  readonly faults: readonly AnswerFault[]
  readonly contradictions: readonly Contradiction[]
  /** Questions whose answers could turn the recommendation. */
  readonly missing: readonly QuestionId[]
}

export type FiredRule = Pick<Rule, 'id' | 'statement'> & {
  /** The facts that made it fire. */
  readonly grounds: readonly Omit<Reading<unknown>, 'value'>[]
  readonly rulesOut: readonly OptionId[]
  readonly points: Points
  /** What has to be done along with some of the options. */
  readonly condition?: NonNullable<Rule['condition']>
  readonly grade: Grade
  readonly sources: readonly Source[]
}

/** A fact that was measured to be other than was said; the measurement counts. */
export type Override = {
  readonly fact: FactId
  readonly stated: string
  readonly measured: string
}

export type Advice = {
  readonly status: 'advice'
  readonly recommendation: OptionId
  /** Rules that speak most for it, and those that rule out what would otherwise be ahead. */
  readonly reasons: readonly string[]
  /** What has to be done along with it. */
  readonly conditions: readonly string[]
  readonly standings: readonly Standing[]
  readonly rules: readonly FiredRule[]
  readonly overrides: readonly Override[]
  readonly flips: Flips
  readonly cost: Cost
  readonly nextSteps: readonly NextStep[]
  readonly answers: GivenAnswers
  /** Questions that were answered with "unknown". */
  readonly unknown: readonly QuestionId[]
  readonly signals: Signals
}

/**
 * Advises how to build an assistant, or says what has to be answered first. The same answers and signals give
 * the same advice.
 */
export function advise(
  given: Readonly<Record<string, unknown>>,
  { signals = {}, prices = defaultPrices, allowMissing = false }: AdviseOptions = {},
): Advice | OpenQuestions {
  const { answers: checked, faults } = checkAnswers(given)
  const contradictions = findContradictions(checked)
  const isClean = faults.length === 0 && contradictions.length === 0
  const answers = allowMissing && isClean ? withUnknowns(checked, signals) : checked
  const missing = isClean ? findMissing(answers, signals) : requiredMissing(answers, signals)
  if (!isClean || missing.length > 0)
    return { status: 'questions', faults, contradictions, missing }
  return toAdvice(answers, { signals, prices })
}

/** With faulty answers nothing more is worth asking for than what every advice needs. */
function requiredMissing(answers: GivenAnswers, signals: Signals): QuestionId[] {
  return openQuestions(answers, signals).filter((id) => questionOf(id).isRequired)
}

type Basis = { readonly signals: Signals; readonly prices: Prices }

function toAdvice(answers: GivenAnswers, { signals, prices }: Basis): Advice {
  const decision = decide({ answers, signals })
  const { view, fired, standings, recommendation } = decision
  const known = valuesOf(view)
  const candidates = standings.filter((one) => !isOut(one)).map(({ option }) => option)
  return {
    status: 'advice',
    recommendation,
    reasons: reasonsOf(decision),
    conditions: conditionsOf(decision),
    standings,
    rules: fired.map((rule) => describeRule(rule, view)),
    overrides: findOverrides(answers, view),
    flips: findFlips(answers, signals),
    cost: estimateCost({ answers, known, candidates, prices }),
    nextSteps: nextSteps(recommendation, { known, signals }),
    answers,
    unknown: Object.entries(answers)
      .filter(([, value]) => value === UNKNOWN)
      .map(([id]) => id as QuestionId),
    signals,
  }
}

const MAX_REASONS = 3

/** By how much a rule sets the recommendation apart from the mean of the other options that are left. */
function reasonsOf({ fired, standings, recommendation }: Decision): string[] {
  const rivals = standings.filter((one) => !isOut(one) && one.option !== recommendation)
  const lead = ({ points = {} }: Rule): number => {
    const others = rivals.reduce((sum, { option }) => sum + (points[option] ?? 0), 0)
    return (points[recommendation] ?? 0) - others / Math.max(1, rivals.length)
  }
  const own = standings.find(({ option }) => option === recommendation)!
  const ahead = standings.filter((one) => isOut(one) && one.points >= own.points)
  const gates = new Set(ahead.flatMap(({ ruledOutBy }) => ruledOutBy))
  const leading = fired
    .filter((rule) => lead(rule) > 0)
    .sort((a, b) => lead(b) - lead(a))
    .slice(0, MAX_REASONS)
  return [...leading.map(({ id }) => id), ...gates]
}

function conditionsOf({ fired, recommendation }: Decision): string[] {
  return fired.flatMap(({ condition }) =>
    condition?.for.includes(recommendation) ? [condition.text] : [],
  )
}

function describeRule(rule: Rule, view: View): FiredRule {
  const { id, statement, reads, grade, rulesOut = [], points = {}, condition } = rule
  const readings = reads.map((fact) => view[fact]).filter((reading) => reading !== undefined)
  return {
    id,
    statement,
    grounds: readings.map(({ text, origin }) => ({ text, origin })),
    rulesOut,
    points,
    ...(condition && { condition }),
    grade,
    sources: rule.sources.map((source) => sources[source]),
  }
}

/** Numbers that people guess are wrong from here on. */
const FAR_OFF = 2

function findOverrides(answers: GivenAnswers, view: View): Override[] {
  const stated = readCase({ answers, signals: {} })
  return factIds.flatMap((fact) => {
    const [was, is] = [stated[fact], view[fact]]
    if (is?.origin !== 'measured' || was?.origin !== 'stated' || !differ(was.value, is.value))
      return []
    return [{ fact, stated: was.text, measured: is.text }]
  })
}

function differ(stated: unknown, measured: unknown): boolean {
  if (typeof stated !== 'number' || typeof measured !== 'number') return stated !== measured
  return stated > FAR_OFF * measured || measured > FAR_OFF * stated
}
