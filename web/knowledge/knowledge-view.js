/** @file The view "Knowledge": documents, uploads and the search; or one document with its versions. */

import { getDocuments } from '../api.js'
import { byId, el } from '../dom.js'
import { createLoader, viewHeader } from '../parts.js'
import { strings } from '../strings.js'
import { createDocumentList } from './document-list.js'
import { createDocumentPage } from './document-page.js'
import { createSearch } from './search-form.js'
import { createUpload } from './upload.js'

const text = strings.knowledge

/** @param {{ onChange: () => void }} handlers `onChange`: documents came or went */
export function createKnowledgeView({ onChange }) {
  const view = byId('view-knowledge', HTMLElement)
  // A file dropped beside the place for it would be opened in place of the page.
  for (const type of ['dragover', 'drop'])
    view.addEventListener(type, (event) => event.preventDefault())
  return {
    title: text.title,
    /** @param {string | undefined} id */
    show(id) {
      const nodes = id === undefined ? overview(onChange) : createDocumentPage(id, onChange)
      view.replaceChildren(...nodes)
    },
  }
}

/**
 * @param {() => void} onChange
 * @returns {Node[]}
 */
function overview(onChange) {
  const documents = el('div', { class: 'view-body' })
  const loader = createLoader(documents)
  const refresh = () =>
    loader.run(getDocuments, ({ documents: found }) => [createDocumentList(found)])
  const upload = createUpload({
    onDone: () => {
      onChange()
      void refresh()
    },
  })
  const search = createSearch({
    onResults: (isOpen) => {
      documents.hidden = isOpen
    },
  })
  void refresh()
  const lead = el('p', { class: 'view-lead' }, text.lead)
  return [viewHeader(text.title, lead), upload, ...search, documents]
}
