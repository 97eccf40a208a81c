/** @file What all plots have below them: upright lines at the ticks, their numbers, the title of the axis. */
import { type Html, html } from '../html.ts'
import type { Scale } from './scale.ts'

export type GridOptions = {
  readonly top: number
  readonly bottom: number
  readonly format: (value: number) => string
}

/** The line at zero is stronger than the others. */
export function uprightGrid({ ticks, at }: Scale, { top, bottom, format }: GridOptions): Html {
  return html`${ticks.map(
    (tick) => html`<path class="${tick === 0 ? 'zero' : 'grid'}" d="M${at(tick)} ${top}V${bottom}"/>
      <text class="tick" x="${at(tick)}" y="${bottom + 17}" text-anchor="middle">${format(tick)}</text>`,
  )}`
}

export type AxisPlace = { readonly left: number; readonly right: number; readonly bottom: number }

export function axisTitle(title: string, { left, right, bottom }: AxisPlace): Html {
  const middle = (left + right) / 2
  return html`<text class="axis-title" x="${middle}" y="${bottom + 38}" text-anchor="middle">${title}</text>`
}
