/** @file The pane that shows a citation inside the stored text of its document version. */

import { getVersion } from '../api.js'
import { byId, el, icon } from '../dom.js'
import { formatDate, formatTime } from '../format.js'
import { safeUrl } from '../markdown/markdown-inline.js'
import { failure } from '../parts.js'
import { strings } from '../strings.js'
import { headingLine, openCitation } from './citation.js'

/** @import { VersionResponse } from '../../src/server/contract.ts' */
/** @import { Passage } from './citation.js' */

// Characters around the quote that are laid out at once: a book in one node makes scrolling stutter.
const windowSize = 20_000
const titleId = 'source-title'
// Below this width the pane covers the page (style: source-pane.css).
const sheetQuery = matchMedia('(max-width: 899px)')

/**
 * Opens on every `open-citation` event. `close` reports whether the pane was open.
 *
 * @returns {{ close: () => boolean }}
 */
export function createSourcePane() {
  const pane = byId('source-pane', HTMLElement)
  const page = byId('page', HTMLElement)
  const scrim = byId('scrim', HTMLElement)
  /** @type {Element | null} */
  let opener = null
  let loading = new AbortController()

  const coverPage = () => {
    const covered = !pane.hidden && sheetQuery.matches
    page.inert = covered
    scrim.hidden = !covered
    // What takes the whole page is a dialog; what stands beside it is not.
    pane.setAttribute('role', covered ? 'dialog' : 'complementary')
    pane.setAttribute('aria-labelledby', titleId)
  }

  const close = () => {
    if (pane.hidden) return false
    loading.abort()
    const hadFocus = pane.contains(document.activeElement)
    pane.hidden = true
    document.body.classList.remove('with-pane')
    coverPage()
    setCurrent(null)
    if (opener instanceof HTMLElement && (hadFocus || document.activeElement === document.body))
      opener.focus()
    return true
  }

  const setCurrent = (/** @type {Element | null} */ next) => {
    opener?.removeAttribute('aria-current')
    next?.setAttribute('aria-current', 'true')
    if (next) opener = next
  }

  const open = async (/** @type {Passage} */ citation, /** @type {Element} */ from) => {
    loading.abort()
    loading = new AbortController()
    const { signal } = loading
    setCurrent(from)
    const body = el(
      'div',
      { class: 'source-body-text' },
      el('p', { class: 'progress' }, strings.paneLoading),
    )
    pane.replaceChildren(paneHeader(citation, close), body)
    pane.hidden = false
    document.body.classList.add('with-pane')
    coverPage()
    pane.focus()
    try {
      const version = await getVersion(citation.versionId, signal)
      if (!signal.aborted) showVersion(pane, body, citation, version)
    } catch (cause) {
      if (!signal.aborted) body.replaceChildren(failure(cause, { title: strings.paneFailed }))
    }
  }

  document.addEventListener(openCitation, (event) => {
    if (event instanceof CustomEvent && event.target instanceof Element)
      void open(event.detail, event.target)
  })
  scrim.addEventListener('click', close)
  sheetQuery.addEventListener('change', coverPage)

  return { close }
}

/**
 * @param {Passage} citation
 * @param {() => void} close
 */
function paneHeader(citation, close) {
  const { marker, title, uri } = citation
  const heading = el('div', { class: 'pane-heading' })
  heading.append(el('h2', { id: titleId }, title || strings.untitled), ...headingLine(citation))
  heading.append(el('p', { class: 'pane-uri' }, uriNode(uri)))
  return el(
    'div',
    { class: 'pane-header' },
    el('span', { class: 'source-number', 'aria-hidden': 'true' }, String(marker)),
    heading,
    el(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': strings.paneClose, onclick: close },
      icon('close'),
    ),
  )
}

/** @param {string} uri */
function uriNode(uri) {
  const url = safeUrl(uri)
  return url ? el('a', { href: url.href, rel: 'noopener noreferrer', target: '_blank' }, uri) : uri
}

/**
 * @param {HTMLElement} pane
 * @param {HTMLElement} body
 * @param {Passage} citation
 * @param {VersionResponse} version
 */
function showVersion(pane, body, citation, version) {
  const { start, end, quote } = citation
  const exact = version.text.slice(start, end) === quote
  const text = createTextWindow(version.text, start, end)
  body.replaceChildren(text.node)
  pane.querySelector('.pane-heading')?.append(versionFacts(version), verification(exact))
  text.mark.scrollIntoView({ block: 'center' })
}

/** @param {VersionResponse} version */
function versionFacts({ validFrom, validTo }) {
  const state = validTo
    ? el('span', { class: 'badge replaced' }, strings.paneReplaced(formatDate(validTo)))
    : el('span', { class: 'badge current' }, strings.paneCurrent)
  return el(
    'p',
    { class: 'pane-facts' },
    state,
    el('span', { title: formatTime(validFrom) }, strings.paneValidFrom(formatDate(validFrom))),
  )
}

/** @param {boolean} exact */
function verification(exact) {
  const line = exact ? strings.paneVerified : strings.paneMismatch
  return el(
    'p',
    { class: exact ? 'verified' : 'verified mismatch' },
    icon(exact ? 'check' : 'warning'),
    line,
  )
}

/**
 * The text around [start, end) with that range marked, and buttons for what lies further away.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
function createTextWindow(text, start, end) {
  const mark = el('mark', {}, text.slice(start, end))
  const before = new Text()
  const after = new Text()
  const node = el('div', { class: 'source-text', dir: 'auto' }, before, mark, after)
  let from = start
  let to = end

  const showEarlier = () => {
    from = lineStart(text, Math.max(0, from - windowSize))
    before.data = text.slice(from, start)
    earlier.hidden = from === 0
  }
  const showLater = () => {
    to = lineEnd(text, Math.min(text.length, to + windowSize))
    after.data = text.slice(end, to)
    later.hidden = to === text.length
  }
  const earlier = el(
    'button',
    { type: 'button', class: 'quiet-button', onclick: showEarlier },
    strings.paneEarlier,
  )
  const later = el(
    'button',
    { type: 'button', class: 'quiet-button', onclick: showLater },
    strings.paneLater,
  )
  showEarlier()
  showLater()
  return { node: el('div', {}, earlier, node, later), mark }
}

/**
 * @param {string} text
 * @param {number} at
 */
function lineStart(text, at) {
  return at === 0 ? 0 : text.lastIndexOf('\n', at) + 1
}

/**
 * @param {string} text
 * @param {number} at
 */
function lineEnd(text, at) {
  const newline = text.indexOf('\n', at)
  return newline < 0 ? text.length : newline
}
