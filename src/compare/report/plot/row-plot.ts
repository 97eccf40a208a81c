/** @file Plots with one row for each thing: ranges, bars that float or stack, strips. */
import { type Html, html } from '../html.ts'
import { axisTitle, uprightGrid } from './axis.ts'
import { marker, type Tone, tip, whisker } from './marks.ts'
import { linearScale, type Scale } from './scale.ts'
import { inBothSizes, type PlotSize, picture } from './size.ts'

export type RowMark =
  | Bar
  | Spread
  /** A range without a marker, on other marks or below them. */
  | { readonly type: 'span'; readonly low: number; readonly high: number; readonly below?: boolean }
  | { readonly type: 'line'; readonly at: number; readonly says?: string }

type Bar = {
  readonly type: 'bar'
  readonly from: number
  readonly to: number
  readonly tone: Tone
  readonly says?: string
  /** Stands in the bar where it fits. */
  readonly text?: string
}

type Spread = {
  readonly type: 'range'
  readonly low: number
  readonly high: number
  readonly estimate: number
  readonly tone: Tone
  readonly muted?: boolean
  readonly hollow?: boolean
  readonly says?: string
}

export type Row =
  | { readonly label: string; readonly numbers: string; readonly marks: readonly RowMark[] }
  /** A heading above the rows that follow. */
  | { readonly heading: string }

export type RowPlot = {
  /** The plot in a sentence, for those who cannot see it. */
  readonly alt: string
  readonly rows: readonly Row[]
  readonly axis: string
  readonly format: (value: number) => string
  /** Values that the axis shows in any case. Default: 0. */
  readonly shown?: readonly number[]
}

const ROW = 30
/** With the label above the marks. */
const TALL_ROW = 46
const TOP = 8
const AXIS = 46
const MARGIN = 12
/** Half of what a number at the last tick takes. */
const TICK = 8
const BAR = 16

export function rowPlot(plot: RowPlot): Html {
  return inBothSizes((size) => draw(plot, size))
}

function draw({ alt, rows, axis, format, shown = [0] }: RowPlot, size: PlotSize): Html {
  const left = size.labels + MARGIN
  const right = size.width - size.numbers - MARGIN - TICK
  const values = [
    ...shown,
    ...rows.flatMap((row) => ('marks' in row ? row.marks : []).flatMap(endsOf)),
  ]
  const scale = linearScale(values, { from: left, to: right }, { count: size.labels > 0 ? 6 : 4 })
  const bottoms = bottomsOf(rows, size)
  const bottom = bottoms.at(-1) ?? TOP
  const content = html`${uprightGrid(scale, { top: TOP, bottom, format })}
    ${axisTitle(axis, { left, right, bottom })}
    ${rows.map((row, at) => rowOf(row, { scale, size, right, bottom: bottoms[at]! }))}`
  return picture(size, bottom + AXIS, alt, content)
}

function bottomsOf(rows: readonly Row[], size: PlotSize): number[] {
  const height = size.labels > 0 ? ROW : TALL_ROW
  let bottom = TOP
  return rows.map((row) => (bottom += 'heading' in row ? ROW : height))
}

type Place = {
  readonly scale: Scale
  readonly size: PlotSize
  readonly right: number
  readonly bottom: number
}

function rowOf(row: Row, { scale, size, right, bottom }: Place): Html {
  if ('heading' in row)
    return html`<text class="row-heading" x="0" y="${bottom - 8}">${row.heading}</text>`
  const isBeside = size.labels > 0
  const y = bottom - ROW / 2
  const text = isBeside ? y + 4.5 : bottom - ROW - 2
  const numbers = isBeside ? right + MARGIN + TICK : size.width
  const anchor = isBeside ? 'start' : 'end'
  return html`<g>
    <text class="row-label" x="0" y="${text}">${row.label}</text>
    ${row.marks.map((mark) => markOf(mark, scale, y))}
    <text class="row-numbers" x="${numbers}" y="${text}" text-anchor="${anchor}">${row.numbers}</text>
  </g>`
}

function markOf(mark: RowMark, { at }: Scale, y: number): Html {
  if (mark.type === 'range') {
    const { low, high, estimate, tone, muted, hollow, says } = mark
    const options = { tone, ...(hollow && { hollow }), ...(says !== undefined && { says }) }
    return html`${whisker(at(low), at(high), y, tone, muted)}${marker(at(estimate), y, options)}`
  }
  if (mark.type === 'span') {
    const { low, high, below = false } = mark
    return whisker(at(low), at(high), below ? y + BAR / 2 + 3 : y, 'ink')
  }
  if (mark.type === 'line')
    return html`<path class="now" d="M${at(mark.at)} ${y - BAR / 2 - 4}v${BAR + 8}">${tip(mark.says)}</path>`
  return barOf(
    mark,
    { from: at(Math.min(mark.from, mark.to)), to: at(Math.max(mark.from, mark.to)) },
    y,
  )
}

/** Width of a letter, to leave out what would not fit into its bar. */
const LETTER = 8

function barOf(
  { tone, says, text }: Bar,
  { from, to }: { from: number; to: number },
  y: number,
): Html {
  const fits = text !== undefined && to - from > LETTER * text.length
  return html`<rect class="bar ${tone}" x="${from}" y="${y - BAR / 2}" width="${to - from}" height="${BAR}">${tip(says)}</rect>
    ${fits && html`<text class="bar-text ${tone}" x="${(from + to) / 2}" y="${y + 4.5}" text-anchor="middle">${text}</text>`}`
}

function endsOf(mark: RowMark): number[] {
  if ('low' in mark) return [mark.low, mark.high]
  return mark.type === 'bar' ? [mark.from, mark.to] : [mark.at]
}
