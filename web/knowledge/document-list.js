/** @file The documents that are current, with a filter by name. */

import { el } from '../dom.js'
import { formatAgo, formatTime } from '../format.js'
import { badge, button, labelled, notice } from '../parts.js'
import { strings } from '../strings.js'

/** @import { DocumentsResponse } from '../../src/server/contract.ts' */

/** @typedef {DocumentsResponse['documents'][number]} DocumentInfo */

const text = strings.knowledge

// More rows at once make the first paint of a large workspace slow.
const pageSize = 100

/** @param {DocumentInfo[]} documents */
export function createDocumentList(documents) {
  if (documents.length === 0)
    return notice('empty', 'page', { title: text.emptyTitle, message: text.emptyMessage })
  const filter = el('input', { type: 'search', autocomplete: 'off' })
  const count = el('p', { class: 'note', role: 'status' })
  const place = el('div', {})
  const refresh = () => {
    const words = filter.value.trim().toLowerCase()
    const found = documents.filter(({ title, uri }) =>
      `${title}\n${uri}`.toLowerCase().includes(words),
    )
    count.textContent =
      found.length > 0 ? text.shown(found.length, documents.length) : text.noneMatch
    place.replaceChildren(...pages(found))
  }
  filter.addEventListener('input', refresh)
  refresh()
  const toolbar = el('div', { class: 'toolbar' }, labelled(text.filterLabel, filter), count)
  return el('div', {}, toolbar, place)
}

/**
 * @param {DocumentInfo[]} documents
 * @returns {Node[]}
 */
function pages(documents) {
  const rest = documents.slice(pageSize)
  const items = documents.slice(0, pageSize).map((one) => el('li', {}, row(one)))
  const list = el('ul', { class: 'rows' }, ...items)
  if (rest.length === 0) return [list]
  const more = button(text.more(rest.length), () => more.replaceWith(...pages(rest)))
  return [list, more]
}

/** Where a document comes from, in a word. @param {string} location */
export function originOf(location) {
  const known = Object.entries(text.origins).find(([prefix]) => location.startsWith(prefix))
  return known ? known[1] : text.originUnknown
}

/** @param {string[]} groups */
export function groupBadges(groups) {
  return groups.map((group) => (group === 'everyone' ? badge(text.everyone) : badge(group, 'warn')))
}

/** @param {DocumentInfo} document */
function row({ documentId, title, uri, location, collection, chars, validFrom, groups }) {
  const changed = el('time', { dateTime: validFrom, title: formatTime(validFrom) })
  changed.textContent = strings.changed(formatAgo(validFrom))
  return el(
    'a',
    { class: 'row', href: `#/knowledge/${encodeURIComponent(documentId)}` },
    el('span', { class: 'row-title' }, title || uri),
    el(
      'span',
      { class: 'row-meta' },
      el('span', { class: 'row-uri' }, uri),
      el('span', {}, originOf(location)),
      el('span', {}, collection),
      el('span', {}, text.chars(chars)),
      changed,
      ...groupBadges(groups),
    ),
  )
}
