/** @file The view "Audit": the list of answers, or one of them in full. */

import { byId } from '../dom.js'
import { strings } from '../strings.js'
import { createTraceList } from './trace-list.js'
import { createTracePage } from './trace-page.js'

export function createAuditView() {
  const view = byId('view-audit', HTMLElement)
  return {
    title: strings.audit.title,
    /** @param {string | undefined} id */
    show(id) {
      view.replaceChildren(...(id === undefined ? createTraceList() : createTracePage(id)))
    },
  }
}
