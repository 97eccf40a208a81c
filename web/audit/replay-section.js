/** @file Answering a question again, with the evidence of then or the documents of today, and what differs. */

import { replayTrace } from '../api.js'
import { el } from '../dom.js'
import { act, badge, button, notice, section } from '../parts.js'
import { strings } from '../strings.js'
import { stateTones } from './evidence-list.js'

/** @import { ReplayResponse } from '../../src/server/contract.ts' */

/** @typedef {ReplayResponse['changes'][number]} Change */

const text = strings.audit

/** @param {string} id of the trace */
export function replaySection(id) {
  const result = el('div', { class: 'replay', 'aria-live': 'polite' })
  const replay = (/** @type {HTMLButtonElement} */ starter, /** @type {boolean} */ today) =>
    act(node, starter, async () => {
      result.replaceChildren(el('p', { class: 'progress' }, text.replaying))
      try {
        result.replaceChildren(...render(await replayTrace(id, today)))
      } catch (cause) {
        result.replaceChildren()
        throw cause
      }
    })
  const then = button(text.replayThen, () => replay(then, false), { look: 'button' })
  const now = button(text.replayToday, () => replay(now, true), { look: 'button' })
  const buttons = el('div', { class: 'form-actions' }, then, now)
  const lead = el('p', { class: 'note' }, text.replayLead)
  const node = section(text.replayTitle, lead, buttons, result)
  return node
}

/**
 * @param {ReplayResponse} replay
 * @returns {Node[]}
 */
function render({ same, changes, settings, sentences, before }) {
  const count = (/** @type {Change['change']} */ kind) =>
    changes.filter(({ change }) => change === kind).length
  const verdict = same
    ? notice('success', 'check', { title: text.same, message: text.sameMessage })
    : notice('changed', 'retry', {
        title: text.other,
        message:
          before.answer === null
            ? text.withheld
            : text.otherMessage(count('removed'), count('added')),
      })
  const changed = settings.map(({ setting, before: old, after }) =>
    el('li', {}, text.settingChanged(setting, old ?? text.none, after ?? text.none)),
  )
  const moved = sentences.filter(({ state }) => state !== 'current')
  return [
    verdict,
    ...(changed.length > 0 ? [el('ul', { class: 'plain-list' }, ...changed)] : []),
    ...(same ? [] : [el('ol', { class: 'changes' }, ...changes.map(changeLine))]),
    ...(moved.length > 0 ? [el('ul', { class: 'plain-list' }, ...moved.map(sentenceLine))] : []),
  ]
}

/** @param {Change} change */
function changeLine({ change, text: sentence, before, after }) {
  const sign = el('span', { class: 'change-sign', 'aria-hidden': 'true' }, text.changeSigns[change])
  const label = el('span', { class: 'visually-hidden' }, `${text.change[change]}: `)
  const isJudgedAnew = change === 'same' && before !== after
  const judged = isJudgedAnew ? [badge(text.judged(before ?? '–', after ?? '–'), 'warn')] : []
  return el('li', { class: `change ${change}` }, sign, label, el('span', {}, sentence), ...judged)
}

/** @param {ReplayResponse['sentences'][number]} place */
function sentenceLine({ sentence, state }) {
  const words = sentence ? el('q', {}, sentence.text) : text.closed
  return el('li', {}, words, ' ', badge(text.states[state], stateTones[state]))
}
