/** @file Found passages with their ranks: what each leg of the search thought of them. */

import { el } from '../dom.js'
import { strings } from '../strings.js'

/** @import { SearchResponse } from '../../src/server/contract.ts' */

/** @typedef {SearchResponse['chunks'][number]['legs']} Legs */
/** @typedef {keyof typeof strings.legs} LegName */

/** @type {LegName[]} */
const legNames = ['lexical', 'dense', 'selector']

/**
 * @param {{ place: string, score: number, legs: Legs }[]} rows best first
 */
export function legTable(rows) {
  // A leg that had no say in any of them needs no column.
  const used = legNames.filter((name) => rows.some(({ legs }) => legs[name]))
  const head = ['', strings.audit.passage, ...used.map((name) => strings.legs[name])]
  const body = rows.map(({ place, score, legs }, index) =>
    el(
      'tr',
      {},
      el('td', { class: 'number' }, String(index + 1)),
      el('th', { scope: 'row' }, place),
      ...used.map((name) => legCell(legs[name])),
      el('td', { class: 'number' }, score.toFixed(3)),
    ),
  )
  const headings = [...head, strings.audit.score].map((label) => el('th', { scope: 'col' }, label))
  const table = el(
    'table',
    { class: 'table' },
    el('thead', {}, el('tr', {}, ...headings)),
    el('tbody', {}, ...body),
  )
  return el('div', {}, el('div', { class: 'table-scroll', tabIndex: 0 }, table), legend(used))
}

/** What each leg measures. @param {LegName[]} names */
export function legend(names = legNames) {
  return el(
    'dl',
    { class: 'legend' },
    ...names.flatMap((name) => [
      el('dt', {}, strings.legs[name]),
      el('dd', {}, strings.legHelp[name]),
    ]),
  )
}

/** One line: "Words #1 (7.2)". @param {Legs} legs */
export function legBadges(legs) {
  return legNames.flatMap((name) => {
    const leg = legs[name]
    if (!leg) return []
    const rank = strings.legRank(leg.rank, leg.score.toFixed(3))
    return [
      el('span', { class: 'badge', title: strings.legHelp[name] }, strings.legs[name], ' ', rank),
    ]
  })
}

/** @param {Legs[LegName]} leg */
function legCell(leg) {
  return leg
    ? el('td', { class: 'number' }, strings.legRank(leg.rank, leg.score.toFixed(3)))
    : el('td', { class: 'number', title: strings.legMissingHint }, strings.legMissing)
}
