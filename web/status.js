/** @file What the server knows right now, in the header; and the notice while the server is away. */

import { getStatus } from './api.js'
import { byId, el } from './dom.js'
import { formatAgo, formatTime } from './format.js'
import { strings } from './strings.js'

/** @import { StatusResponse } from '../src/server/contract.ts' */

const refreshMs = 10_000
const retryMs = 3_000
const backMs = 3_000

/**
 * @param {(status: StatusResponse) => void} onStatus
 * @returns {{ refresh: () => Promise<void> }}
 */
export function createStatus(onStatus) {
  const details = byId('status', HTMLElement)
  const line = byId('status-line', HTMLElement)
  const facts = byId('status-facts', HTMLElement)
  const away = byId('away', HTMLElement)
  let timer = 0

  const show = (/** @type {StatusResponse} */ status) => {
    if (details.dataset.state === 'away') sayBack(away)
    details.dataset.state = 'ready'
    line.replaceChildren(...summaryParts(status))
    facts.replaceChildren(...factRows(status))
    onStatus(status)
  }

  const showAway = () => {
    details.dataset.state = 'away'
    line.textContent = strings.statusAway
    away.classList.remove('back')
    // Setting the same text again would announce it again.
    if (away.textContent !== strings.away) away.textContent = strings.away
  }

  const refresh = async () => {
    clearTimeout(timer)
    const status = await getStatus().catch(() => null)
    if (status) show(status)
    else showAway()
    clearTimeout(timer)
    if (!document.hidden) timer = window.setTimeout(refresh, status ? refreshMs : retryMs)
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refresh()
  })
  return { refresh }
}

/** @param {HTMLElement} away */
function sayBack(away) {
  away.textContent = strings.back
  away.classList.add('back')
  setTimeout(() => {
    if (away.textContent === strings.back) away.textContent = ''
  }, backMs)
}

/** @param {StatusResponse} status */
function summaryParts({ documents, chunks, lastChange, model }) {
  const parts = [strings.documents(documents), strings.chunks(chunks)]
  if (lastChange) parts.push(strings.changed(formatAgo(lastChange)))
  parts.push(model)
  // The style hides all but the first where there is no room.
  return parts.map((part) => el('span', { class: 'status-part' }, part))
}

/** @param {StatusResponse} status */
function factRows(status) {
  const lastChange = status.lastChange ? formatTime(status.lastChange) : strings.neverChanged
  return Object.entries({ ...strings.statusFacts }).flatMap(([key, label]) => {
    const value = key === 'lastChange' ? lastChange : Reflect.get(status, key)
    return [
      el('dt', {}, label),
      el('dd', {}, typeof value === 'number' ? value.toLocaleString('en') : String(value)),
    ]
  })
}
