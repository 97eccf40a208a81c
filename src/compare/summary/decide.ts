/**
 * @file The verdict: what breaks a constraint is out, the rest is weighed, and the simplest arm is taken
 * unless a more complex one is likely enough to be better.
 */
import { bestArm, rankReversals } from '../../statistics/index.ts'
import { type ArmName, armNames, armOf } from '../arms/arm.ts'
import type {
  ArmResult,
  Comparison,
  ConstraintOutcome,
  Plan,
  Reversal,
  RunSettings,
  Standing,
  Verdict,
} from '../result.ts'
import { checkConstraints } from './check-constraints.ts'
import { testClaims } from './claims.ts'
import { type Utilities, utilitiesOf } from './criteria.ts'
import type { ItemTable } from './item-table.ts'
import { wouldChange } from './would-change.ts'

export type DecideInput = {
  readonly table: ItemTable
  readonly arms: readonly ArmResult[]
  readonly comparisons: readonly Comparison[]
  readonly settings: RunSettings
  readonly plan: Plan
  readonly seed: number
}

/** An arm that lost more of its items than this is not compared as a whole. */
const MOST_LOST = 0.1
/** Fewer are no basis for a verdict on anything. */
const LEAST_QUESTIONS = 5

export function decide(input: DecideInput): Verdict {
  const { table, arms, settings, comparisons } = input
  const competing = arms.filter(takesPart)
  const constraints = checkConstraints(competing, settings.constraints)
  const fit = competing.map(({ arm }) => arm).filter((arm) => !isViolated(arm, constraints))
  const names = armNames.filter((name) => fit.includes(name))
  const inRace = competing.map(({ arm }) => arm)
  const claims = testClaims({ table, arms: inRace, comparisons, margin: settings.margins.facts })
  const utilities = utilitiesOf(table, names, settings.weights)
  const common = { constraints, claims }
  if (competing.length > 0 && names.length === 0)
    return { ...nothing('none_qualifies', NONE_QUALIFIES), ...common }
  const tooFew = table.questions.length < LEAST_QUESTIONS
  if (tooFew || names.length === 0 || utilities.criteria.length === 0)
    return { ...nothing('no_verdict', tooLittle(input)), ...common }
  const standings = standingsOf(names, utilities, input.seed)
  const recommended = simplestEnough(names, utilities, standings, input)
  const runnerUp = standings.find(({ arm }) => arm !== recommended)?.arm ?? null
  const reversals = reversalsOf(standings, utilities)
  const isTied = standings.filter(({ tied }) => tied).length > 1
  const outcome = isTied ? 'tied' : 'clear'
  const verdict = { outcome, recommended, runnerUp, standings, reversals, ...common } as const
  return {
    ...verdict,
    sentence: sentenceOf(verdict),
    reasons: reasonsOf(verdict, input),
    wouldChange: wouldChange({ ...input, recommended, reversals, isTied }),
  }
}

const NONE_QUALIFIES =
  'No arm keeps all constraints: each breaks one beyond doubt. Relax a constraint, or improve an arm.'

function tooLittle({ table }: DecideInput): string {
  const count = table.questions.length
  return count < LEAST_QUESTIONS
    ? `No verdict: ${count} questions are too few to say anything; give ${LEAST_QUESTIONS} or more, better forty.`
    : 'No verdict: no arm answered enough of the questions, or no two the same ones.'
}

function nothing(
  outcome: 'none_qualifies' | 'no_verdict',
  sentence: string,
): Omit<Verdict, 'constraints' | 'claims'> {
  const none = { recommended: null, runnerUp: null, standings: [], reversals: [] }
  return { outcome, sentence, reasons: [], wouldChange: [], ...none }
}

/** Whether an arm was asked nearly everything and answered it. */
function takesPart({ competes, status, items }: ArmResult): boolean {
  if (!competes || status === 'failed' || status === 'skipped' || items.answered === 0) return false
  return (items.failed + items.missing) / items.planned <= MOST_LOST
}

function isViolated(arm: ArmName, constraints: readonly ConstraintOutcome[]): boolean {
  return constraints.some((one) => one.arm === arm && one.outcome === 'violated')
}

