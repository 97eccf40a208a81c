/** @file The key of the API, where the server asks for one: kept until the tab is closed. */

import { confirmDialog } from './confirm.js'
import { el } from './dom.js'
import { strings } from './strings.js'

const storageKey = 'graft-key'
let isAsking = false

/** @returns {Record<string, string>} headers that carry the key, if there is one */
export function keyHeaders() {
  const key = sessionStorage.getItem(storageKey)
  return key ? { authorization: `Bearer ${key}` } : {}
}

/** Asks for the key, once however many requests were refused, and begins anew with it. */
export async function askForKey() {
  if (isAsking) return
  isAsking = true
  const wasRefused = sessionStorage.getItem(storageKey) !== null
  sessionStorage.removeItem(storageKey)
  const input = el('input', {
    type: 'password',
    id: 'api-key',
    autocomplete: 'off',
    required: true,
  })
  const label = el('label', { htmlFor: input.id }, strings.login.key)
  const message = wasRefused ? strings.login.refused : strings.login.message
  const question = { title: strings.login.title, message, agree: strings.login.agree }
  const agreed = await confirmDialog(question, label, input)
  isAsking = false
  if (!agreed || input.value === '') return
  sessionStorage.setItem(storageKey, input.value)
  location.reload()
}
