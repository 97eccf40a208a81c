/** @file What an update of the documents did: right before and after, stale answers, and how soon they were mended. */
import { wilsonInterval } from '../../../statistics/index.ts'
import type {
  ArmResult,
  ComparisonResult,
  Freshness,
  FreshnessOfArm,
  MetricSummary,
} from '../../result.ts'
import type { Html } from '../html.ts'
import { linePlot, type Step } from '../plot/line-plot.ts'
import { type Row, rowPlot } from '../plot/row-plot.ts'
import { absent, armLegend, figureOf, sectionOf } from '../section.ts'
import {
  count,
  duration,
  metricText,
  percent,
  pointsWithRange,
  shareWithRange,
  titleOf,
  toneOf,
} from '../words.ts'

export function freshnessSection(result: ComparisonResult): Html {
  const { freshness } = result
  return sectionOf({
    id: 'freshness',
    title: 'After an update of the documents',
    ...(freshness && { lead: leadOf(freshness) }),
    content: freshness
      ? [beforeAfter(freshness, result), corrections(freshness, result)]
      : absent(absenceOf(result)),
  })
}

function leadOf({ update, changed, deleted, neighbours }: Freshness): string {
  const others = deleted === 0 ? '' : `, that of ${deleted} more is gone`
  return `In the middle of the run ${count(update.documents, 'document')} changed and were found again after ${duration(update.indexMs)}. The answer to ${count(changed, 'question')} is another one since${others}; ${count(neighbours, 'question')} about the same documents should be answered as before. Nothing was trained again.`
}

function absenceOf({ manifest }: ComparisonResult): string {
  return manifest.hashes.update === null
    ? 'Not measured: the run had no update of the documents. With an update, it shows which arms go on telling what was true before.'
    : 'Not measured yet: the run was stopped before the update.'
}

function beforeAfter({ arms }: Freshness, result: ComparisonResult): Html {
  const measured = arms.filter(({ before, after, stale }) => before ?? after ?? stale)
  if (measured.length === 0) return absent('No changed question was scored.')
  return figureOf({
    title: 'Changed facts: before, after, stale',
    plot: rowPlot({
      alt: `Changed facts. ${measured.map((one) => sentenceOf(one, result)).join(' ')}`,
      rows: measured.flatMap((one) => rowsOf(one, result)),
      axis: 'share of the changed questions',
      format: percent,
      shown: [0, 1],
    }),
    note: 'Stale: a value from before the update is stated. An arm that never knew the old value cannot be stale.',
    table: {
      caption: 'Changed facts: before, after, stale',
      head: [
        'arm',
        'right before',
        'right after',
        'stale',
        'old and new mixed',
        'removed: refuses',
        'neighbours, in points',
        'time to correct, median',
        'corrected',
      ],
      rows: arms.map((one) => [
        titleOf(result, one.arm),
        ...[one.before, one.after, one.stale, one.mixed, one.deletions].map(metricText),
        one.collateral && pointsWithRange(one.collateral),
        timeOf(one),
        `${one.corrected} of ${one.corrected + one.censored}`,
      ]),
    },
  })
}

function rowsOf(one: FreshnessOfArm, result: ComparisonResult): Row[] {
  const row = (label: string, summary: MetricSummary | null, tone: string): Row[] =>
    summary?.range
      ? [
          {
            label,
            numbers: shareWithRange(summary.range),
            marks: [
              { type: 'bar', from: 0, to: summary.range.estimate, tone },
              { type: 'span', low: summary.range.low, high: summary.range.high },
            ],
          },
        ]
      : []
  return [
    { heading: titleOf(result, one.arm) },
    ...row('right before', one.before, 'level'),
    ...row('right after', one.after, 'success'),
    ...row('stale', one.stale, 'loss'),
  ]
}

function sentenceOf(one: FreshnessOfArm, result: ComparisonResult): string {
  const parts = [
    one.before?.range && `right before ${shareWithRange(one.before.range)}`,
    one.after?.range && `right after ${shareWithRange(one.after.range)}`,
    one.stale?.range && `stale ${shareWithRange(one.stale.range)}`,
  ].filter((part) => part)
  return `${titleOf(result, one.arm)}: ${parts.join(', ')}.`
}

function timeOf({ medianMs, retrainSeconds }: FreshnessOfArm): string {
  if (medianMs !== null) return duration(medianMs)
  if (retrainSeconds !== null)
    return `not without training again (${duration(1000 * retrainSeconds)} at least)`
  return 'not by half of the facts'
}

function corrections({ arms, update }: Freshness, result: ComparisonResult): Html {
  const curves = arms.filter(({ survival }) => survival.length > 0)
  if (curves.length === 0)
    return absent(
      'No curve of corrections is drawn: no arm gave a changed answer right twice in a row.',
    )
  const never = arms.filter(({ survival, censored }) => survival.length === 0 && censored > 0)
  const end = Math.max(...curves.map(({ survival }) => survival.at(-1)!.ms))
  const named = (chosen: readonly FreshnessOfArm[]): ArmResult[] =>
    result.arms.filter(({ arm }) => chosen.some((one) => one.arm === arm))
  return figureOf({
    title: 'Time to correct',
    legend: armLegend(named(curves)),
    plot: linePlot({
      alt: `Share of the changed facts that are not yet corrected, by time. ${curves.map((one) => `${titleOf(result, one.arm)}: half after ${timeOf(one)}, ${one.corrected} of ${one.corrected + one.censored} in the end.`).join(' ')}`,
      x: {
        title: 'time since the files were saved',
        format: duration,
        kind: 'linear',
        shown: [0, end],
      },
      y: { title: 'changed facts not yet corrected', format: percent },
      series: curves.map((one) => ({
        type: 'steps' as const,
        title: titleOf(result, one.arm),
        tone: toneOf(one.arm),
        steps: stepsOf(one, end),
      })),
    }),
    note: `As if each question were asked the moment the index was ready, ${duration(update.indexMs)} after saving; corrected once two answers in a row are right. Facts that stayed wrong keep the curve up. Bands: pointwise 95 % ranges (Wilson), each question on its own.${
      never.length === 0
        ? ''
        : ` Not drawn, because nothing was corrected: ${named(never)
            .map(({ title }) => title)
            .join(', ')}.`
    }`,
    table: {
      caption: 'Time to correct',
      head: ['arm', 'corrected', 'first', 'median', 'last'],
      rows: arms.map((one) => [
        titleOf(result, one.arm),
        `${one.corrected} of ${one.corrected + one.censored}`,
        one.survival[0] && duration(one.survival[0].ms),
        timeOf(one),
        one.survival.length > 0 && duration(one.survival.at(-1)!.ms),
      ]),
    },
  })
}

/** From nothing corrected at the start to the end of the axis. */
function stepsOf({ survival, corrected, censored }: FreshnessOfArm, end: number): Step[] {
  const facts = corrected + censored
  const at = (ms: number, left: number): Step => {
    const { estimate, low, high } = wilsonInterval(left, facts)
    return { x: ms, y: estimate, low, high }
  }
  // Before the index is ready nothing can be corrected: that is no estimate.
  const start = { x: 0, y: 1, low: 1, high: 1 }
  const steps = survival.map(({ ms }, index) => at(ms, facts - index - 1))
  return [start, ...steps, { ...steps.at(-1)!, x: end }]
}
