/** @file How long answers took: the whole distribution, and its parts in the table. */
import { wilsonInterval } from '../../../statistics/index.ts'
import type { ArmResult, ComparisonResult, Latency, Percentiles } from '../../result.ts'
import type { Html } from '../html.ts'
import { linePlot, type Step } from '../plot/line-plot.ts'
import { absent, armLegend, figureOf, sectionOf } from '../section.ts'
import { duration, number, percent, toneOf } from '../words.ts'

type Timed = ArmResult & { readonly latency: Latency }

export function latencySection({ arms, manifest }: ComparisonResult): Html {
  const timed = arms.filter((arm): arm is Timed => arm.latency !== null)
  const { cpu, threads } = manifest.machine
  return sectionOf({
    id: 'latency',
    title: 'Time to answer',
    lead: `On one machine, one question at a time: ${cpu}, ${threads} threads. Arms took turns in blocks, so that a slow hour is slow for all.`,
    content:
      timed.length === 0 ? absent('Not measured: nothing was answered.') : distribution(timed),
  })
}

function distribution(arms: readonly Timed[]): Html {
  return figureOf({
    title: 'Time to the whole answer',
    legend: armLegend(arms),
    plot: linePlot({
      alt: `Share of the answers that were whole, by time. ${arms.map(sentenceOf).join(' ')}`,
      x: {
        title: 'time from the question to the end of the answer (logarithmic)',
        format: duration,
        kind: 'log',
        shown: [],
      },
      y: { title: 'answers that were whole by then', format: percent },
      series: arms.map((arm) => ({
        type: 'steps' as const,
        title: arm.title,
        tone: toneOf(arm.arm),
        steps: stepsOf(arm.latency.total),
      })),
    }),
    note: 'Each step is one answer; nothing is smoothed or left out. Bands: pointwise 95 % ranges (Wilson), each question on its own.',
    table: {
      caption: 'Time to the whole answer, and its parts',
      head: [
        'arm',
        'answers',
        'half within',
        '90 % within',
        '95 % within',
        'at most (95 %)',
        'search, median',
        'first text, median',
        'rest, median',
        'load of the machine',
      ],
      rows: arms.map(({ title, latency: { total, retrieval, firstText, rest, load } }) => [
        title,
        total.values.length,
        duration(total.p50),
        duration(total.p90),
        duration(total.p95),
        total.p95High === null ? 'too few answers to tell' : duration(total.p95High),
        duration(retrieval.p50),
        duration(firstText.p50),
        duration(rest.p50),
        `${number(load.least, 1)} to ${number(load.most, 1)}`,
      ]),
    },
  })
}

/** A logarithmic axis has no zero. */
const LEAST_MS = 1

function stepsOf({ values }: Percentiles): Step[] {
  const all = values.length
  const first = Math.max(values[0]!, LEAST_MS)
  const start = { x: first, y: 0, ...rangeAt(0, all) }
  return [
    start,
    ...values.map((ms, at) => ({
      x: Math.max(ms, LEAST_MS),
      y: (at + 1) / all,
      ...rangeAt(at + 1, all),
    })),
  ]
}

function rangeAt(count: number, all: number): { low: number; high: number } {
  const { low, high } = wilsonInterval(count, all)
  return { low, high }
}

function sentenceOf({ title, latency: { total } }: Timed): string {
  return `${title}: half within ${duration(total.p50)}, 95 % within ${duration(total.p95)}.`
}
