/** @file Risk and coverage: how much is wrong of what is answered, were the unsure answers left out. */
import { wilsonInterval } from '../../../statistics/index.ts'
import type { ArmResult, ComparisonResult } from '../../result.ts'
import type { Html } from '../html.ts'
import { linePlot, type Step } from '../plot/line-plot.ts'
import { absent, armLegend, figureOf, sectionOf } from '../section.ts'
import { tableOf } from '../table.ts'
import { count, kindTitles, listed, metricText, percent, shareWithRange, toneOf } from '../words.ts'

export function confidenceSection(result: ComparisonResult): Html {
  const curves = result.arms.filter(({ riskCoverage }) => riskCoverage.length > 0)
  const others = result.arms.filter(
    ({ riskCoverage, items }) => riskCoverage.length === 0 && items.answered > 0,
  )
  return sectionOf({
    id: 'confidence',
    title: 'Knowing when not to answer',
    lead: 'Left of the curve only the answers with the surest evidence are given. Where it is flat, the confidence does not tell right answers from wrong ones.',
    content: [
      curves.length > 0
        ? riskCoverage(curves)
        : absent('No curve is drawn: no arm says how sure it is of its evidence.'),
      curves.length > 0 &&
        others.length > 0 &&
        absent(
          `Without a confidence, and so not drawn: ${listed(others.map(({ title }) => title))}.`,
        ),
      abstention(result),
    ],
  })
}

function riskCoverage(arms: readonly ArmResult[]): Html {
  return figureOf({
    title: 'Risk and coverage',
    legend: armLegend(arms),
    plot: linePlot({
      alt: `Share of wrong answers among those given, by the share of the questions that are answered. ${arms.map(sentenceOf).join(' ')}`,
      x: {
        title: 'questions answered, the surest first',
        format: percent,
        kind: 'linear',
        shown: [0, 1],
      },
      y: { title: 'wrong, of those answered', format: percent },
      series: arms.map((arm) => ({
        type: 'steps' as const,
        title: arm.title,
        tone: toneOf(arm.arm),
        steps: stepsOf(arm),
      })),
    }),
    note: 'An answer to a question that the documents do not answer is wrong. Bands: pointwise 95 % ranges (Wilson), each question on its own; on the left they are wide because few answers are counted.',
    table: {
      caption: 'Risk at some coverages',
      head: ['arm', ...SHOWN.map((share) => `${percent(share)} answered`), 'most that is answered'],
      rows: arms.map((arm) => [
        arm.title,
        ...SHOWN.map((share) => riskAt(arm, share)),
        percent(arm.riskCoverage.at(-1)!.coverage),
      ]),
    },
  })
}

const SHOWN = [0.25, 0.5, 0.75, 0.9]

/** As many are wrong as the risk says, of as many as are answered so far. */
function stepsOf({ riskCoverage: curve }: ArmResult): Step[] {
  return curve.map(({ coverage, risk }, at) => {
    const { estimate, low, high } = wilsonInterval(Math.round(risk * (at + 1)), at + 1)
    return { x: coverage, y: estimate, low, high }
  })
}

/** Undefined where so much is never answered. */
function riskAt(arm: ArmResult, share: number): string | undefined {
  const step = stepsOf(arm).find(({ x }) => x >= share)
  return step && shareWithRange({ estimate: step.y, low: step.low, high: step.high })
}

function sentenceOf({ title, riskCoverage: curve }: ArmResult): string {
  const { coverage, risk } = curve.at(-1)!
  return `${title}: of ${percent(coverage)} answered, ${percent(risk)} are wrong.`
}

/** By the kinds of questions that the documents do not answer. */
function abstention({ arms, plan }: ComparisonResult): Html {
  const kinds = (['near_miss', 'off_topic', 'false_premise', 'no_document'] as const).filter(
    (kind) => (plan.kinds[kind] ?? 0) > 0,
  )
  if (kinds.length === 0)
    return absent('Abstention was not measured: all questions have an answer in the documents.')
  return tableOf({
    caption: 'Right abstentions by kind of question',
    head: [
      'arm',
      ...kinds.map((kind) => `${kindTitles[kind]} (${count(plan.kinds[kind]!, 'question')})`),
      'due, of all abstentions',
    ],
    rows: arms.map(({ title, abstention: found }) => [
      title,
      ...kinds.map((kind) => metricText(found.byKind[kind])),
      found.precision ? shareWithRange(found.precision) : 'never abstained',
    ]),
  })
}
