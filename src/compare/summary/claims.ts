/** @file The claims that people make about tuning and retrieval, each with its test; the wording is fixed here. */
import {
  equivalenceOfProportions,
  intersectionUnion,
  nonInferiorityOfProportions,
  type PairedCounts,
  pairedDifferences,
} from '../../statistics/index.ts'
import { type ArmName, armOf } from '../arms/arm.ts'
import type { MetricName } from '../metrics/metrics.ts'
import type { Claim, Comparison } from '../result.ts'
import { type ItemTable, paired } from './item-table.ts'
import { countsOf, effectOf } from './ranges.ts'

export type ClaimInput = {
  readonly table: ItemTable
  /** Arms that take part in the verdict, by complexity. */
  readonly arms: readonly ArmName[]
  readonly comparisons: readonly Comparison[]
  /** The loss that matters. */
  readonly margin: number
}

type Finding = Pick<Claim, 'outcome' | 'p'>
type Wording = Record<Claim['outcome'], string>
type Rule = { name: Claim['name']; wording: Wording; test(input: ClaimInput): Finding }

const UNMEASURED: Finding = { outcome: 'not_measured', p: null }
const ALPHA = 0.05

const rules: readonly Rule[] = [
  {
    name: 'tuning_helps',
    test: tuningHelps,
    wording: {
      shown: 'Fine-tuning helped: a tuned arm beats every arm without tuning on joint success.',
      refuted:
        'Fine-tuning did not help: an arm without it is as good on joint success as every tuned arm, or better.',
      not_shown: 'Fine-tuning was not shown to help on joint success with these questions.',
      not_measured:
        'Whether fine-tuning helps was not measured: there is no tuned arm beside one without.',
    },
  },
  {
    name: 'both_beat_either',
    test: bothBeatEither,
    wording: {
      shown: 'Fine-tuning and RAG together beat either alone on joint success.',
      refuted:
        'Fine-tuning and RAG together do not beat either alone: one of them does better by itself.',
      not_shown:
        'That fine-tuning and RAG together beat either alone was not shown with these questions.',
      not_measured:
        'Whether both together beat either alone was not measured: it takes RAG, a tuned arm, and both.',
    },
  },
  {
    name: 'facts_kept',
    test: factsKept,
    wording: {
      shown: 'Tuning kept the facts: fine-tuned + RAG is not worse than RAG on right facts.',
      refuted: 'Tuning cost facts: fine-tuned + RAG is worse than RAG on right facts.',
      not_shown:
        'That tuning kept the facts was not shown: these questions allow for a loss that matters.',
      not_measured:
        'Whether tuning costs facts was not measured: it takes RAG and fine-tuned + RAG.',
    },
  },
  {
    name: 'form_alone_suffices',
    test: formSuffices,
    wording: {
      shown:
        'Form alone does not justify tuning: RAG with the form given to it does as well on joint success.',
      refuted:
        'The form has to be learned here: fine-tuned + RAG beats RAG with the form given to it.',
      not_shown:
        'Whether RAG with the form given to it does as well as fine-tuned + RAG was not shown.',
      not_measured:
        'Whether the form alone suffices was not measured: it takes RAG + form and fine-tuned + RAG.',
    },
  },
]

export function testClaims(input: ClaimInput): Claim[] {
  return rules.map(({ name, wording, test }) => {
    const { outcome, p } = test(input)
    return { name, outcome, p, sentence: wording[outcome] }
  })
}

/** Each tuned arm is tested against all others together; with several of them, by Holm's p-values. */
function tuningHelps(input: ClaimInput): Finding {
  const tuned = input.arms.filter((arm) => armOf(arm).tuned)
  const others = input.arms.filter((arm) => !armOf(arm).tuned)
  if (tuned.length === 0 || others.length === 0) return UNMEASURED
  const p = Math.min(...tuned.map((arm) => pOfBeating(input, arm, others, 'adjusted')))
  if (p <= ALPHA) return { outcome: 'shown', p }
  const suffices = others.some((other) => tuned.every((arm) => isNotWorse(input, other, arm)))
  return { outcome: suffices ? 'refuted' : 'not_shown', p }
}

function bothBeatEither(input: ClaimInput): Finding {
  const { arms } = input
  const alone = arms.filter(
    (arm) => arm === 'base' || arm === 'rag' || arm === 'rag_form' || arm === 'tuned',
  )
  if (!arms.includes('tuned_rag') || !alone.includes('rag') || !alone.includes('tuned'))
    return UNMEASURED
  const p = pOfBeating(input, 'tuned_rag', alone, 'p')
  if (p <= ALPHA) return { outcome: 'shown', p }
  const isBeaten = alone.some((arm) => comparisonOf(input, 'tuned_rag', arm)?.outcome === 'worse')
  return { outcome: isBeaten ? 'refuted' : 'not_shown', p }
}

function factsKept(input: ClaimInput): Finding {
  const pairs = countsBetween(input, 'fact', 'tuned_rag', 'rag')
  if (!pairs) return UNMEASURED
  const { margin } = input
  const kept = nonInferiorityOfProportions(pairs.counts, { margin, designEffect: pairs.effect })
  if (kept.holds) return { outcome: 'shown', p: kept.p }
  return { outcome: kept.high < 0 ? 'refuted' : 'not_shown', p: kept.p }
}

function formSuffices(input: ClaimInput): Finding {
  const pairs = countsBetween(input, 'joint', 'rag_form', 'tuned_rag')
  if (!pairs) return UNMEASURED
  const options = { margin: input.margin, designEffect: pairs.effect }
  const same = equivalenceOfProportions(pairs.counts, options)
  const notWorse = nonInferiorityOfProportions(pairs.counts, options)
  if (same.holds || notWorse.holds) return { outcome: 'shown', p: notWorse.p }
  return { outcome: notWorse.high < 0 ? 'refuted' : 'not_shown', p: notWorse.p }
}

/** The p-value of "it beats every one of them"; 1 where it does not lead everywhere. */
function pOfBeating(
  input: ClaimInput,
  arm: ArmName,
  others: readonly ArmName[],
  which: 'p' | 'adjusted',
): number {
  const found = others.map((other) => comparisonOf(input, arm, other))
  const values = found.map((comparison) => {
    if (!comparison) return 1
    const lead = comparison.first === arm ? 1 : -1
    return lead * comparison.difference.estimate > 0 ? Math.min(1, comparison[which]) : 1
  })
  return intersectionUnion(values, { alpha: ALPHA }).p
}

function comparisonOf(
  { comparisons }: ClaimInput,
  one: ArmName,
  other: ArmName,
): Comparison | undefined {
  return comparisons.find(
    ({ metric, phase, first, second }) =>
      metric === 'joint' &&
      phase === 'initial' &&
      ((first === one && second === other) || (first === other && second === one)),
  )
}

function isNotWorse(input: ClaimInput, one: ArmName, other: ArmName): boolean {
  const pairs = countsBetween(input, 'joint', one, other)
  if (!pairs) return false
  const options = { margin: input.margin, designEffect: pairs.effect }
  return nonInferiorityOfProportions(pairs.counts, options).holds
}

function countsBetween(
  { table, arms }: ClaimInput,
  metric: MetricName,
  one: ArmName,
  other: ArmName,
): { counts: PairedCounts; effect: number } | undefined {
  if (!arms.includes(one) || !arms.includes(other)) return undefined
  const { ids, first, second } = paired(table.values(metric, one), table.values(metric, other))
  if (ids.length === 0) return undefined
  const effect = effectOf(pairedDifferences(first, second), ids.map(table.clusterOf))
  return { counts: countsOf(first, second), effect }
}
