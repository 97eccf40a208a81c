/** @file The view "Behavior": what is served, the adapters there are, and the jobs that make them. */

import { getAdapters } from '../api.js'
import { byId, el } from '../dom.js'
import { createLoader, notice, section, viewHeader } from '../parts.js'
import { strings } from '../strings.js'
import { adapterCard } from './adapter-card.js'
import { aliasCard } from './alias-card.js'
import { createJobs } from './jobs.js'

/** @import { AdaptersResponse } from '../../src/server/contract.ts' */

const text = strings.behavior

export function createBehaviorView() {
  const view = byId('view-behavior', HTMLElement)
  /** @type {ReturnType<typeof createJobs> | undefined} */
  let jobs
  return {
    title: text.title,
    show() {
      jobs?.stop()
      const registry = el('div', { class: 'view-body' })
      const loader = createLoader(registry)
      const refresh = () => loader.run(getAdapters, (found) => render(found, refresh))
      jobs = createJobs({ onFinished: () => void refresh() })
      void refresh()
      const lead = el('p', { class: 'view-lead' }, text.lead)
      view.replaceChildren(viewHeader(text.title, lead), registry, jobs.node)
    },
    hide: () => jobs?.stop(),
  }
}

/**
 * @param {AdaptersResponse} found
 * @param {() => Promise<void>} refresh
 * @returns {Node[]}
 */
function render({ adapters, aliases }, refresh) {
  if (adapters.length === 0) {
    const words = { title: text.emptyTitle, message: text.emptyMessage, hint: text.emptyHint }
    return [notice('empty', 'model', words)]
  }
  const served = aliases.map((alias) => {
    const versions = adapters.filter(({ name }) => name === alias.name)
    return aliasCard(alias, versions, refresh)
  })
  const nothing = { title: text.nothingServed, message: text.nothingServedHint }
  const cards = adapters.map((adapter) => adapterCard(adapter, aliases, refresh))
  return [
    section(text.served, ...(served.length > 0 ? served : [notice('empty', 'model', nothing)])),
    section(text.adapters, ...cards),
  ]
}
