/** @file The page: its views, what stands around them, and the keys that work everywhere. */

import { createAskView } from './ask/ask-view.js'
import { createAuditView } from './audit/audit-view.js'
import { createBehaviorView } from './behavior/behavior-view.js'
import { byId } from './dom.js'
import { createKnowledgeView } from './knowledge/knowledge-view.js'
import { createRouter } from './router.js'
import { createPopover } from './source/citation.js'
import { createSourcePane } from './source/source-pane.js'
import { createStatus } from './status.js'
import { strings } from './strings.js'

fillStrings()
start()

function start() {
  const popover = createPopover()
  const pane = createSourcePane()
  const statusPanel = byId('status', HTMLDetailsElement)
  const ask = createAskView({ announce, onEnd: () => status.refresh(), onClear: pane.close })
  const status = createStatus(ask.setStatus)
  const router = createRouter({
    ask: { ...ask, hide: pane.close },
    knowledge: { ...createKnowledgeView({ onChange: () => status.refresh() }), hide: pane.close },
    behavior: createBehaviorView(),
    audit: { ...createAuditView(), hide: pane.close },
  })

  closeOutside(statusPanel)
  byId('skip-link', HTMLAnchorElement).addEventListener('click', (event) => {
    // The address names the view; a jump within it is not part of it.
    event.preventDefault()
    if (router.current() === 'ask') ask.focus()
    else byId(`view-${router.current()}`, HTMLElement).querySelector('h1')?.focus()
  })

  const closings = [
    () => popover.hide(),
    () => closeDetails(statusPanel),
    () => router.current() === 'ask' && ask.closeScope(),
    // The focus goes back to the marker, whose popover would then cover what the reader returns to.
    () => pane.close() && (popover.hide() || true),
    () => router.current() === 'ask' && ask.stop(),
  ]
  document.addEventListener('keydown', (event) => {
    // A dialog closes by itself, and nothing below it.
    if (document.querySelector('dialog[open]')) return
    // Escape undoes one thing at a time, the one on top first.
    if (event.key === 'Escape' && !event.isComposing && closings.some((close) => close()))
      event.preventDefault()
    if (event.key === '/' && router.current() === 'ask' && !isTyping(event)) {
      event.preventDefault()
      ask.focus()
    }
  })

  void status.refresh()
}

/** Puts the strings into the places that index.html names. */
function fillStrings() {
  const fills = {
    text: (/** @type {Element} */ node, /** @type {string} */ value) => {
      node.textContent = value
    },
    label: (/** @type {Element} */ node, /** @type {string} */ value) =>
      node.setAttribute('aria-label', value),
    placeholder: (/** @type {Element} */ node, /** @type {string} */ value) =>
      node.setAttribute('placeholder', value),
  }
  for (const [name, fill] of Object.entries(fills)) {
    for (const node of document.querySelectorAll(`[data-${name}]`)) {
      fill(node, Reflect.get(strings, node.getAttribute(`data-${name}`) ?? ''))
    }
  }
}

/** @param {string} text */
function announce(text) {
  byId('announcer', HTMLElement).textContent = text
}

/** @param {HTMLDetailsElement} details */
function closeDetails(details) {
  if (!details.open) return false
  details.open = false
  details.querySelector('summary')?.focus()
  return true
}

/** @param {HTMLDetailsElement} details */
function closeOutside(details) {
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !details.contains(event.target)) details.open = false
  })
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const writes = event.target instanceof Element && event.target.matches('input, textarea, select')
  return writes || event.ctrlKey || event.metaKey || event.altKey
}
