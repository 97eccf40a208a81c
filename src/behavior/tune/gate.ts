/**
 * @file The gate: an adapter passes when the data show that it is better at its task and not worse, beyond
 * a margin, at everything else. What the data cannot show, it has not shown.
 */
import { countPairs, newcombeInterval, wilsonInterval } from '../../statistics/index.ts'
import type { GateVerdict } from '../registry/adapter-version.ts'
import type { Outcome } from './outcome.ts'
import type { TaskKind } from './tasks/task-kind.ts'

export type Share = { readonly share: number; readonly low: number; readonly high: number }

export type GateCheck = {
  readonly name: string
  readonly result: 'passed' | 'failed' | 'undecided' | 'not_applicable'
  readonly items: number
  readonly before?: Share
  readonly after?: Share
  /** After minus before, paired, with its 95 % interval. */
  readonly difference?: Share
  /** What it means, in a sentence. */
  readonly reason: string
}

export type Gate = { readonly verdict: GateVerdict; readonly checks: readonly GateCheck[] }

export type GateInput = {
  readonly task: TaskKind
  /** The base as it is, which an adapter has to change. */
  readonly plain: readonly Outcome[]
  /** The base as it is served today: with instructions where the house has some. */
  readonly before: readonly Outcome[]
  readonly after: readonly Outcome[]
  readonly generalBefore: readonly boolean[]
  readonly generalAfter: readonly boolean[]
  /** How much worse facts, abstention and general ability may be. */
  readonly margin: number
  /** Further checks that were made elsewhere. */
  readonly more?: readonly GateCheck[]
}

type Rule = {
  name: string
  key: 'exact' | 'tool' | 'valid' | 'fact' | 'abstention'
  kind: 'better' | 'notWorse'
}

/** What an adapter is for, and what that must not have cost within the task. */
const taskRules: Record<TaskKind, readonly Rule[]> = {
  reply: [{ name: 'the house format', key: 'valid', kind: 'better' }],
  label: [{ name: 'the right label', key: 'exact', kind: 'better' }],
  json: [{ name: 'the right JSON', key: 'exact', kind: 'better' }],
  'tool-calls': [
    { name: 'the right call', key: 'exact', kind: 'better' },
    { name: 'the right tool', key: 'tool', kind: 'notWorse' },
  ],
}

export function decide(input: GateInput): Gate {
  const { task, plain, before, after, generalBefore, generalAfter, margin, more = [] } = input
  const rules: Rule[] = [
    ...taskRules[task],
    { name: 'facts', key: 'fact', kind: 'notWorse' },
    { name: 'abstention', key: 'abstention', kind: 'notWorse' },
  ]
  const checks = [
    changed(plain, after),
    ...rules.map((rule) => {
      const [first, second] = pairsOf(before, after, rule.key)
      return compareShares({ ...rule, margin }, first, second)
    }),
    general({ margin, before: generalBefore, after: generalAfter }),
    ...more,
  ]
  const stops = checks.some(({ result }) => result === 'failed' || result === 'undecided')
  return { verdict: stops ? 'refused' : 'passed', checks }
}

/** Guessing among five choices. */
const CHANCE = 0.2

/** What the base cannot do beyond guessing and the margin, no adapter can lose. */
function general(input: {
  margin: number
  before: readonly boolean[]
  after: readonly boolean[]
}): GateCheck {
  const { margin, before, after } = input
  const check = compareShares({ name: 'general ability', kind: 'notWorse', margin }, before, after)
  if (check.before === undefined || check.before.low > CHANCE + margin) return check
  const reason = `the base itself is not clearly better than guessing (${points(CHANCE)}): nothing to lose`
  return { ...check, result: 'not_applicable', reason }
}

/** An adapter that changes nothing is no adapter, whatever its training loss was. */
function changed(plain: readonly Outcome[], after: readonly Outcome[]): GateCheck {
  const different = after.filter(({ written }, i) => written !== plain[i]?.written).length
  const isChanged = different > 0
  return {
    name: 'the adapter changes the output',
    result: isChanged ? 'passed' : 'failed',
    items: after.length,
    after: shareOf(different, after.length),
    reason: isChanged
      ? `${different} of ${after.length} answers differ from the base's`
      : 'every answer is the same as without the adapter',
  }
}

function pairsOf(
  before: readonly Outcome[],
  after: readonly Outcome[],
  key: Rule['key'],
): [boolean[], boolean[]] {
  const pairs = after.flatMap((outcome, i): [boolean, boolean][] => {
    const first = before[i]?.[key]
    const second = outcome[key]
    return first === undefined || second === undefined ? [] : [[first, second]]
  })
  return [pairs.map(([first]) => first), pairs.map(([, second]) => second)]
}

export type Bar = { name: string; kind: Rule['kind']; margin: number }

/** Two arms, yes or no on the same items. */
export function compareShares(
  bar: Bar,
  before: readonly boolean[],
  after: readonly boolean[],
): GateCheck {
  const items = after.length
  if (items === 0)
    return {
      name: bar.name,
      result: 'not_applicable',
      items,
      reason: 'no held-out item measures it',
    }
  const { estimate: share, low, high } = newcombeInterval(countPairs(after, before))
  return checkOf(bar, items, {
    before: shareOf(count(before), items),
    after: shareOf(count(after), items),
    difference: { share, low, high },
  })
}

/** The check that the interval of a difference decides. */
export function checkOf(
  { name, kind, margin }: Bar,
  items: number,
  shares: { before: Share; after: Share; difference: Share },
): GateCheck {
  const bar = kind === 'better' ? 0 : -margin
  const { low, high } = shares.difference
  const result = low > bar ? 'passed' : high <= bar ? 'failed' : 'undecided'
  return { name, result, items, ...shares, reason: reasons[kind][result](margin) }
}

type Reasons = Record<'passed' | 'failed' | 'undecided', (margin: number) => string>

const reasons: Record<Rule['kind'], Reasons> = {
  better: {
    passed: () => 'better than before, beyond chance',
    failed: () => 'not better than before',
    undecided: () =>
      'not shown to be better: the interval holds 0; more held-out examples may tell',
  },
  notWorse: {
    passed: (margin) => `not worse by more than ${points(margin)}`,
    failed: (margin) => `worse by more than ${points(margin)}`,
    undecided: (margin) =>
      `a loss of more than ${points(margin)} cannot be ruled out; more held-out examples may tell`,
  },
}

function points(margin: number): string {
  return `${Math.round(margin * 100)} points`
}

function count(values: readonly boolean[]): number {
  return values.filter(Boolean).length
}

function shareOf(successes: number, of: number): Share {
  if (of === 0) return { share: 0, low: 0, high: 1 }
  const { estimate: share, low, high } = wilsonInterval(successes, of)
  return { share, low, high }
}
