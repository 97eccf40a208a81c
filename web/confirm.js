/** @file A question that has to be answered before something is changed. */

import { el } from './dom.js'
import { strings } from './strings.js'

/**
 * Resolves to whether the reader agreed; Escape and "Cancel" do not.
 *
 * @param {{ title: string, message: string, agree: string, dangerous?: boolean }} question
 * @param {...Node} more fields of the question
 * @returns {Promise<boolean>}
 */
export function confirmDialog({ title, message, agree, dangerous = false }, ...more) {
  const look = dangerous ? 'button danger' : 'button primary'
  // The harmless answer has the focus, so that Enter alone removes nothing.
  const cancel = el('button', { value: '', class: 'button', autofocus: dangerous }, strings.cancel)
  const confirm = el('button', { value: 'yes', class: look }, agree)
  const heading = el('h2', { id: 'dialog-title' }, title)
  const form = el(
    'form',
    { method: 'dialog', class: 'dialog-form' },
    heading,
    el('p', {}, message),
    ...more,
    el('div', { class: 'dialog-actions' }, cancel, confirm),
  )
  const dialog = el('dialog', { class: 'dialog', 'aria-labelledby': heading.id }, form)
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue === 'yes')
    })
  })
}
