/** @file One document: what is known of it, its versions with their differences, and its removal. */

import { getDocument, removeDocument } from '../api.js'
import { confirmDialog } from '../confirm.js'
import { el } from '../dom.js'
import { formatTime } from '../format.js'
import { act, backLink, button, createLoader, facts, viewHeader } from '../parts.js'
import { strings } from '../strings.js'
import { groupBadges, originOf } from './document-list.js'
import { versionsSection } from './versions.js'

/** @import { DocumentResponse } from '../../src/server/contract.ts' */

const text = strings.knowledge

/**
 * @param {string} id
 * @param {() => void} onChange
 * @returns {Node[]}
 */
export function createDocumentPage(id, onChange) {
  const header = viewHeader(text.title, backLink('#/knowledge', text.back))
  const place = el('div', { class: 'view-body' })
  void createLoader(place).run(
    (signal) => getDocument(id, signal),
    (found) => {
      const { title, uri } = found.document
      const heading = header.querySelector('h1')
      if (heading) heading.textContent = title || uri
      return [documentFacts(found), removal(found, onChange), versionsSection(found.versions)]
    },
  )
  return [header, place]
}

/** @param {DocumentResponse} response */
function documentFacts({ document, readers }) {
  const { uri, location, collection, mediaType, chars, chunks, validFrom, groups } = document
  const size = `${text.chars(chars)}, ${strings.chunks(chunks)}`
  return facts([
    [text.facts.uri, uri],
    [text.facts.origin, originOf(location)],
    [text.facts.location, location],
    [text.facts.collection, collection],
    [text.facts.mediaType, mediaType],
    [text.facts.size, size],
    [text.facts.validFrom, formatTime(validFrom)],
    [text.facts.groups, el('span', { class: 'row-meta' }, ...groupBadges(groups))],
    ...readerRow(readers),
  ])
}

/**
 * @param {string[] | null} readers null where others are none of the reader's business
 * @returns {[string, string][]}
 */
function readerRow(readers) {
  if (readers === null) return []
  return [[text.facts.readers, readers.length > 0 ? readers.join(', ') : text.noReaders]]
}

/**
 * @param {DocumentResponse} response
 * @param {() => void} onChange
 */
function removal({ document: { documentId, uri, location } }, onChange) {
  const remove = async () => {
    const warning = location.startsWith('file:') ? text.removeFromFolder : ''
    const isMeant = await confirmDialog({
      title: text.removeTitle(uri),
      message: text.removeMessage + warning,
      agree: text.remove,
      dangerous: true,
    })
    if (!isMeant) return
    await removeDocument(documentId)
    onChange()
    window.location.hash = '#/knowledge'
  }
  const starter = button(text.remove, () => void act(node, starter, remove), {
    iconName: 'trash',
    look: 'button danger',
  })
  const node = el('div', { class: 'form-actions' }, starter)
  return node
}
