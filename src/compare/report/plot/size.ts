/** @file The two sizes of each plot: beside its text on a screen or on paper, and on a phone. */
import { type Html, html } from '../html.ts'

export type PlotSize = {
  readonly name: 'wide' | 'narrow'
  readonly width: number
  /** Width of labels that stand left of the marks; 0: they stand above them. */
  readonly labels: number
  /** Width of the numbers that stand right of the marks; 0: above them. */
  readonly numbers: number
}

const sizes: readonly PlotSize[] = [
  { name: 'wide', width: 860, labels: 215, numbers: 160 },
  { name: 'narrow', width: 340, labels: 0, numbers: 0 },
]

/** The plot in both sizes, of which the style sheet shows one. */
export function inBothSizes(draw: (size: PlotSize) => Html): Html {
  return html`${sizes.map(draw)}`
}

/** The frame of a plot: one picture to those who cannot see it, described by a sentence. */
export function picture(size: PlotSize, height: number, alt: string, content: Html): Html {
  const { name, width } = size
  return html`<svg class="plot ${name}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${alt}">${content}</svg>`
}
