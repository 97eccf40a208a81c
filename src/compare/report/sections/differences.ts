/** @file Forest plots: what each arm adds to the simplest one, with ranges, and every pair in the table. */
import type { MetricName } from '../../metrics/metrics.ts'
import type { Comparison, ComparisonResult } from '../../result.ts'
import type { Html } from '../html.ts'
import { type Row, rowPlot } from '../plot/row-plot.ts'
import { absent, figureOf, sectionOf } from '../section.ts'
import { folded, type Table } from '../table.ts'
import {
  capital,
  leadingMetrics,
  points,
  pointsWithRange,
  pValue,
  titleOf,
  toneOf,
} from '../words.ts'

export function differencesSection(result: ComparisonResult): Html {
  const { comparisons } = result
  return sectionOf({
    id: 'differences',
    title: 'Differences between arms',
    lead: 'Pairs of answers to the same questions. A range that crosses zero tells nothing: both may be as good. Filled marks are told apart after correction for the number of tests; hollow ones are tied.',
    content:
      comparisons.length === 0
        ? absent('No differences are shown: no two arms have scored the same questions.')
        : [jointForest(result), simplestForest(result), allPairs(result)],
  })
}

/** The primary family: every pair of arms to choose from. */
function jointForest(result: ComparisonResult): Html {
  const chosen = result.comparisons.filter(
    ({ metric, phase, first, second }) =>
      metric === 'joint' &&
      phase === 'initial' &&
      competes(result, first) &&
      competes(result, second),
  )
  if (chosen.length === 0)
    return absent('Joint success was not compared: fewer than two arms have it.')
  return forest(result, {
    title: 'Joint success: every pair',
    rows: chosen.map((one) =>
      rowOf(one, `${titleOf(result, one.first)} vs ${titleOf(result, one.second)}`),
    ),
    chosen,
  })
}

/** Per metric, all that goes beyond the simplest arm that has it. */
function simplestForest(result: ComparisonResult): Html | undefined {
  const groups = [...leadingMetrics.filter((name) => name !== 'joint'), 'stale' as const].flatMap(
    (metric) => {
      const phase = metric === 'stale' ? 'updated' : 'initial'
      const all = result.comparisons.filter((one) => one.metric === metric && one.phase === phase)
      // Pairs are listed from the simplest arm on.
      const simplest = all[0]?.second
      const chosen = all.filter(({ second }) => second === simplest)
      return chosen.length === 0 ? [] : [{ metric, chosen }]
    },
  )
  if (groups.length === 0) return undefined
  return forest(result, {
    title: 'Each arm against the simplest',
    rows: groups.flatMap(({ metric, chosen }): Row[] => [
      { heading: headingOf(result, metric, chosen[0]!) },
      ...chosen.map((one) => rowOf(one, titleOf(result, one.first))),
    ]),
    chosen: groups.flatMap((group) => group.chosen),
  })
}

function headingOf(result: ComparisonResult, metric: MetricName, { second }: Comparison): string {
  const { title, direction } = result.definitions[metric]
  return `${capital(title)}, minus ${titleOf(result, second)}${direction === 'lower' ? ' (lower is better)' : ''}`
}

function rowOf(comparison: Comparison, label: string): Row {
  const { first, difference, outcome } = comparison
  const isTied = outcome === 'tied'
  return {
    label,
    numbers: pointsWithRange(difference),
    marks: [
      {
        type: 'range',
        ...difference,
        tone: toneOf(first),
        hollow: isTied,
        muted: isTied,
        says: `${label}: ${pointsWithRange(difference)} points, ${outcome}`,
      },
    ],
  }
}

type Forest = {
  readonly title: string
  readonly rows: readonly Row[]
  readonly chosen: readonly Comparison[]
}

function forest(result: ComparisonResult, { title, rows, chosen }: Forest): Html {
  return figureOf({
    title,
    plot: rowPlot({
      alt: `${title}. ${chosen.map((one) => sentenceOf(one, result)).join(' ')}`,
      rows,
      axis: 'difference in points: the first minus the second',
      format: points,
    }),
    table: tableOfPairs(title, chosen, result),
  })
}

function sentenceOf(
  { metric, first, second, difference, outcome }: Comparison,
  result: ComparisonResult,
): string {
  return `${capital(result.definitions[metric].title)}, ${titleOf(result, first)} minus ${titleOf(result, second)}: ${pointsWithRange(difference)} points, ${outcome}.`
}

function allPairs(result: ComparisonResult): Html {
  const { comparisons } = result
  return folded(
    tableOfPairs(`Every pair on every metric (${comparisons.length})`, comparisons, result),
  )
}

const methodTitles: Readonly<Record<Comparison['method'], string>> = {
  newcombe: 'Newcombe, mid-p McNemar',
  bootstrap: 'bootstrap, sign flips',
  'cluster-t': 'cluster t',
}

function tableOfPairs(
  caption: string,
  chosen: readonly Comparison[],
  result: ComparisonResult,
): Table {
  return {
    caption,
    head: [
      'metric',
      'first',
      'second',
      'points (95 % range)',
      'outcome',
      'p',
      'p, corrected',
      'questions',
      'in one arm only',
      'method',
    ],
    rows: chosen.map((one) => [
      `${result.definitions[one.metric].title}${one.phase === 'updated' ? ', after the update' : ''}`,
      titleOf(result, one.first),
      titleOf(result, one.second),
      pointsWithRange(one.difference),
      one.outcome,
      pValue(one.p),
      `${pValue(one.adjusted)} (${one.family})`,
      one.items,
      one.attrition,
      methodTitles[one.method],
    ]),
  }
}

function competes({ arms }: ComparisonResult, name: string): boolean {
  return arms.some(({ arm, competes }) => arm === name && competes)
}
