/** @file All arms side by side: what each is, what it reached, how it stands. */
import type { ArmResult, ComparisonResult, ConstraintOutcome, Standing } from '../../result.ts'
import { criteria } from '../../result.ts'
import { type Content, type Html, html } from '../html.ts'
import { rowPlot } from '../plot/row-plot.ts'
import { absent, figureOf, sectionOf } from '../section.ts'
import { tableOf } from '../table.ts'
import {
  chance,
  criterionTitles,
  leadingMetrics,
  listed,
  metricText,
  number,
  percent,
  shareWithRange,
  titleOf,
  toneOf,
} from '../words.ts'

export function armsSection(result: ComparisonResult): Html {
  return sectionOf({
    id: 'arms',
    title: 'The arms',
    lead: 'Every arm got the same questions. Behind each share stands its range: ranges made this way hold the true share 95 times in 100.',
    content: [metricsTable(result), standings(result), constraintsTable(result)],
  })
}

function metricsTable({ arms, definitions }: ComparisonResult): Html {
  return tableOf({
    caption: 'What each arm reached',
    head: ['arm', ...leadingMetrics.map((name) => definitions[name].title), 'answered', 'failed'],
    rows: arms.map((arm) => [
      nameOf(arm),
      ...leadingMetrics.map((name) => metricText(arm.metrics.initial[name])),
      `${arm.items.answered} of ${arm.items.planned}`,
      number(arm.items.failed),
    ]),
  })
}

function nameOf({ title, arm, competes }: ArmResult): Content {
  return html`<span class="key ${toneOf(arm)}"></span>${title}${!competes && html` <span class="nothing">(a ceiling, not a choice)</span>`}`
}

function standings(result: ComparisonResult): Html {
  const { standings } = result.verdict
  if (standings.length === 0)
    return absent('The arms are not ranked: there is no verdict to rank them for.')
  // The best arm alone is tied with itself.
  const isTied = standings.filter(({ tied }) => tied).length > 1
  return figureOf({
    title: 'Utility, and the chance to be best',
    plot: rowPlot({
      alt: `Utility of each arm. ${standings.map((one) => sentenceOf(one, result)).join(' ')}`,
      axis: 'utility: the weighted mean of what counts',
      format: percent,
      shown: [0, 1],
      rows: standings.map(({ arm, utility, pBest, tied }) => ({
        label: titleOf(result, arm),
        numbers: `P(best) ${chance(pBest)}${tied && isTied ? ', tied' : ''}`,
        marks: [{ type: 'range', ...utility, tone: toneOf(arm), says: shareWithRange(utility) }],
      })),
    }),
    note: `Weights: ${weightsOf(result)}. P(best) is the share of 2,000 random weightings of the questions in which the arm comes first. Arms that are not clearly behind are tied; of them the simplest is taken, unless a more complex one is better with ${percent(result.manifest.settings.margins.confidence)} confidence and by more than ${percent(result.manifest.settings.margins.utility)}.`,
    table: {
      caption: 'Utility and its parts',
      head: ['arm', 'utility', 'P(best)', 'tied', ...criteria.map((name) => criterionTitles[name])],
      rows: standings.map(({ arm, utility, pBest, tied, values }) => [
        titleOf(result, arm),
        shareWithRange(utility),
        chance(pBest),
        tied && isTied ? 'yes' : 'no',
        ...criteria.map((name) => values[name] !== undefined && percent(values[name])),
      ]),
    },
  })
}

function sentenceOf({ arm, utility, pBest }: Standing, result: ComparisonResult): string {
  return `${titleOf(result, arm)}: ${shareWithRange(utility)}, best with probability ${chance(pBest)}.`
}

function weightsOf({ manifest, verdict }: ComparisonResult): string {
  const counted = criteria.filter((name) => verdict.standings[0]?.values[name] !== undefined)
  const left = criteria.filter((name) => !counted.includes(name))
  const weights = counted.map(
    (name) => `${criterionTitles[name]} ${manifest.settings.weights[name]}`,
  )
  const unmeasured =
    left.length === 0
      ? ''
      : `; without weight or not measured: ${listed(left.map((name) => criterionTitles[name]))}`
  return `${weights.join(', ')}${unmeasured}`
}

const outcomeWords: Readonly<Record<ConstraintOutcome['outcome'], string>> = {
  met: 'kept',
  violated: 'broken',
  unknown: 'not told by these questions',
}

function constraintsTable(result: ComparisonResult): Html | undefined {
  const { constraints } = result.verdict
  if (constraints.length === 0) return undefined
  return tableOf({
    caption: 'Limits that an arm must keep',
    head: ['arm', 'limit', 'measured', 'outcome'],
    rows: constraints.map((one) => [
      titleOf(result, one.arm),
      limitOf(one, result),
      measuredOf(one),
      outcomeWords[one.outcome],
    ]),
  })
}

function limitOf({ constraint }: ConstraintOutcome, { definitions }: ComparisonResult): string {
  const { metric, least, most, phase } = constraint
  const title =
    metric === 'latency_p95_ms' ? '95th percentile of the time' : definitions[metric].title
  const write = writerOf(metric)
  const bounds = [
    ...(least === undefined ? [] : [`at least ${write(least)}`]),
    ...(most === undefined ? [] : [`at most ${write(most)}`]),
  ]
  return `${title} ${bounds.join(' and ')}${phase === 'updated' ? ', after the update' : ''}`
}

function measuredOf({ constraint, value }: ConstraintOutcome): string | undefined {
  if (value === null) return undefined
  const write = writerOf(constraint.metric)
  const end = (bound: number | null): string => (bound === null ? 'unknown' : write(bound))
  return `${write(value.estimate)} (${end(value.low)} to ${end(value.high)})`
}

function writerOf(metric: ConstraintOutcome['constraint']['metric']): (value: number) => string {
  return metric === 'latency_p95_ms' ? (ms) => `${number(ms)} ms` : percent
}