/** Best first. */
function standingsOf(
  names: readonly ArmName[],
  { criteria, runs }: Utilities,
  seed: number,
): Standing[] {
  const arms = names.map((name) => ({ name, runs: [runs.get(name)!] }))
  const { arms: standings } = bestArm(criteria, arms, { seed })
  return standings
    .map(({ name, utility, low, high, pBest, tied }) => ({
      arm: name as ArmName,
      utility: { estimate: utility, low, high },
      pBest,
      tied,
      values: meansOf(runs.get(name as ArmName)!),
    }))
    .toSorted((a, b) => b.utility.estimate - a.utility.estimate)
}

function meansOf(run: Readonly<Record<string, readonly number[]>>): Standing['values'] {
  return Object.fromEntries(
    Object.entries(run).map(([name, values]) => [
      name,
      values.reduce((sum, value) => sum + value, 0) / values.length,
    ]),
  )
}

/** From the simplest on: a more complex arm takes over if it is likely to be better, and by enough. */
function simplestEnough(
  names: readonly ArmName[],
  { criteria, runs }: Utilities,
  standings: readonly Standing[],
  { settings: { margins }, seed }: DecideInput,
): ArmName {
  const utilityOf = (arm: ArmName): number =>
    standings.find((standing) => standing.arm === arm)!.utility.estimate
  return names.reduce((simpler, complex) => {
    if (simpler === complex || utilityOf(complex) - utilityOf(simpler) <= margins.utility)
      return simpler
    const pair = [simpler, complex].map((name) => ({ name, runs: [runs.get(name)!] }))
    const { arms } = bestArm(criteria, pair, { seed })
    return arms[1]!.pBest >= margins.confidence ? complex : simpler
  }, names[0]!)
}

function reversalsOf(standings: readonly Standing[], { criteria }: Utilities): Reversal[] {
  if (criteria.length < 2) return []
  const arms = standings.map(({ arm, values }) => ({
    name: arm,
    means: values as Record<string, number>,
  }))
  return rankReversals(criteria, arms) as unknown as Reversal[]
}

type Outcome = Pick<
  Verdict,
  'outcome' | 'recommended' | 'runnerUp' | 'standings' | 'constraints' | 'claims'
>

function sentenceOf({ recommended, standings }: Outcome): string {
  const title = armOf(recommended!).title
  const best = standings[0]!
  const own = standings.find(({ arm }) => arm === recommended)!
  const chance = `P(best) ${Math.round(100 * own.pBest)} %`
  if (standings.length === 1)
    return `Only ${title} could be weighed: there is nothing to compare it with.`
  const rivals = standings.filter(({ arm, tied }) => tied && arm !== recommended)
  if (!own.tied)
    return `${title} is recommended: ${armOf(best.arm).title} scores higher, but by ${gainOf(own, best)} points of utility, too little for what it adds.`
  if (rivals.length === 0) return `${title} is recommended (${chance}).`
  const names = rivals.map(({ arm }) => armOf(arm).title).join(', ')
  return best.arm === recommended
    ? `${title} is recommended (${chance}), but these questions do not tell it from ${names}.`
    : `${title} is recommended as the simplest: these questions do not tell it from ${names} (${chance}).`
}

function gainOf(own: Standing, best: Standing): string {
  return (100 * (best.utility.estimate - own.utility.estimate)).toFixed(1)
}

function reasonsOf({ constraints, claims }: Outcome, { arms, plan }: DecideInput): string[] {
  const broken = constraints
    .filter(({ outcome }) => outcome === 'violated')
    .map(({ arm, constraint }) => `${armOf(arm).title} is out: it breaks ${describe(constraint)}.`)
  const measured = claims.filter(({ outcome }) => outcome !== 'not_measured')
  const left = arms
    .filter((arm) => arm.competes && !takesPart(arm))
    .map(({ title, reason }) => `${title} takes no part: ${reason ?? 'too many items failed'}.`)
  return [...measured.map(({ sentence }) => sentence), ...broken, ...left, plan.sentence]
}

function describe({ metric, least, most, phase }: ConstraintOutcome['constraint']): string {
  const bounds = [
    ...(least === undefined ? [] : [`at least ${least}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
  ]
  return `${metric} ${bounds.join(' and ')}${phase === 'updated' ? ' after the update' : ''}`
}
