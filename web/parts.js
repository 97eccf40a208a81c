/** @file Pieces that several views are made of: notices, buttons, badges, facts, and loading into a place. */

import { RequestError } from './api.js'
import { el, icon } from './dom.js'
import { strings } from './strings.js'

/** @typedef {Parameters<typeof icon>[0]} IconName */
/** @typedef {'good' | 'warn' | 'bad' | 'plain'} Tone */

// What comes sooner than this needs no word about waiting.
const patienceMs = 150

/**
 * @param {string} label
 * @param {() => void} onClick
 * @param {{ iconName?: IconName, look?: 'quiet-button' | 'button' | 'button primary' | 'button danger' } & Record<string, unknown>} [options]
 */
export function button(label, onClick, { iconName, look = 'quiet-button', ...props } = {}) {
  const parts = [...(iconName ? [icon(iconName)] : []), el('span', {}, label)]
  return el('button', { type: 'button', class: look, onclick: onClick, ...props }, ...parts)
}

/**
 * @param {string} text
 * @param {Tone} [tone]
 */
export function badge(text, tone = 'plain') {
  return el('span', { class: `badge ${tone}` }, text)
}

/**
 * @param {string} kind
 * @param {IconName} iconName
 * @param {{ title: string, message: string, hint?: string | undefined }} text
 * @param {...Node} more
 */
export function notice(kind, iconName, { title, message, hint }, ...more) {
  const body = el('div', { class: 'notice-body' }, el('h3', {}, title), el('p', {}, message))
  if (hint) body.append(el('p', { class: 'hint' }, hint))
  body.append(...more)
  return el('div', { class: `notice ${kind}` }, icon(iconName), body)
}

/**
 * What a failed request says, with a way to try again where there is one.
 *
 * @param {unknown} cause
 * @param {{ title?: string, onRetry?: () => void }} [options]
 */
export function failure(cause, { title = strings.loadFailed, onRetry } = {}) {
  const known = cause instanceof RequestError
  const message = known ? cause.message : strings.errors.unexpected
  const hint = known ? cause.hint : strings.errors.unexpectedHint
  const actions = onRetry ? [button(strings.retry, onRetry, { iconName: 'retry' })] : []
  const node = notice('failure', 'warning', { title, message, hint }, ...actions)
  node.setAttribute('role', 'alert')
  return node
}

/**
 * @param {[string, Node | string][]} rows
 */
export function facts(rows) {
  return el(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([label, value]) => [el('dt', {}, label), el('dd', {}, value)]),
  )
}

/**
 * @param {string} title
 * @param {...(Node | string)} children
 */
export function section(title, ...children) {
  return el('section', { class: 'section' }, el('h2', {}, title), ...children)
}

/**
 * @param {string} text
 * @param {...Node} more
 */
export function viewHeader(text, ...more) {
  return el('header', { class: 'view-header' }, el('h1', { tabIndex: -1 }, text), ...more)
}

/**
 * @param {string} href
 * @param {string} text
 */
export function backLink(href, text) {
  return el('a', { class: 'back-link', href }, icon('back'), text)
}

/**
 * A label with its field below.
 *
 * @param {string} label
 * @param {HTMLElement} field
 * @param {string} [hint]
 */
export function labelled(label, field, hint) {
  const help = hint ? [el('span', { class: 'hint' }, hint)] : []
  return el(
    'label',
    { class: 'field' },
    el('span', { class: 'field-label' }, label),
    field,
    ...help,
  )
}

/**
 * Shows in `container` what a request brings, or why it brought nothing. A newer request wins.
 *
 * @param {HTMLElement} container
 */
export function createLoader(container) {
  let current = new AbortController()

  /**
   * @template Value
   * @param {(signal: AbortSignal) => Promise<Value>} load
   * @param {(value: Value) => Node[]} render
   */
  async function run(load, render) {
    current.abort()
    current = new AbortController()
    const { signal } = current
    const waiting = setTimeout(() => {
      container.replaceChildren(el('p', { class: 'progress' }, strings.loading))
    }, patienceMs)
    try {
      const value = await load(signal)
      if (!signal.aborted) container.replaceChildren(...render(value))
    } catch (cause) {
      const onRetry = () => void run(load, render)
      if (!signal.aborted) container.replaceChildren(failure(cause, { onRetry }))
    } finally {
      clearTimeout(waiting)
    }
  }

  return { run, stop: () => current.abort() }
}

/**
 * Runs what a button started; meanwhile it cannot be started again, and a failure is said below.
 *
 * @param {HTMLElement} place
 * @param {HTMLButtonElement} starter
 * @param {() => Promise<void>} action
 */
export async function act(place, starter, action) {
  if (starter.getAttribute('aria-busy') === 'true') return
  starter.setAttribute('aria-busy', 'true')
  place.querySelector(':scope > .notice.failure')?.remove()
  try {
    await action()
  } catch (cause) {
    place.append(failure(cause, { title: strings.actionFailed }))
  } finally {
    starter.removeAttribute('aria-busy')
  }
}
