/** @file One answer in full: question, answer, evidence, found passages, costs; and answering it again. */

import { getTrace } from '../api.js'
import { el } from '../dom.js'
import { formatTime } from '../format.js'
import { backLink, badge, createLoader, facts, notice, section, viewHeader } from '../parts.js'
import { legTable } from '../source/leg-table.js'
import { strings } from '../strings.js'
import { evidenceList } from './evidence-list.js'
import { replaySection } from './replay-section.js'
import { outcomeTones } from './trace-list.js'

/** @import { TraceResponse } from '../../src/server/contract.ts' */

const text = strings.audit

/**
 * @param {string} id
 * @returns {Node[]}
 */
export function createTracePage(id) {
  const place = el('div', { class: 'view-body' })
  void createLoader(place).run((signal) => getTrace(id, signal), render)
  return [viewHeader(text.traceTitle, backLink('#/audit', text.back)), place]
}

/**
 * @param {TraceResponse} trace
 * @returns {Node[]}
 */
function render(trace) {
  return [
    questionSection(trace),
    answerSection(trace),
    evidenceSection(trace),
    foundSection(trace),
    ...toolSection(trace),
    replaySection(trace.id),
    section(text.details, detailFacts(trace)),
  ]
}

/** @param {TraceResponse} trace */
function questionSection({ at, texts, outcome }) {
  const question = texts?.question ?? text.noText
  return section(
    text.asked,
    el('p', { class: 'quoted' }, question),
    el(
      'p',
      { class: 'row-meta' },
      badge(text.outcomes[outcome], outcomeTones[outcome]),
      el('time', { dateTime: at }, formatTime(at)),
    ),
  )
}

/** @param {TraceResponse} trace */
function answerSection({ texts, withheld, outcome, error, abstention }) {
  const isCut = outcome === 'failed' || outcome === 'aborted'
  const answer = withheld ? text.withheld : (texts?.answer ?? text.noText)
  const parts = [
    ...(answer === '' ? [] : [el('p', { class: 'quoted' }, answer)]),
    ...(abstention ? [el('p', { class: 'note' }, text.because(abstention))] : []),
    ...(error
      ? [notice('failure', 'warning', { title: text.error(error.code), message: error.message })]
      : []),
  ]
  return section(isCut ? text.saidUntil : text.said, ...parts)
}

/** @param {TraceResponse} trace */
function evidenceSection({ evidence, citations }) {
  if (!evidence) return section(text.chosen, el('p', { class: 'note' }, text.notSearched))
  const { sentences, confidence, sufficient } = evidence
  const lead = text.chosenLead(sentences.length, confidence.toFixed(2), sufficient)
  const list = evidenceList(sentences, citations)
  return section(text.chosen, el('p', { class: 'note' }, lead), list)
}

/** @param {TraceResponse} trace */
function foundSection({ candidates }) {
  const lead = el('p', { class: 'note' }, text.foundLead(candidates.length))
  if (candidates.length === 0) return section(text.found, lead)
  const rows = candidates.map(({ source, score, legs }) => ({
    place: source
      ? [...new Set([source.title || source.uri, ...source.headingPath])].join(' › ')
      : text.closed,
    score,
    legs,
  }))
  return section(text.found, lead, legTable(rows))
}

/** @param {TraceResponse} trace */
function toolSection({ tools = [] }) {
  if (tools.length === 0) return []
  const items = tools.map(({ name, status }) => el('li', {}, text.toolLine(name, status)))
  return [section(text.tools, el('ul', { class: 'plain-list' }, ...items))]
}

/** @param {TraceResponse} trace */
function detailFacts(trace) {
  const { at, texts, turns, filter, model, call, settings, usage, cost, id } = trace
  const filters = Object.entries(filter).map(([name, value]) => `${name} ${String(value)}`)
  /** @type {[keyof typeof text.facts, string | null | undefined][]} */
  const rows = [
    ['at', formatTime(at)],
    ['by', asker(trace)],
    ['query', texts && (texts.query ?? text.hidden)],
    ['turns', turns > 0 ? strings.count(turns) : null],
    ['filter', filters.join(', ')],
    ['model', model],
    ['served', call.servedModel],
    ['adapter', call.adapter],
    ['policy', settings?.policy],
    ['verdicts', verdictLine(trace)],
    ['time', timeLine(trace)],
    ['tokens', text.tokens(usage.inputTokens, usage.outputTokens)],
    ['cost', cost === null ? null : cost.toFixed(6)],
    ['prompt', call.promptSha256],
    ['trace', id],
  ]
  return facts(rows.flatMap(([name, value]) => (value ? [[text.facts[name], value]] : [])))
}

/** @param {TraceResponse} trace */
function asker({ reader: { principal, groups } }) {
  const name = principal ?? (groups === null ? text.owner : text.unnamed)
  return text.byWhom(name, groups)
}

/** @param {TraceResponse} trace */
function verdictLine({ verdicts }) {
  const withheld = verdicts.filter((verdict) => verdict.withheld).length
  const count = (/** @type {string} */ support) =>
    verdicts.filter((verdict) => verdict.support === support && !verdict.withheld).length
  return text.verdicts(count('supported'), count('unsupported'), withheld)
}

/** @param {TraceResponse} trace */
function timeLine({ timings: { totalMs, retrievalMs } }) {
  return text.time(strings.ms(totalMs), strings.ms(retrievalMs))
}
