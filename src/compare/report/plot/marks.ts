/** @file The marks that plots are made of; colours and dashes are the style sheet's. */
import { type Html, html } from '../html.ts'

/** What a mark stands for, as a class of the style sheet: `arm-rag`, `reason-fact`. */
export type Tone = string

const MARKER = 5

/** Different shapes, so that no arm is told by its colour alone. */
const shapes: Readonly<Record<string, (x: number, y: number, r: number) => string>> = {
  'arm-base': circle,
  'arm-long_context': (x, y, r) => polygon(x, y, r * 1.15, [0, 90, 180, 270]),
  'arm-rag': (x, y, r) => polygon(x, y, r * 1.25, [45, 135, 225, 315]),
  'arm-rag_form': (x, y, r) => polygon(x, y, r * 1.35, [-90, 30, 150]),
  'arm-tuned': (x, y, r) => polygon(x, y, r * 1.35, [90, 210, 330]),
  'arm-tuned_rag_naive': (x, y, r) => polygon(x, y, r * 1.2, [-90, -18, 54, 126, 198]),
  'arm-tuned_rag': star,
  'arm-oracle': (x, y, r) => polygon(x, y, r * 1.2, [0, 60, 120, 180, 240, 300]),
}

export type MarkerOptions = {
  readonly tone: Tone
  readonly hollow?: boolean
  readonly says?: string
}

export function marker(x: number, y: number, { tone, hollow, says }: MarkerOptions): Html {
  const shape = shapes[tone] ?? circle
  return html`<path class="marker ${tone}${hollow ? ' hollow' : ''}" d="${shape(x, y, MARKER)}">${tip(says)}</path>`
}

/** A range with its ends. */
export function whisker(from: number, to: number, y: number, tone: Tone, muted = false): Html {
  const d = `M${place(from, y - 4)}v8m0-4H${round(to)}m0-4v8`
  return html`<path class="whisker ${tone}${muted ? ' muted' : ''}" d="${d}"/>`
}

export function uprightWhisker(x: number, from: number, to: number, tone: Tone): Html {
  const d = `M${place(x - 4, from)}h8m-4 0V${round(to)}m-4 0h8`
  return html`<path class="whisker ${tone}" d="${d}"/>`
}

export function tip(says: string | undefined): Html | undefined {
  return says === undefined ? undefined : html`<title>${says}</title>`
}

/** A polyline through the places. */
export function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${place(x, y)}`).join('')
}

/** As paths write a place: two decimals at most. */
function place(x: number, y: number): string {
  return `${round(x)} ${round(y)}`
}

function round(value: number): number {
  if (!Number.isFinite(value)) throw new Error(`internal: ${value} in a plot`)
  return Math.round(value * 100) / 100 + 0
}

function circle(x: number, y: number, r: number): string {
  return `M${place(x - r, y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`
}

function star(x: number, y: number, r: number): string {
  const corners = Array.from({ length: 10 }, (_, at) =>
    corner(x, y, at % 2 === 0 ? r * 1.5 : r * 0.65, at * 36 - 90),
  )
  return `${pathOf(corners)}z`
}

function polygon(x: number, y: number, r: number, degrees: readonly number[]): string {
  return `${pathOf(degrees.map((angle) => corner(x, y, r, angle)))}z`
}

function corner(x: number, y: number, r: number, degrees: number): [number, number] {
  const angle = (degrees * Math.PI) / 180
  return [x + r * Math.cos(angle), y + r * Math.sin(angle)]
}
