/** @file Joint success and why it failed: stacked bars, the combinations of reasons, retrieval against facts. */

import type { ArmResult, ComparisonResult, FailureReason } from '../../result.ts'
import type { Html } from '../html.ts'
import { type Row, type RowMark, rowPlot } from '../plot/row-plot.ts'
import { absent, barLegend, figureOf, sectionOf } from '../section.ts'
import { tableOf } from '../table.ts'
import { capital, count, listed, percent, reasonTitles, shareWithRange } from '../words.ts'

export function jointSection(result: ComparisonResult): Html {
  const arms = result.arms.filter(({ metrics }) => (metrics.initial.joint?.items ?? 0) > 0)
  return sectionOf({
    id: 'joint',
    title: 'Joint success, and why it failed',
    lead: result.definitions.joint.definition,
    content:
      arms.length === 0
        ? absent('Joint success was not measured: no answer was scored for it.')
        : [stacked(arms), combinations(arms), retrieval(arms)],
  })
}

type Segment = { readonly title: string; readonly tone: string; readonly items: number }

/** What an answer failed by first: a wrong fact weighs more than a missing form. */
const weightiest: readonly FailureReason[] = ['answered', 'refused', 'fact', 'source', 'form']

function stacked(arms: readonly ArmResult[]): Html {
  const present = weightiest.filter((reason) =>
    arms.some((arm) => itemsOf(segmentsOf(arm), reasonTitles[reason]) > 0),
  )
  return figureOf({
    title: 'Joint success and the weightiest reason against it',
    legend: barLegend([
      { title: 'everything right', tone: 'success' },
      ...present
        .toReversed()
        .map((reason) => ({ title: reasonTitles[reason], tone: `reason-${reason}` })),
    ]),
    plot: rowPlot({
      alt: `Joint success. ${arms.map(sentenceOf).join(' ')}`,
      rows: arms.map(rowOf),
      axis: 'share of the questions that were scored',
      format: percent,
      shown: [0, 1],
    }),
    note: 'The line is the 95 % range of the joint success. An answer that failed for several reasons is counted once, by the first of: answered or refused wrongly, wrong facts, no right source, form.',
    table: {
      caption: 'Joint success and the weightiest reason against it',
      head: [
        'arm',
        'joint success',
        'everything right',
        ...weightiest.map((reason) => reasonTitles[reason]),
        'scored',
      ],
      rows: arms.map((arm) => {
        const segments = segmentsOf(arm)
        return [
          arm.title,
          shareWithRange(arm.metrics.initial.joint!.range!),
          segments[0]!.items,
          ...weightiest.map((reason) => itemsOf(segments, reasonTitles[reason])),
          arm.metrics.initial.joint!.items,
        ]
      }),
    },
  })
}

/** Everything right first, then the reasons from the lightest on. */
function segmentsOf({ failures, metrics }: ArmResult): Segment[] {
  const lost = failures.reduce((sum, { items }) => sum + items, 0)
  const reasons = weightiest.toReversed().map((reason) => ({
    title: reasonTitles[reason],
    tone: `reason-${reason}`,
    items: failures
      .filter((failure) => weightiest.find((one) => failure.reasons.includes(one)) === reason)
      .reduce((sum, { items }) => sum + items, 0),
  }))
  const success = {
    title: 'everything right',
    tone: 'success',
    items: metrics.initial.joint!.items - lost,
  }
  return [success, ...reasons]
}

function itemsOf(segments: readonly Segment[], title: string): number {
  return segments.find((segment) => segment.title === title)?.items ?? 0
}

function rowOf(arm: ArmResult): Row {
  const { range, items: all } = arm.metrics.initial.joint!
  let from = 0
  const bars = segmentsOf(arm).flatMap(({ title, tone, items }): RowMark[] => {
    if (items === 0) return []
    const to = from + items / all
    const bar: RowMark = {
      type: 'bar',
      from,
      to,
      tone,
      text: String(items),
      says: `${arm.title}: ${title}, ${items} of ${all}`,
    }
    from = to
    return [bar]
  })
  return {
    label: arm.title,
    numbers: shareWithRange(range!),
    marks: [...bars, { type: 'span', low: range!.low, high: range!.high, below: true }],
  }
}

function sentenceOf(arm: ArmResult): string {
  const { items } = arm.metrics.initial.joint!
  const parts = segmentsOf(arm).filter((segment) => segment.items > 0)
  return `${capital(arm.title)}, of ${count(items, 'question')}: ${parts.map(({ title, items: some }) => `${some} ${title}`).join(', ')}.`
}

/** Which reasons came together: one row for each combination, the most frequent first. */
function combinations(arms: readonly ArmResult[]): Html | undefined {
  const all = Map.groupBy(
    arms.flatMap(({ failures }) => failures),
    ({ reasons }) => reasons.join(),
  )
  const total = (group: readonly { items: number }[]): number =>
    group.reduce((sum, { items }) => sum + items, 0)
  const ordered = [...all].toSorted(([a, x], [b, y]) => total(y) - total(x) || (a < b ? -1 : 1))
  if (ordered.length === 0) return undefined
  return tableOf({
    caption: 'Reasons that came together, with the number of answers',
    head: ['reasons', ...arms.map(({ title }) => title)],
    rows: ordered.map(([key, [first]]) => [
      listed(first!.reasons.map((reason) => reasonTitles[reason])),
      ...arms.map(
        ({ failures }) => failures.find(({ reasons }) => reasons.join() === key)?.items ?? 0,
      ),
    ]),
  })
}

/** Whether the search or the reading failed: no tuning mends what was not found. */
function retrieval(arms: readonly ArmResult[]): Html | undefined {
  const rows = arms.flatMap(({ title, retrieval: cells }) => {
    if (cells === null) return []
    const { foundRight, foundWrong, missedRight, missedWrong } = cells
    const all = foundRight + foundWrong + missedRight + missedWrong
    return all === 0 ? [] : [[title, foundRight, foundWrong, missedRight, missedWrong]]
  })
  if (rows.length === 0) return undefined
  return tableOf({
    caption: 'Was a gold source found, and were the facts right?',
    head: ['arm', 'found, right', 'found, wrong', 'not found, right', 'not found, wrong'],
    rows,
  })
}
