/** @file Plots with two axes: steps with their bands, and places with their ranges. */
import { type Html, html } from '../html.ts'
import { axisTitle, uprightGrid } from './axis.ts'
import { marker, pathOf, type Tone, tip, uprightWhisker } from './marks.ts'
import { linearScale, logScale, type Scale } from './scale.ts'
import { inBothSizes, type PlotSize, picture } from './size.ts'

/** A place of a step curve, with its range. */
export type Step = {
  readonly x: number
  readonly y: number
  readonly low: number
  readonly high: number
}

export type Series = {
  readonly title: string
  readonly tone: Tone
} & (
  | {
      /** The value holds from its place to the next one. */
      readonly type: 'steps'
      readonly steps: readonly Step[]
    }
  | { readonly type: 'place'; readonly step: Step; readonly hollow?: boolean }
  | { readonly type: 'frontier'; readonly steps: readonly Pick<Step, 'x' | 'y'>[] }
)

export type Axis = {
  readonly title: string
  readonly format: (value: number) => string
  readonly kind: 'linear' | 'log'
  /** Values that it shows in any case. */
  readonly shown: readonly number[]
}

export type LinePlot = {
  readonly alt: string
  readonly x: Axis
  /** From 0 to 1: a share. */
  readonly y: Pick<Axis, 'title' | 'format'>
  readonly series: readonly Series[]
}

const HEIGHT = 300
const MARGIN = { left: 54, right: 30, top: 24, bottom: 46 }

export function linePlot(plot: LinePlot): Html {
  return inBothSizes((size) => draw(plot, size))
}

function draw({ alt, x, y, series }: LinePlot, size: PlotSize): Html {
  const [left, right] = [MARGIN.left, size.width - MARGIN.right]
  const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom]
  const values = [...x.shown, ...series.flatMap(placesOf).map((step) => step.x)]
  const count = size.name === 'wide' ? 6 : 3
  const across =
    x.kind === 'log'
      ? logScale(values, { from: left, to: right })
      : linearScale(values, { from: left, to: right }, { count })
  const up = linearScale([0, 1], { from: bottom, to: top })
  const rungs = up.ticks.map(
    (
      tick,
    ) => html`<path class="${tick === 0 ? 'zero' : 'grid'}" d="M${left} ${up.at(tick)}H${right}"/>
      <text class="tick" x="${left - 8}" y="${up.at(tick) + 4.5}" text-anchor="end">${y.format(tick)}</text>`,
  )
  const content = html`<text class="axis-title" x="0" y="11">${y.title}</text>
    ${rungs}
    ${uprightGrid(across, { top, bottom, format: x.format })}
    ${axisTitle(x.title, { left, right, bottom })}
    ${series.map((one) => bandOf(one, across, up))}
    ${series.map((one) => curveOf(one, across, up))}`
  return picture(size, HEIGHT, alt, content)
}

function placesOf(series: Series): readonly Pick<Step, 'x' | 'y'>[] {
  return series.type === 'place' ? [series.step] : series.steps
}

/** The range of the steps, from one to the next; bands lie below all curves. */
function bandOf(series: Series, across: Scale, up: Scale): Html | undefined {
  if (series.type !== 'steps' || series.steps.length === 0) return undefined
  const edge = (which: 'low' | 'high'): [number, number][] =>
    stairsOf(series.steps.map((step) => [across.at(step.x), up.at(step[which])]))
  const d = `${pathOf([...edge('low'), ...edge('high').toReversed()])}z`
  return html`<path class="band ${series.tone}" d="${d}"/>`
}

function curveOf(series: Series, across: Scale, up: Scale): Html {
  if (series.type === 'place') {
    const { tone, title, hollow, step } = series
    const x = across.at(step.x)
    return html`${uprightWhisker(x, up.at(step.low), up.at(step.high), tone)}
      ${marker(x, up.at(step.y), { tone, says: title, ...(hollow && { hollow }) })}`
  }
  const places = series.steps.map((step): [number, number] => [across.at(step.x), up.at(step.y)])
  const stairs = stairsOf(places)
  return html`<path class="curve ${series.tone}" d="${pathOf(stairs)}">${tip(series.title)}</path>
    ${series.type === 'steps' && markersOn(places, series)}`
}

const MARKERS = 4

/** A few markers on the curve, so that it is told by shape where colours fail. */
function markersOn(places: readonly [number, number][], { tone, title }: Series): Html[] {
  const every = Math.max(1, Math.floor(places.length / MARKERS))
  return places
    .filter((_, at) => (at + 1) % every === 0)
    .map(([x, y]) => marker(x, y, { tone, says: title }))
}

/** Level until the next place, then straight to it. */
function stairsOf(places: readonly [number, number][]): [number, number][] {
  return places.flatMap(([x, y], at): [number, number][] =>
    at === 0
      ? [[x, y]]
      : [
          [x, places[at - 1]![1]],
          [x, y],
        ],
  )
}
