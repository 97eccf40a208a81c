/** @file One question with its answer: progress, text, notices, sources and actions. */

import { el, icon } from '../dom.js'
import { formatDate } from '../format.js'
import { button, notice } from '../parts.js'
import { headingLine, passageButton } from '../source/citation.js'
import { strings } from '../strings.js'
import { abstention } from './abstention.js'
import { createAnswerText } from './answer-text.js'
import { isOver } from './ask.js'
import { copyWithSources } from './copy.js'
import { createFeedback } from './feedback.js'

/** @import { Answer, AskRequest, Citation } from '../../src/server/contract.ts' */
/** @import { AnswerState } from './ask.js' */

// More sources than this are not named while reading, and shown on request below the answer.
const sourcesShown = 3
const copiedMs = 2000

let created = 0

/**
 * @param {AskRequest} request
 * @param {{ onRetry: () => void, announce: (text: string) => void }} actions
 */
export function createExchange(request, { onRetry, announce }) {
  created += 1
  const id = `question-${created}`
  const progress = el('p', { class: 'progress' })
  const text = el('div', { class: 'answer-text' })
  const after = el('div', { class: 'answer-after' })
  const answer = el('div', { class: 'answer' }, progress, text, after)
  const question = el('h2', { class: 'question', id }, request.question)
  const header = el('div', { class: 'question-row' }, question)
  if (request.asOf)
    header.append(
      el('p', { class: 'badge' }, icon('calendar'), strings.scopeDate(formatDate(request.asOf))),
    )
  const node = el('article', { class: 'exchange', 'aria-labelledby': id }, header, answer)
  const answerText = createAnswerText(text)

  return {
    node,
    /** @param {AnswerState} state */
    update(state) {
      answer.dataset.phase = state.phase
      progress.textContent = progressLine(state)
      progress.hidden = state.text !== '' || isOver(state)
      const abstained = state.answer?.abstained === true
      text.hidden = abstained
      answerText.update(state)
      if (!isOver(state)) return
      after.replaceChildren(...closing(state, request, { onRetry, announce }))
    },
  }
}

/** @param {AnswerState} state */
function progressLine({ phase, query, titles }) {
  if (phase === 'reading') return strings.reading(titles.slice(0, sourcesShown))
  return query ? strings.searchingFor(query) : strings.searching
}

/**
 * What stands below the text once nothing more will come.
 *
 * @param {AnswerState} state
 * @param {AskRequest} request
 * @param {{ onRetry: () => void, announce: (text: string) => void }} actions
 */
function closing(state, request, actions) {
  const { answer, error, phase } = state
  const nodes = []
  if (answer?.abstained) nodes.push(abstention(answer))
  if (error) nodes.push(notice('failure', 'warning', { title: strings.failed, ...error }))
  if (phase === 'stopped') nodes.push(note(strings.stopped))
  // A follow-up is searched with words of the conversation: say which.
  if (answer && answer.query !== request.question)
    nodes.push(note(strings.searchedFor(answer.query)))
  nodes.push(...notes(state))
  if (state.citations.size > 0) nodes.push(sourceList([...state.citations.values()]))
  nodes.push(...actionRow(state, actions))
  return nodes
}

/** @param {AnswerState} state */
function notes({ verdicts, dropped }) {
  const refused = verdicts.filter((verdict) => verdict.support === 'unsupported')
  const withheld = refused.filter((verdict) => verdict.withheld).length
  /** @type {[number, (count: number) => string][]} */
  const lines = [
    [refused.length - withheld, strings.unsupportedNote],
    [withheld, strings.withheldNote],
    [dropped, strings.droppedNote],
  ]
  return lines.filter(([count]) => count > 0).map(([count, line]) => note(line(count)))
}

/** @param {string} text */
function note(text) {
  return el('p', { class: 'note' }, text)
}

/** @param {Citation[]} citations */
function sourceList(citations) {
  const list = el(
    'ol',
    { class: 'sources-list' },
    ...citations.map((citation) => el('li', {}, sourceCard(citation))),
  )
  const section = el(
    'section',
    { class: 'sources', 'aria-label': strings.sources },
    el('h3', {}, strings.sources),
    list,
  )
  if (citations.length <= sourcesShown) return section
  const hidden = [...list.children]
    .slice(sourcesShown)
    .filter((item) => item instanceof HTMLElement)
  for (const item of hidden) item.hidden = true
  const showAll = () => {
    for (const item of hidden) item.hidden = false
    hidden[0]?.querySelector('button')?.focus()
    button.remove()
  }
  const button = el(
    'button',
    { type: 'button', class: 'quiet-button', onclick: showAll },
    strings.showAllSources(citations.length),
  )
  section.append(button)
  return section
}

/** @param {Citation} citation */
function sourceCard(citation) {
  const title = el('strong', {}, citation.title || strings.untitled)
  const heading = el('span', { class: 'source-heading' }, title, ...headingLine(citation))
  const number = el('span', { class: 'source-number' }, String(citation.marker))
  const body = el('span', { class: 'source-body' }, heading, el('q', {}, citation.quote))
  return passageButton(citation, { class: 'source' }, number, body)
}

/**
 * @param {AnswerState} state
 * @param {{ onRetry: () => void, announce: (text: string) => void }} actions
 */
function actionRow(state, { onRetry, announce }) {
  const row = el('div', { class: 'actions' })
  const traceId = state.answer?.traceId
  if (state.text && !state.answer?.abstained) row.append(copyButton(state, announce))
  row.append(button(strings.retry, onRetry, { iconName: 'retry' }))
  const feedback = traceId ? createFeedback(traceId, { announce }) : null
  if (traceId && feedback) row.append(...feedback.buttons, traceLink(traceId))
  if (state.answer) row.append(el('span', { class: 'meta' }, metaLine(state.answer)))
  return [row, ...(feedback ? [feedback.below] : [])]
}

/** @param {string} id */
function traceLink(id) {
  const href = `#/audit/${encodeURIComponent(id)}`
  return el('a', { class: 'quiet-button', href }, icon('trace'), strings.openTrace)
}

/** @param {Answer} answer */
function metaLine({ model, timings }) {
  return strings.answeredBy(model, (timings.totalMs / 1000).toFixed(1))
}

/**
 * @param {AnswerState} state
 * @param {(text: string) => void} announce
 */
function copyButton(state, announce) {
  const label = el('span', {}, strings.copy)
  const button = el('button', { type: 'button', class: 'quiet-button' }, icon('copy'), label)
  button.addEventListener('click', async () => {
    const copied = await copyWithSources(state)
    label.textContent = copied ? strings.copied : strings.copyFailed
    button.firstChild?.replaceWith(icon(copied ? 'check' : 'warning'))
    announce(label.textContent)
    setTimeout(() => {
      label.textContent = strings.copy
      button.firstChild?.replaceWith(icon('copy'))
    }, copiedMs)
  })
  return button
}
