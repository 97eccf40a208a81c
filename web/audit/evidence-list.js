/** @file Evidence sentences of an answer: how relevant they were, whether they were cited, what became of them. */

import { el } from '../dom.js'
import { badge } from '../parts.js'
import { passageButton } from '../source/citation.js'
import { strings } from '../strings.js'

/** @import { TraceResponse } from '../../src/server/contract.ts' */
/** @import { Tone } from '../parts.js' */

/** @typedef {NonNullable<TraceResponse['evidence']>['sentences'][number]} Sentence */
/** @typedef {Pick<TraceResponse['citations'][number], 'versionId' | 'start' | 'marker'>} CitedPlace */

const text = strings.audit

/** @type {Record<Sentence['state'], Tone>} */
export const stateTones = {
  current: 'good',
  kept: 'good',
  changed: 'warn',
  removed: 'warn',
  unavailable: 'bad',
}

/**
 * @param {Sentence[]} sentences
 * @param {CitedPlace[]} citations
 */
export function evidenceList(sentences, citations) {
  const byRelevance = sentences.toSorted((a, b) => b.relevance - a.relevance)
  const items = byRelevance.map((sentence) => el('li', {}, card(sentence, citations)))
  return el('ol', { class: 'cards' }, ...items)
}

/**
 * @param {Sentence} place
 * @param {CitedPlace[]} citations
 */
function card(place, citations) {
  const { versionId, start, state, relevance, sentence } = place
  const marker = citations.find((one) => one.versionId === versionId && one.start === start)?.marker
  const meta = el(
    'span',
    { class: 'row-meta' },
    el('span', {}, text.relevance(strings.percent(relevance))),
    ...(marker === undefined ? [] : [badge(text.cited(marker), 'good')]),
    badge(text.states[state], stateTones[state]),
  )
  if (!sentence) return el('div', { class: 'card' }, el('span', {}, text.closed), meta)
  const passage = { ...sentence, marker: marker ?? place.number, quote: sentence.text }
  return passageButton(
    passage,
    { class: 'card' },
    el('q', {}, sentence.text),
    el('span', { class: 'heading-path' }, sentence.title || sentence.uri),
    meta,
  )
}
