/** @file Thumbs up and down on an answer, and what was wrong with it. */

import { giveFeedback } from '../api.js'
import { el, icon } from '../dom.js'
import { act, button, labelled } from '../parts.js'
import { strings } from '../strings.js'

/** @typedef {Parameters<typeof giveFeedback>[1]} FeedbackInput */

/**
 * Two buttons for the row of actions, and the place below it for the form and for thanks.
 *
 * @param {string} traceId
 * @param {{ announce: (text: string) => void }} options
 */
export function createFeedback(traceId, { announce }) {
  const below = el('div', { class: 'feedback' })

  const send = async (/** @type {FeedbackInput} */ input) => {
    const { isExample } = await giveFeedback(traceId, input)
    up.setAttribute('aria-pressed', String(input.vote === 'up'))
    down.setAttribute('aria-pressed', String(input.vote === 'down'))
    const thanks = isExample ? strings.feedback.thanksExample : strings.feedback.thanks
    below.replaceChildren(el('p', { class: 'note' }, thanks))
    announce(thanks)
  }
  const up = thumb('thumbUp', strings.feedback.up, () => act(below, up, () => send({ vote: 'up' })))
  const down = thumb('thumbDown', strings.feedback.down, () => {
    const form = feedbackForm(send, () => {
      below.replaceChildren()
      down.focus()
    })
    below.replaceChildren(form)
    form.querySelector('textarea')?.focus({ preventScroll: true })
    form.scrollIntoView({ block: 'nearest' })
  })
  return { buttons: [up, down], below }
}

/**
 * @param {'thumbUp' | 'thumbDown'} name
 * @param {string} label
 * @param {() => void} onClick
 */
function thumb(name, label, onClick) {
  const props = { type: 'button', class: 'icon-button', 'aria-label': label, title: label }
  return el('button', { ...props, 'aria-pressed': 'false', onclick: onClick }, icon(name))
}

/**
 * @param {(input: FeedbackInput) => Promise<void>} send
 * @param {() => void} onCancel
 */
function feedbackForm(send, onCancel) {
  const text = strings.feedback
  const reason = el('textarea', { rows: 2, maxLength: 2000 })
  const correction = el('textarea', { rows: 3, maxLength: 20_000 })
  const submit = el('button', { type: 'submit', class: 'button primary' }, text.send)
  const form = el(
    'form',
    { class: 'feedback-form', 'aria-label': text.formTitle },
    el('h3', {}, text.formTitle),
    labelled(text.reason, reason, text.reasonHint),
    labelled(text.correction, correction, text.correctionHint),
    el('div', { class: 'form-actions' }, button(strings.cancel, onCancel), submit),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void act(form, submit, () => send({ vote: 'down', ...given({ reason, correction }) }))
  })
  return form
}

/** @param {Record<'reason' | 'correction', HTMLTextAreaElement>} fields */
function given(fields) {
  const entries = Object.entries(fields).map(([name, { value }]) => [name, value.trim()])
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}
