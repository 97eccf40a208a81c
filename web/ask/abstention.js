/** @file The notice in place of an answer: why there is none, what came closest, and what to do next. */

import { getTrace } from '../api.js'
import { el } from '../dom.js'
import { notice } from '../parts.js'
import { strings } from '../strings.js'

/** @import { Answer, TraceResponse } from '../../src/server/contract.ts' */

const passagesShown = 3

/** @param {Answer} answer */
export function abstention({ answer, traceId }) {
  const reasons = el('div', { class: 'abstention-reasons' })
  const next = el('a', { class: 'quiet-button', href: '#/knowledge' }, strings.abstainedAdd)
  const text = { title: strings.abstained, message: answer, hint: strings.abstainedHelp }
  if (traceId) void fill(reasons, traceId)
  return notice('abstained', 'notFound', text, reasons, el('p', {}, next))
}

/**
 * The notice stands without the trace, so a failure to read it is no failure of the answer.
 *
 * @param {HTMLElement} reasons
 * @param {string} traceId
 */
async function fill(reasons, traceId) {
  const trace = await getTrace(traceId).catch(() => null)
  if (trace?.abstention)
    reasons.append(el('p', { class: 'hint' }, strings.abstainedReason(trace.abstention)))
  const places = trace ? closest(trace) : []
  if (places.length === 0) return
  const list = el('ul', { class: 'plain-list' }, ...places.map((place) => el('li', {}, place)))
  reasons.append(el('p', { class: 'hint' }, strings.abstainedClosest), list)
}

/** @param {TraceResponse} trace */
function closest({ candidates }) {
  const places = candidates.flatMap(({ source }) =>
    source ? [[...new Set([source.title, ...source.headingPath])].join(' › ')] : [],
  )
  return [...new Set(places)].slice(0, passagesShown)
}
