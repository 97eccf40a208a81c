/** @file One version of an adapter: the gate's verdict with its checks, where it is served, and its promotion. */

import { promote } from '../api.js'
import { confirmDialog } from '../confirm.js'
import { el } from '../dom.js'
import { formatTime } from '../format.js'
import { act, badge, button, labelled } from '../parts.js'
import { strings } from '../strings.js'

/** @import { AdapterEntry, AliasResponse } from '../../src/server/contract.ts' */
/** @import { Tone } from '../parts.js' */

/** @typedef {AdapterEntry['checks'][number]} Check */
/** @typedef {NonNullable<Check['before']>} Share */

const text = strings.behavior

const shownHash = 12

/** @type {Record<Check['result'], Tone>} */
const resultTones = { passed: 'good', failed: 'bad', undecided: 'warn', not_applicable: 'plain' }

/**
 * @param {AdapterEntry} adapter
 * @param {AliasResponse[]} aliases
 * @param {() => Promise<void>} refresh
 */
export function adapterCard(adapter, aliases, refresh) {
  const { verdict, base, dataHash, createdAt } = adapter
  const meta = el(
    'p',
    { class: 'row-meta' },
    badge(text.verdicts[verdict], verdict === 'passed' ? 'good' : 'bad'),
    ...uses(adapter, aliases).map((use) => badge(use, 'good')),
    el('time', { dateTime: createdAt }, formatTime(createdAt)),
    el('span', {}, text.madeFrom(base, dataHash.slice(0, shownHash))),
  )
  const starter = button(text.promote, () => void act(node, starter, start), { look: 'button' })
  const start = async () => {
    if (await askAndPromote(adapter)) await refresh()
  }
  const heading = el('h3', {}, referenceOf(adapter))
  const head = el('div', { class: 'card-head' }, heading, starter)
  const node = el('article', { class: 'card' }, head, meta, checksOf(adapter), ...formatOf(adapter))
  return node
}

/** @param {Pick<AdapterEntry, 'name' | 'version'>} adapter */
export function referenceOf({ name, version }) {
  return `${name}:${version}`
}

/** Why the gate refused, in words. @param {AdapterEntry} adapter */
export function refusals({ checks }) {
  return checks
    .filter(({ result }) => result === 'failed' || result === 'undecided')
    .map(({ name, reason }) => `${name}: ${reason}`)
    .join('; ')
}

/**
 * @param {AdapterEntry} adapter
 * @param {AliasResponse[]} aliases
 */
function uses({ name, version }, aliases) {
  const own = aliases.filter((alias) => alias.name === name)
  return own.flatMap(({ alias, version: current, canaryVersion, canaryShare }) => {
    if (canaryVersion === version) return [`@${alias} ${strings.percent(canaryShare)}`]
    return current === version ? [`@${alias} ${strings.percent(1 - canaryShare)}`] : []
  })
}

/**
 * @param {AdapterEntry} adapter
 * @returns {Promise<boolean>} whether it was promoted
 */
async function askAndPromote(adapter) {
  const { name, version, verdict } = adapter
  const force = verdict === 'refused'
  const alias = el('input', { type: 'text', value: 'production', required: true, maxLength: 63 })
  const warning = force ? `${text.promoteRefused(refusals(adapter))} ` : ''
  const question = {
    title: text.promoteTitle(referenceOf(adapter)),
    message: warning + text.promoteMessage,
    agree: force ? text.promoteAnyway : text.promoteNow,
    dangerous: force,
  }
  if (!(await confirmDialog(question, labelled(text.alias, alias, text.aliasHint)))) return false
  await promote(name, alias.value.trim(), { version, force })
  return true
}

/** @param {AdapterEntry} adapter */
function checksOf({ checks }) {
  if (checks.length === 0) return el('p', { class: 'note' }, text.noChecks)
  const headings = text.checkColumns.map((label) => el('th', { scope: 'col' }, label))
  const table = el(
    'table',
    { class: 'table' },
    el('thead', {}, el('tr', {}, ...headings)),
    el('tbody', {}, ...checks.map(checkRow)),
  )
  const scroll = el('div', { class: 'table-scroll', tabIndex: 0 }, table)
  return el('details', { class: 'options' }, el('summary', {}, text.checks), scroll)
}

/** @param {Check} check */
function checkRow({ name, result, items, before, after, difference, reason }) {
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, name, el('span', { class: 'hint' }, reason)),
    el('td', {}, badge(text.results[result], resultTones[result])),
    el('td', { class: 'number' }, strings.count(items)),
    shareCell(before),
    shareCell(after),
    shareCell(difference),
  )
}

/** A share with its 95 % interval. @param {Share | undefined} share */
function shareCell(share) {
  if (!share) return el('td', { class: 'number' }, strings.legMissing)
  const interval = text.interval(strings.percent(share.low), strings.percent(share.high))
  return el(
    'td',
    { class: 'number' },
    strings.percent(share.share),
    el('span', { class: 'hint' }, interval),
  )
}

/** @param {AdapterEntry} adapter */
function formatOf({ format }) {
  if (format.length === 0) return []
  const list = el('ul', { class: 'plain-list' }, ...format.map((line) => el('li', {}, line)))
  return [el('details', { class: 'options' }, el('summary', {}, text.format), list)]
}
