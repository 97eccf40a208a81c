/** @file The question field: sending, stopping, and the scope (date, collection, model) of the next question. */

import { byId, el, icon } from '../dom.js'
import { endOfDay, formatDate, today } from '../format.js'
import { strings } from '../strings.js'

/** @import { AskRequest } from '../../src/server/contract.ts' */

/**
 * @param {{ onAsk: (request: AskRequest) => void, onStop: () => void }} handlers
 */
export function createComposer({ onAsk, onStop }) {
  const form = byId('composer', HTMLFormElement)
  const field = byId('question', HTMLTextAreaElement)
  const send = byId('send', HTMLButtonElement)
  const scope = createScope(field)
  let busy = false

  const grow = () => {
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight}px`
  }
  const refresh = () => {
    send.dataset.action = busy ? 'stop' : 'send'
    send.setAttribute('aria-label', busy ? strings.stop : strings.send)
    // Disabling the button would take the focus from it; it is only marked as having nothing to do.
    send.setAttribute('aria-disabled', String(!busy && field.value.trim() === ''))
  }
  const ask = (/** @type {string} */ question) => {
    if (busy || question === '') return
    onAsk({ question, ...scope.read() })
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (busy) onStop()
    else if (field.value.trim() !== '') {
      ask(field.value.trim())
      field.value = ''
      grow()
      refresh()
      field.focus()
    }
  })
  field.addEventListener('keydown', (event) => {
    // Enter also confirms the candidate of an input method; that one is not a question yet.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    if (!busy) form.requestSubmit()
  })
  field.addEventListener('input', () => {
    grow()
    refresh()
  })
  send.append(icon('send'), icon('stop'))
  refresh()

  return {
    ask,
    focus: () => field.focus(),
    setBusy: (/** @type {boolean} */ next) => {
      busy = next
      refresh()
    },
    setCollections: scope.setCollections,
    setModels: scope.setModels,
    closeScope: scope.close,
  }
}

/**
 * The options tucked away below the field.
 *
 * @param {HTMLElement} field takes the focus when the options close
 */
function createScope(field) {
  const details = byId('scope', HTMLDetailsElement)
  const line = byId('scope-line', HTMLElement)
  const asOf = byId('as-of', HTMLInputElement)
  const clear = byId('as-of-clear', HTMLButtonElement)
  const collection = byId('collection', HTMLSelectElement)
  const model = byId('model', HTMLSelectElement)

  const refresh = () => {
    const day = asOf.value
    line.textContent = [
      day ? strings.scopeDate(formatDate(`${day}T12:00:00`)) : strings.scopeToday,
      collection.value,
      model.value && strings.modelName(model.value),
    ]
      .filter((part) => part !== '')
      .join(' · ')
    details.classList.toggle('set', day !== '' || collection.value !== '' || model.value !== '')
    clear.hidden = day === ''
  }
  const close = () => {
    if (!details.open) return false
    const hadFocus = details.contains(document.activeElement)
    details.open = false
    if (hadFocus) field.focus()
    return true
  }

  details.querySelector('summary')?.prepend(icon('calendar'))
  details.addEventListener('toggle', () => {
    asOf.max = today()
  })
  asOf.addEventListener('change', refresh)
  collection.addEventListener('change', refresh)
  model.addEventListener('change', refresh)
  clear.addEventListener('click', () => {
    asOf.value = ''
    refresh()
    asOf.focus()
  })
  // A click elsewhere is done with the options.
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !details.contains(event.target)) details.open = false
  })
  refresh()

  return {
    close,
    /** @returns {Partial<AskRequest>} */
    read: () => ({
      ...(asOf.value ? { asOf: endOfDay(asOf.value) } : {}),
      ...(collection.value ? { collection: collection.value } : {}),
      ...(model.value ? { model: model.value } : {}),
    }),
    setCollections: (/** @type {string[]} */ collections) => {
      const options = collections.map((name) => ({ value: name, text: name }))
      setOptions(collection, [{ value: '', text: strings.allCollections }, ...options])
      byId('collection-field', HTMLElement).hidden = collections.length < 2
      refresh()
    },
    setModels: (/** @type {string[]} */ ids) => {
      // The first is the one that is configured: it needs no name.
      const options = ids.map((id, index) => ({
        value: index === 0 ? '' : id,
        text: strings.modelName(id),
      }))
      setOptions(model, options)
      byId('model-field', HTMLElement).hidden = ids.length < 2
      refresh()
    },
  }
}

/**
 * @param {HTMLSelectElement} select
 * @param {{ value: string, text: string }[]} options
 */
function setOptions(select, options) {
  // Rebuilding the list on every status would close it under the reader's hand.
  const now = [...select.options].map(({ value }) => value)
  if (now.join('\n') === options.map(({ value }) => value).join('\n') && now.length > 0) return
  const before = select.value
  select.replaceChildren(...options.map(({ value, text }) => el('option', { value }, text)))
  select.value = options.some(({ value }) => value === before) ? before : ''
}
