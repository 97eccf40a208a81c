/** @file Trying the search: what is found, in which order, and what each leg thought of it. */

import { searchDocuments } from '../api.js'
import { el } from '../dom.js'
import { button, createLoader } from '../parts.js'
import { passageButton } from '../source/citation.js'
import { legBadges, legend } from '../source/leg-table.js'
import { strings } from '../strings.js'

/** @import { SearchResponse } from '../../src/server/contract.ts' */

const text = strings.knowledge

/**
 * @param {{ onResults: (isOpen: boolean) => void }} handlers
 * @returns {Node[]} the field, and the place of the results
 */
export function createSearch({ onResults }) {
  const field = el('input', {
    type: 'search',
    maxLength: 1000,
    autocomplete: 'off',
    placeholder: text.searchPlaceholder,
    'aria-label': text.searchLabel,
  })
  const submit = el('button', { type: 'submit', class: 'button' }, text.search)
  const form = el('form', { class: 'search', role: 'search' }, field, submit)
  const place = el('div', { class: 'view-body', hidden: true })
  const loader = createLoader(place)
  const close = () => {
    loader.stop()
    place.hidden = true
    onResults(false)
    field.value = ''
    field.focus()
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const query = field.value.trim()
    if (query === '') return close()
    place.hidden = false
    onResults(true)
    void loader.run(
      (signal) => searchDocuments(query, signal),
      (found) => [button(text.searchClear, close, { iconName: 'back' }), ...results(found)],
    )
  })
  return [form, place]
}

/** @param {SearchResponse} response */
function results({ query, chunks }) {
  const lead = el('p', { class: 'note', role: 'status' }, text.results(chunks.length, query))
  if (chunks.length === 0) return [lead, el('p', { class: 'hint' }, text.noResultsHint)]
  const items = chunks.map((chunk, index) => el('li', {}, resultCard(chunk, index + 1)))
  return [lead, el('ol', { class: 'cards' }, ...items), legend()]
}

/**
 * @param {SearchResponse['chunks'][number]} chunk
 * @param {number} rank
 */
function resultCard(chunk, rank) {
  const { title, uri, headingPath, text: words, legs, score } = chunk
  const place = [...new Set([title || uri, ...headingPath])].join(' › ')
  return passageButton(
    { ...chunk, marker: rank, quote: words },
    { class: 'card' },
    el(
      'span',
      { class: 'card-title' },
      el('span', { class: 'source-number' }, String(rank)),
      el('strong', {}, place),
    ),
    el('span', { class: 'card-text' }, words),
    el(
      'span',
      { class: 'row-meta' },
      ...legBadges(legs),
      el('span', {}, `${strings.audit.score} ${score.toFixed(3)}`),
    ),
  )
}
