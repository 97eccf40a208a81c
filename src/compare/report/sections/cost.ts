/** @file Cost against quality: what an answer costs, in money or in tokens, and how often everything is right. */
import type { ArmResult, ComparisonResult, Range } from '../../result.ts'
import type { Html } from '../html.ts'
import { linePlot, type Series } from '../plot/line-plot.ts'
import { absent, armLegend, figureOf, sectionOf } from '../section.ts'
import {
  capital,
  count,
  duration,
  money,
  number,
  percent,
  shareWithRange,
  toneOf,
} from '../words.ts'

type Priced = { readonly arm: ArmResult; readonly cost: number; readonly joint: Range }

/** In money where prices are known. */
type Currency = { readonly title: string; readonly write: (cost: number) => string }

export function costSection(result: ComparisonResult): Html {
  const { prices } = result.manifest.settings
  const priced = result.arms.flatMap((arm) => pricedOf(arm, prices !== null))
  return sectionOf({
    id: 'cost',
    title: 'Cost and quality',
    lead: 'What an answer costs to give, and how often everything about it is right. Training, hosting and people are not in it; the advice on costs weighs them.',
    content: [
      priced.length > 0
        ? scatter(priced, currencyOf(prices), result)
        : absent('Not measured: no arm reported tokens.'),
      prices === null &&
        priced.length > 0 &&
        absent('Without prices the cost is shown in tokens; give some with --prices.'),
    ],
  })
}

function pricedOf(arm: ArmResult, isMoney: boolean): Priced[] {
  const { cost, tokens, metrics } = arm
  const joint = metrics.initial.joint?.range
  const amount = isMoney ? cost?.perRequest : tokens && tokens.input + tokens.output
  // Models that count no tokens report none.
  if (!joint || !amount) return []
  return [{ arm, cost: amount, joint }]
}

function currencyOf(prices: ComparisonResult['manifest']['settings']['prices']): Currency {
  if (prices === null)
    return { title: 'tokens per request, read and written', write: (cost) => number(cost) }
  const { currency, date } = prices
  return {
    title: `${currency} per thousand requests, at prices of ${date}`,
    write: (cost) => money(1000 * cost, currency),
  }
}

function scatter(
  priced: readonly Priced[],
  { title, write }: Currency,
  result: ComparisonResult,
): Html {
  const best = frontierOf(priced.filter(({ arm }) => arm.competes))
  const places = priced.map(
    ({ arm, cost, joint }): Series => ({
      type: 'place',
      title: arm.title,
      tone: toneOf(arm.arm),
      hollow: !arm.competes,
      step: { x: cost, y: joint.estimate, low: joint.low, high: joint.high },
    }),
  )
  const frontier: Series = {
    type: 'frontier',
    title: 'nothing is both cheaper and better',
    tone: 'frontier',
    steps: best.map(({ cost, joint }) => ({ x: cost, y: joint.estimate })),
  }
  return figureOf({
    title: 'Cost and joint success',
    legend: armLegend(priced.map(({ arm }) => arm)),
    plot: linePlot({
      alt: `Joint success by cost. ${priced.map(({ arm, cost, joint }) => `${capital(arm.title)}: ${write(cost)}, ${shareWithRange(joint)}.`).join(' ')}`,
      x: { title, format: write, kind: 'linear', shown: [0] },
      y: { title: 'joint success', format: percent },
      series: [frontier, ...places],
    }),
    note: 'The dashed line joins the arms to which nothing is both cheaper and better by the estimates. Upright lines are 95 % ranges of the joint success; where they overlap, the order may be chance.',
    table: {
      caption: 'Cost and joint success',
      head: [
        'arm',
        'joint success',
        'tokens read',
        'tokens written',
        'a thousand requests',
        'a thousand successes',
        'training',
      ],
      rows: priced.map(({ arm, joint }) => [
        arm.title,
        shareWithRange(joint),
        ...numbersOf(arm, result),
      ]),
    },
  })
}

function numbersOf(
  { tokens, cost, training }: ArmResult,
  { manifest }: ComparisonResult,
): (string | false | null)[] {
  const { prices } = manifest.settings
  const thousand = (amount: number | null): string | null =>
    amount === null || prices === null ? null : money(1000 * amount, prices.currency)
  return [
    tokens && number(tokens.input),
    tokens && number(tokens.output),
    cost && thousand(cost.perRequest),
    cost && (cost.perSuccess === null ? 'no success to pay for' : thousand(cost.perSuccess)),
    training
      ? `${duration(1000 * training.seconds)}, ${count(training.examples, 'example')}`
      : 'none',
  ]
}

/** From the cheapest on, each that is better than all cheaper ones. */
function frontierOf(priced: readonly Priced[]): Priced[] {
  const ordered = priced.toSorted((a, b) => a.cost - b.cost || b.joint.estimate - a.joint.estimate)
  let best = Number.NEGATIVE_INFINITY
  return ordered.filter(({ joint }) => {
    if (joint.estimate <= best) return false
    best = joint.estimate
    return true
  })
}
