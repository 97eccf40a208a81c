/** @file Citation markers, the popover that shows their quote, and the request to open their source. */

import { byId, el } from '../dom.js'
import { strings } from '../strings.js'

/** @import { Citation } from '../../src/server/contract.ts' */

/**
 * What can be opened in its document: a citation, or a passage that was found.
 *
 * @typedef {Pick<Citation, 'marker' | 'title' | 'uri' | 'headingPath' | 'versionId' | 'start' | 'end' | 'quote'>} Passage
 */

/** The event, bubbling from a marker or a source, that asks to read a citation in its document. */
export const openCitation = 'open-citation'

// Long enough to cross a paragraph without setting off every marker on the way.
const showDelayMs = 120
// Long enough to move the pointer from the marker into the popover.
const hideDelayMs = 180
const gap = 8

/** @type {WeakMap<Element, Passage>} */
const citationOf = new WeakMap()

/**
 * The small raised number in an answer.
 *
 * @param {Passage} citation
 */
export function createMarker(citation) {
  const { marker, title } = citation
  const label = strings.marker(marker, title || strings.untitled)
  return el(
    'sup',
    {},
    passageButton(
      citation,
      { class: 'marker', 'aria-label': label, 'data-popover': '' },
      String(marker),
    ),
  )
}

/**
 * A button that opens a citation or a found passage in its document.
 *
 * @param {Passage} citation
 * @param {Record<string, unknown>} props
 * @param {...(Node | string)} children
 */
export function passageButton(citation, props, ...children) {
  const button = el('button', { type: 'button', ...props }, ...children)
  citationOf.set(button, citation)
  button.addEventListener('click', () => {
    button.dispatchEvent(new CustomEvent(openCitation, { bubbles: true, detail: citation }))
  })
  return button
}

/**
 * Shows the quote of the marker under the pointer or the focus. `hide` reports whether it was open.
 *
 * @returns {{ hide: () => boolean }}
 */
export function createPopover() {
  const popover = byId('citation-popover', HTMLElement)
  /** @type {Element | null} */
  let anchor = null
  let timer = 0

  const later = (/** @type {() => void} */ action, /** @type {number} */ delayMs) => {
    clearTimeout(timer)
    timer = window.setTimeout(action, delayMs)
  }

  const hide = () => {
    clearTimeout(timer)
    if (!anchor) return false
    anchor.removeAttribute('aria-describedby')
    anchor = null
    popover.hidePopover()
    return true
  }

  const show = (/** @type {Element} */ marker) => {
    const citation = citationOf.get(marker)
    if (!citation || !marker.isConnected || marker === anchor) return
    hide()
    anchor = marker
    marker.setAttribute('aria-describedby', popover.id)
    popover.replaceChildren(...describe(citation))
    popover.showPopover()
    place(popover, marker)
  }

  document.addEventListener('pointerover', (event) => {
    const marker = markerAt(event.target)
    // A finger has no hover: its tap opens the source.
    if (marker && event.pointerType !== 'touch') later(() => show(marker), showDelayMs)
    else if (event.target instanceof Node && popover.contains(event.target)) clearTimeout(timer)
    else if (anchor !== document.activeElement) later(hide, hideDelayMs)
  })
  document.addEventListener('focusin', (event) => {
    const marker = markerAt(event.target)
    if (marker?.matches(':focus-visible')) show(marker)
    else hide()
  })
  document.addEventListener('click', hide)
  document.addEventListener('scroll', hide, { capture: true, passive: true })

  return { hide }
}

/**
 * @param {EventTarget | null} target
 * @returns {Element | null}
 */
function markerAt(target) {
  return target instanceof Element ? target.closest('[data-popover]') : null
}

/**
 * The headings above the quote, without the first where it repeats the title.
 *
 * @param {Passage} citation
 * @returns {HTMLElement[]} one line, or none
 */
export function headingLine({ title, headingPath }) {
  const path = headingPath[0] === title ? headingPath.slice(1) : headingPath
  return path.length > 0 ? [el('span', { class: 'heading-path' }, path.join(' › '))] : []
}

/** @param {Passage} citation */
function describe(citation) {
  return [
    el('strong', { class: 'popover-title' }, citation.title || strings.untitled),
    ...headingLine(citation),
    el('q', { class: 'popover-quote' }, citation.quote),
    el('span', { class: 'popover-hint' }, strings.openHint),
  ]
}

/**
 * Above the marker where there is room, else below; always inside the window.
 *
 * @param {HTMLElement} popover
 * @param {Element} marker
 */
function place(popover, marker) {
  const target = marker.getBoundingClientRect()
  const { width, height } = popover.getBoundingClientRect()
  const left = Math.min(
    Math.max(gap, target.left + target.width / 2 - width / 2),
    innerWidth - width - gap,
  )
  const above = target.top - height - gap
  popover.style.left = `${left}px`
  popover.style.top = `${above >= gap ? above : target.bottom + gap}px`
}
