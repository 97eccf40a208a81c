/** @file One alias: which version answers, a trial of another one on a share of the requests, the way back, its history. */

import { getAliasHistory, rollBack, startCanary } from '../api.js'
import { confirmDialog } from '../confirm.js'
import { el } from '../dom.js'
import { formatTime } from '../format.js'
import { act, button, createLoader, labelled } from '../parts.js'
import { strings } from '../strings.js'
import { referenceOf, refusals } from './adapter-card.js'

/** @import { AdapterEntry, AliasHistoryResponse, AliasResponse } from '../../src/server/contract.ts' */

const text = strings.behavior

const firstShare = 10

/**
 * @param {AliasResponse} alias
 * @param {AdapterEntry[]} versions of the same name
 * @param {() => Promise<void>} refresh
 */
export function aliasCard(alias, versions, refresh) {
  const label = `${alias.name}@${alias.alias}`
  const starter = button(text.rollback, () => void act(node, starter, start), { look: 'button' })
  const start = async () => {
    if (!(await confirmRollback(alias, label))) return
    await rollBack(alias.name, alias.alias)
    await refresh()
  }
  const heading = el('h3', {}, label)
  const node = el(
    'article',
    { class: 'card', 'aria-label': label },
    el('div', { class: 'card-head' }, heading, starter),
    el('p', {}, statement(alias)),
    shareBar(alias),
    ...canaryForm(alias, versions, refresh),
    history(alias),
  )
  return node
}

/** @param {AliasResponse} alias */
function statement({ name, version, canaryVersion, canaryShare }) {
  const current = referenceOf({ name, version })
  if (canaryVersion === null) return text.allRequests(current)
  const canary = referenceOf({ name, version: canaryVersion })
  return text.split(current, canary, strings.percent(canaryShare))
}

/** The split at a glance; the sentence above says it in words. @param {AliasResponse} alias */
function shareBar({ canaryShare }) {
  const part = el('span', { class: 'share-part' })
  part.style.width = `${canaryShare * 100}%`
  return el('div', { class: 'share-bar', 'aria-hidden': 'true' }, part)
}

/**
 * @param {AliasResponse} alias
 * @param {string} label
 */
function confirmRollback({ name, version, canaryVersion }, label) {
  const current = referenceOf({ name, version })
  return confirmDialog({
    title: text.rollbackTitle(label),
    message: canaryVersion === null ? text.rollbackMessage : text.endCanaryMessage(current),
    agree: text.rollbackNow,
    dangerous: true,
  })
}

/**
 * @param {AliasResponse} alias
 * @param {AdapterEntry[]} versions
 * @param {() => Promise<void>} refresh
 */
function canaryForm(alias, versions, refresh) {
  const others = versions.filter(({ version }) => version !== alias.version)
  if (others.length === 0) return []
  const options = others.map((one) => el('option', { value: String(one.version) }, optionText(one)))
  const version = el('select', {}, ...options)
  version.value = String(alias.canaryVersion ?? others[0]?.version)
  const { share, output } = shareSlider(alias)
  const submit = el('button', { type: 'submit', class: 'button' }, text.canaryStart)
  const fields = el(
    'div',
    { class: 'toolbar' },
    labelled(text.canaryVersion, version),
    labelled(text.canaryShare, el('span', { class: 'slider' }, share, output)),
    submit,
  )
  const form = el('form', {}, fields)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const chosen = others.find((one) => String(one.version) === version.value)
    if (!chosen) return
    void act(form, submit, async () => {
      if (await tryVersion(alias, chosen, share.valueAsNumber / 100)) await refresh()
    })
  })
  const isOpen = alias.canaryVersion !== null
  return [el('details', { class: 'options', open: isOpen }, el('summary', {}, text.canary), form)]
}

/** @param {AdapterEntry} adapter */
function optionText(adapter) {
  return `${referenceOf(adapter)} (${text.verdicts[adapter.verdict]})`
}

/** @param {AliasResponse} alias */
function shareSlider({ canaryVersion, canaryShare }) {
  const percent = canaryVersion === null ? firstShare : Math.round(canaryShare * 100)
  const share = el('input', { type: 'range', min: '1', max: '99', value: String(percent) })
  const output = el('output', {}, strings.percent(percent / 100))
  share.addEventListener('input', () => {
    output.textContent = strings.percent(share.valueAsNumber / 100)
  })
  return { share, output }
}

/**
 * @param {AliasResponse} alias
 * @param {AdapterEntry} adapter
 * @param {number} share
 * @returns {Promise<boolean>} whether it was started
 */
async function tryVersion({ name, alias }, adapter, share) {
  const force = adapter.verdict === 'refused'
  const question = {
    title: text.canaryRefusedTitle,
    message: text.promoteRefused(refusals(adapter)),
    agree: text.canaryStart,
    dangerous: true,
  }
  if (force && !(await confirmDialog(question))) return false
  await startCanary(name, alias, { version: adapter.version, share, force })
  return true
}

/** Read when it is opened. @param {AliasResponse} alias */
function history({ name, alias }) {
  const place = el('div', {})
  const details = el('details', { class: 'options' }, el('summary', {}, text.history), place)
  details.addEventListener('toggle', () => {
    if (!details.open) return
    void createLoader(place).run(
      (signal) => getAliasHistory(name, alias, signal),
      ({ changes }) => [
        el('ol', { class: 'plain-list' }, ...changes.map((change) => historyLine(name, change))),
      ],
    )
  })
  return details
}

/**
 * @param {string} name
 * @param {AliasHistoryResponse['changes'][number]} change
 */
function historyLine(name, { action, version, canaryVersion, canaryShare, at }) {
  const isTrial = action === 'canary' && canaryVersion !== null
  const reference = referenceOf({ name, version: isTrial ? canaryVersion : version })
  const share = isTrial ? [strings.percent(canaryShare)] : []
  const words = [text.actions[action], reference, ...share].join(' ')
  const time = el('time', { dateTime: at, class: 'hint' }, formatTime(at))
  return el('li', {}, words, ' ', time)
}
