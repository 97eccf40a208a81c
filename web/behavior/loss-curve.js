/** @file The training loss of a job as a small curve. */

import { el, svg } from '../dom.js'
import { strings } from '../strings.js'

const width = 320
const height = 64

/**
 * @param {Readonly<Record<string, unknown>>[]} metrics oldest first
 * @returns {HTMLElement[]} the curve, or nothing where there is none yet
 */
export function lossCurve(metrics) {
  const losses = metrics.flatMap(({ train_loss: loss }) => (typeof loss === 'number' ? [loss] : []))
  const [first, last] = [losses[0], losses.at(-1)]
  if (losses.length < 2 || first === undefined || last === undefined) return []
  const top = Math.max(...losses)
  // A curve that hardly falls has to look like one: the scale begins at zero.
  const points = losses.map((loss, index) => {
    const x = (index / (losses.length - 1)) * width
    const y = top > 0 ? height - (loss / top) * height : height
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  const line = svg('polyline', { points: points.join(' ') })
  const curve = svg('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none' }, line)
  const label = strings.behavior.lossCurve(first.toFixed(3), last.toFixed(3))
  const figure = el('figure', { class: 'loss-curve' }, el('figcaption', { class: 'hint' }, label))
  curve.setAttribute('aria-hidden', 'true')
  figure.prepend(curve)
  return [figure]
}
