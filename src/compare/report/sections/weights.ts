/** @file How the verdict hangs on the weights: for each criterion, who would win at which weight. */
import type { ComparisonResult, Reversal } from '../../result.ts'
import type { Html } from '../html.ts'
import { type Row, type RowMark, rowPlot } from '../plot/row-plot.ts'
import { absent, barLegend, figureOf, sectionOf } from '../section.ts'
import { capital, criterionTitles, percent, titleOf, toneOf } from '../words.ts'

export function weightsSection(result: ComparisonResult): Html {
  const { reversals } = result.verdict
  return sectionOf({
    id: 'weights',
    title: 'If other things mattered',
    lead: 'Who has the highest utility if one criterion weighs more or less, while the others keep their proportions. The upright line is the weight now. It says how the order hangs on the weights, not how sure the order is.',
    content:
      reversals.length === 0
        ? absent('Not shown: it takes a verdict on two criteria or more.')
        : strips(reversals, result),
  })
}

function strips(reversals: readonly Reversal[], result: ComparisonResult): Html {
  const winners = result.arms.filter(({ arm }) =>
    reversals.some(({ ranges }) => ranges.some(({ winner }) => winner === arm)),
  )
  return figureOf({
    title: 'Winner at each weight',
    legend: barLegend(winners.map(({ arm, title }) => ({ title, tone: toneOf(arm) }))),
    plot: rowPlot({
      alt: `Winner at each weight. ${reversals.map((one) => sentenceOf(one, result)).join(' ')}`,
      rows: reversals.map((one) => rowOf(one, result)),
      axis: 'weight of the criterion, of all weights',
      format: percent,
      shown: [0, 1],
    }),
    table: {
      caption: 'Winner at each weight',
      head: ['criterion', 'weight now', 'winners', 'nearest change'],
      rows: reversals.map(({ criterion, weight, ranges, reversal }) => [
        criterionTitles[criterion],
        percent(weight),
        ranges
          .map(
            ({ from, to, winner }) =>
              `${titleOf(result, winner)} from ${percent(from)} to ${percent(to)}`,
          )
          .join('; '),
        reversal === null
          ? 'none: the same arm at every weight'
          : `${titleOf(result, reversal.winner)} at ${percent(reversal.weight)}`,
      ]),
    },
  })
}

function rowOf({ criterion, weight, ranges, reversal }: Reversal, result: ComparisonResult): Row {
  const bars = ranges.map(({ from, to, winner }): RowMark => {
    const title = titleOf(result, winner)
    return {
      type: 'bar',
      from,
      to,
      tone: toneOf(winner),
      text: title,
      says: `${title} from ${percent(from)} to ${percent(to)}`,
    }
  })
  return {
    label: criterionTitles[criterion],
    numbers: reversal === null ? 'never changes' : `changes at ${percent(reversal.weight)}`,
    marks: [...bars, { type: 'line', at: weight, says: `the weight now: ${percent(weight)}` }],
  }
}

function sentenceOf({ criterion, weight, reversal }: Reversal, result: ComparisonResult): string {
  const change =
    reversal === null
      ? 'the same arm wins at every weight'
      : `${titleOf(result, reversal.winner)} takes over at ${percent(reversal.weight)}`
  return `${capital(criterionTitles[criterion])}, now ${percent(weight)}: ${change}.`
}
