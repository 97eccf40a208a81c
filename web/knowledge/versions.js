/** @file The versions of a document: the text of each, and what it changed. */

import { getVersion } from '../api.js'
import { el } from '../dom.js'
import { formatTime } from '../format.js'
import { badge, button, createLoader, section } from '../parts.js'
import { strings } from '../strings.js'
import { diffLines } from './line-diff.js'

/** @import { DocumentResponse } from '../../src/server/contract.ts' */
/** @import { DiffLine } from './line-diff.js' */

/** @typedef {DocumentResponse['versions'][number]} Version */

const text = strings.knowledge

// Unchanged lines around a change that are shown to find one's way.
const contextLines = 3

/** @param {Version[]} versions newest first */
export function versionsSection(versions) {
  const place = el('div', { class: 'version-text', 'aria-live': 'polite' })
  const loader = createLoader(place)
  const showText = (/** @type {Version} */ { versionId, validFrom }) =>
    loader.run(
      (signal) => getVersion(versionId, signal),
      (version) => [
        el('h3', {}, text.textTitle(formatTime(validFrom))),
        el('pre', { class: 'stored-text', tabIndex: 0 }, version.text),
      ],
    )
  const showChanges = (/** @type {Version} */ older, /** @type {Version} */ newer) =>
    loader.run(
      (signal) => Promise.all([older, newer].map(({ versionId }) => getVersion(versionId, signal))),
      ([before, after]) => changes(older, newer, diffLines(before?.text ?? '', after?.text ?? '')),
    )
  const items = versions.map((version, index) => {
    const older = versions[index + 1]
    const actions = [
      button(text.showText, () => void showText(version)),
      ...(older ? [button(text.showChanges, () => void showChanges(older, version))] : []),
    ]
    return el('li', { class: 'version' }, versionLine(version), el('span', {}, ...actions))
  })
  return section(text.versions, el('ol', { class: 'rows' }, ...items), place)
}

/** @param {Version} version */
function versionLine({ validFrom, validTo, chars }) {
  const until = validTo === null ? text.now : formatTime(validTo)
  return el(
    'span',
    { class: 'row-meta' },
    el('span', { class: 'row-title' }, text.version(formatTime(validFrom), until)),
    ...(validTo === null ? [badge(strings.paneCurrent, 'good')] : []),
    el('span', {}, text.chars(chars)),
  )
}

/**
 * @param {Version} older
 * @param {Version} newer
 * @param {DiffLine[]} lines
 */
function changes(older, newer, lines) {
  const count = (/** @type {DiffLine['change']} */ kind) =>
    lines.filter(({ change }) => change === kind).length
  const title = text.changesTitle(formatTime(older.validFrom), formatTime(newer.validFrom))
  const [added, removed] = [count('added'), count('removed')]
  const isSame = added + removed === 0
  const summary = isSame ? text.noChanges : text.diffSummary(added, removed)
  const list = el('ol', { class: 'changes code' }, ...hunks(lines))
  return [el('h3', {}, title), el('p', { class: 'note' }, summary), ...(isSame ? [] : [list])]
}

/**
 * Changed lines with a few unchanged ones around them; longer runs become one line that counts them.
 *
 * @param {DiffLine[]} lines
 */
function hunks(lines) {
  const near = new Set(
    lines.flatMap(({ change }, at) =>
      change === 'same'
        ? []
        : Array.from({ length: 2 * contextLines + 1 }, (_, i) => at + i - contextLines),
    ),
  )
  /** @type {HTMLElement[]} */
  const items = []
  let skipped = 0
  for (const [at, line] of lines.entries()) {
    if (!near.has(at)) skipped++
    else {
      if (skipped > 0) items.push(el('li', { class: 'skipped' }, text.skipped(skipped)))
      skipped = 0
      items.push(diffLine(line))
    }
  }
  if (skipped > 0) items.push(el('li', { class: 'skipped' }, text.skipped(skipped)))
  return items
}

/** @param {DiffLine} line */
function diffLine({ change, text: words }) {
  const { change: names, changeSigns } = strings.audit
  return el(
    'li',
    { class: `change ${change}` },
    el('span', { class: 'change-sign', 'aria-hidden': 'true' }, changeSigns[change]),
    el('span', { class: 'visually-hidden' }, `${names[change]}: `),
    el('span', {}, words),
  )
}
