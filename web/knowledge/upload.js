/** @file Adding documents: dropped or chosen files, one after the other, each with what became of it. */

import { RequestError, uploadDocument } from '../api.js'
import { el, icon } from '../dom.js'
import { badge, button, labelled } from '../parts.js'
import { strings } from '../strings.js'

const text = strings.knowledge

/** @param {{ onDone: () => void }} handlers */
export function createUpload({ onDone }) {
  const chooser = el('input', { type: 'file', multiple: true, hidden: true })
  const choose = button(text.choose, () => chooser.click(), {
    look: 'button primary',
    iconName: 'upload',
  })
  const options = createOptions()
  const list = el('ul', { class: 'uploads', 'aria-live': 'polite' })
  const words = el(
    'div',
    { class: 'drop-text' },
    el('p', { class: 'drop-title' }, text.dropTitle),
    el('p', { class: 'hint' }, text.dropHint),
  )
  const node = el('section', { class: 'drop', 'aria-label': text.choose })
  node.append(el('div', { class: 'drop-row' }, words, choose), chooser, options.node, list)
  // A second drop waits for the first: two versions of one file must not overtake each other.
  let queue = Promise.resolve()
  const add = (/** @type {File[]} */ files) => {
    const place = options.read()
    const rows = files.map((file) => ({ file, row: uploadRow(file.name) }))
    list.replaceChildren(...list.querySelectorAll('.failed'), ...rows.map(({ row }) => row.node))
    queue = queue.then(async () => {
      for (const { file, row } of rows) await send(file, row, place)
      if (files.length > 0) onDone()
    })
  }
  chooser.addEventListener('change', () => {
    add([...(chooser.files ?? [])])
    // Choosing the same file again, after it was changed, has to count.
    chooser.value = ''
  })
  acceptDrops(node, add)
  return node
}

/**
 * @param {HTMLElement} node
 * @param {(files: File[]) => void} add
 */
function acceptDrops(node, add) {
  node.addEventListener('dragover', (event) => {
    event.preventDefault()
    node.classList.add('over')
  })
  node.addEventListener('dragleave', (event) => {
    const isInside = event.relatedTarget instanceof Node && node.contains(event.relatedTarget)
    if (!isInside) node.classList.remove('over')
  })
  node.addEventListener('drop', (event) => {
    event.preventDefault()
    node.classList.remove('over')
    add([...(event.dataTransfer?.files ?? [])])
  })
}

function createOptions() {
  const collection = el('input', { type: 'text', maxLength: 200, autocomplete: 'off' })
  const groups = el('input', { type: 'text', autocomplete: 'off' })
  const node = el(
    'details',
    { class: 'options' },
    el('summary', {}, text.options),
    labelled(text.collection, collection, text.collectionHint),
    labelled(text.groups, groups, text.groupsHint),
  )
  return {
    node,
    read: () => ({
      collection: collection.value.trim(),
      groups: groups.value
        .split(',')
        .map((group) => group.trim())
        .filter(Boolean),
    }),
  }
}

/** @param {string} name */
function uploadRow(name) {
  const state = el('span', {}, text.waiting)
  const node = el('li', { class: 'upload' }, icon('page'), el('span', {}, name), state)
  return {
    node,
    show: (/** @type {Node | string} */ next) => state.replaceChildren(next),
  }
}

/**
 * @param {File} file
 * @param {ReturnType<typeof uploadRow>} row
 * @param {Parameters<typeof uploadDocument>[1]} place
 */
async function send(file, row, place) {
  row.show(text.uploading)
  try {
    const { outcome } = await uploadDocument(file, place)
    row.show(badge(text.outcomes[outcome], 'good'))
  } catch (cause) {
    const known = cause instanceof RequestError
    const lines = known ? [cause.message, cause.hint] : [strings.errors.unexpected]
    row.node.classList.add('failed')
    row.show(el('span', { class: 'upload-failure' }, lines.filter(Boolean).join('. ')))
  }
}
