/** @file The page "Ask your documents": puts the parts together and hands the keys to them. */

import { createPopover } from './citation.js'
import { createComposer } from './composer.js'
import { createConversation, scrollBehavior } from './conversation.js'
import { byId, el, icon } from './dom.js'
import { createSourcePane } from './source-pane.js'
import { createStatus } from './status.js'
import { strings } from './strings.js'

fillStrings()
start()

function start() {
  const popover = createPopover()
  const pane = createSourcePane()
  const newConversation = byId('new-conversation', HTMLButtonElement)
  const statusPanel = byId('status', HTMLDetailsElement)

  const conversation = createConversation({
    announce,
    onBusy: (busy) => composer.setBusy(busy),
    onEnd: () => status.refresh(),
  })
  const composer = createComposer({
    onAsk: (request) => {
      newConversation.hidden = false
      void conversation.ask(request)
    },
    onStop: () => conversation.stop(),
  })
  const status = createStatus(({ documents, collections }) => {
    composer.setCollections(collections)
    byId('welcome-lead', HTMLElement).textContent =
      documents === 0 ? strings.leadEmpty : strings.lead
    byId('examples', HTMLElement).hidden = documents === 0
  })

  newConversation.append(icon('plus'), el('span', {}, strings.newConversation))
  newConversation.addEventListener('click', () => {
    pane.close()
    conversation.clear()
    newConversation.hidden = true
    composer.focus()
  })
  showExamples((question) => {
    composer.ask(question)
    composer.focus()
  })
  closeOutside(statusPanel)
  watchEnd()

  const closings = [
    () => popover.hide(),
    () => closeDetails(statusPanel),
    () => composer.closeScope(),
    // The focus goes back to the marker, whose popover would then cover what the reader returns to.
    () => pane.close() && (popover.hide() || true),
    () => conversation.stop(),
  ]
  document.addEventListener('keydown', (event) => {
    // Escape undoes one thing at a time, the one on top first.
    if (event.key === 'Escape' && !event.isComposing && closings.some((close) => close()))
      event.preventDefault()
    if (event.key === '/' && !isTyping(event)) {
      event.preventDefault()
      composer.focus()
    }
  })

  void status.refresh()
  if (matchMedia('(pointer: fine)').matches) composer.focus()
}

/** Puts the strings into the places that index.html names. */
function fillStrings() {
  document.title = strings.pageTitle
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

/** @param {(question: string) => void} onPick */
function showExamples(onPick) {
  const items = strings.examples.map((question) =>
    el(
      'li',
      {},
      el('button', { type: 'button', class: 'example', onclick: () => onPick(question) }, question),
    ),
  )
  byId('examples', HTMLElement).append(...items)
}

/** Offers the way down while the end of the conversation is out of sight. */
function watchEnd() {
  const view = byId('conversation', HTMLElement)
  const list = byId('exchanges', HTMLElement)
  const jump = byId('jump', HTMLButtonElement)
  jump.append(icon('down'))
  jump.setAttribute('aria-label', strings.jump)
  jump.addEventListener('click', () => {
    view.scrollTo({ top: view.scrollHeight, behavior: scrollBehavior() })
    byId('question', HTMLTextAreaElement).focus({ preventScroll: true })
  })
  const refresh = () => {
    const end = list.lastElementChild?.querySelector('.answer')?.getBoundingClientRect().bottom ?? 0
    jump.hidden = end < view.getBoundingClientRect().bottom + 40
  }
  view.addEventListener('scroll', refresh, { passive: true })
  new ResizeObserver(refresh).observe(list)
  new ResizeObserver(refresh).observe(view)
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
