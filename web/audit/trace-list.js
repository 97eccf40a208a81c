/** @file Answers, newest first, with what became of them. */

import { getTraces } from '../api.js'
import { el } from '../dom.js'
import { formatTime } from '../format.js'
import { badge, button, createLoader, labelled, notice, viewHeader } from '../parts.js'
import { strings } from '../strings.js'

/** @import { TracesResponse } from '../../src/server/contract.ts' */
/** @import { Tone } from '../parts.js' */

/** @typedef {TracesResponse['traces'][number]} TraceSummary */

const text = strings.audit
const pageSize = 30

/** @type {Record<TraceSummary['outcome'], Tone>} */
export const outcomeTones = {
  answered: 'good',
  abstained: 'warn',
  failed: 'bad',
  aborted: 'plain',
}

/** @returns {Node[]} */
export function createTraceList() {
  const options = Object.entries(text.outcomes).map(([value, label]) =>
    el('option', { value }, label),
  )
  const outcome = el('select', {}, el('option', { value: '' }, text.allOutcomes), ...options)
  const place = el('div', { class: 'view-body' })
  const loader = createLoader(place)
  const refresh = () => {
    const filter = filterOf(outcome.value)
    void loader.run(
      (signal) => getTraces(filter, signal),
      ({ traces }) => (traces.length > 0 ? [pages(traces, filter)] : [nothing(outcome.value)]),
    )
  }
  outcome.addEventListener('change', refresh)
  refresh()
  const lead = el('p', { class: 'view-lead' }, text.lead)
  const filter = el('div', { class: 'toolbar' }, labelled(text.filterLabel, outcome))
  return [viewHeader(text.title, lead), filter, place]
}

/**
 * @param {string} outcome
 * @returns {Record<string, string>}
 */
function filterOf(outcome) {
  return { limit: String(pageSize), ...(outcome !== '' && { outcome }) }
}

/** @param {string} outcome */
function nothing(outcome) {
  if (outcome !== '') return el('p', { class: 'note' }, text.noneMatch)
  const next = el('a', { class: 'button', href: '#/ask' }, text.emptyNext)
  return notice('empty', 'trace', { title: text.emptyTitle, message: text.emptyMessage }, next)
}

/**
 * The first page, and a way to the one behind it.
 *
 * @param {TraceSummary[]} traces
 * @param {Record<string, string>} filter
 */
function pages(traces, filter) {
  const last = traces.at(-1)
  const rows = el('ul', { class: 'rows' }, ...traces.map((trace) => el('li', {}, row(trace))))
  const page = el('div', {}, rows)
  if (!last || traces.length < pageSize) return page
  const rest = el('div', {})
  const more = button(text.older, () => {
    void createLoader(rest).run(
      (signal) => getTraces({ ...filter, before: last.id }, signal),
      (found) => (found.traces.length > 0 ? [pages(found.traces, filter)] : []),
    )
  })
  rest.append(more)
  page.append(rest)
  return page
}

/** @param {TraceSummary} trace */
function row({ id, at, outcome, principal, question, model, adapter, totalMs }) {
  const time = el('time', { dateTime: at }, formatTime(at))
  const details = [principal ?? text.owner, adapter ?? model, strings.ms(totalMs)]
  return el(
    'a',
    { class: 'row', href: `#/audit/${encodeURIComponent(id)}` },
    el('span', { class: 'row-title' }, question ?? text.noText),
    el(
      'span',
      { class: 'row-meta' },
      badge(text.outcomes[outcome], outcomeTones[outcome]),
      time,
      ...details.map((detail) => el('span', {}, detail)),
    ),
  )
}
