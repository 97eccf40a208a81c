/** @file Which view is shown: the part of the address behind `#/`, so that Back and links work. */

import { byId } from './dom.js'
import { strings } from './strings.js'

/**
 * @typedef {object} View
 * @property {string} title
 * @property {(id: string | undefined) => void} show `id` is what the address names within the view
 * @property {() => void} [hide]
 */

/** @typedef {'ask' | 'knowledge' | 'behavior' | 'audit'} ViewName */

/**
 * @param {Record<ViewName, View>} views
 * @returns {{ current: () => ViewName }}
 */
export function createRouter(views) {
  /** @type {ViewName | undefined} */
  let shown

  const follow = () => {
    const { name, id } = parse(location.hash, views)
    const isFirst = shown === undefined
    if (shown && shown !== name) views[shown].hide?.()
    shown = name
    for (const view of Object.keys(views)) byId(`view-${view}`, HTMLElement).hidden = view !== name
    markLink(name)
    document.title = strings.viewTitle(views[name].title)
    document.body.dataset.view = name
    views[name].show(id)
    // Who follows a link is now at the top of something else; who opens the page is not moved.
    if (!isFirst && name !== 'ask') byId(`view-${name}`, HTMLElement).querySelector('h1')?.focus()
  }

  window.addEventListener('hashchange', follow)
  follow()
  return { current: () => shown ?? 'ask' }
}

/**
 * @param {string} hash
 * @param {Record<ViewName, View>} views
 * @returns {{ name: ViewName, id: string | undefined }}
 */
function parse(hash, views) {
  const [, name = '', id] = /^#\/([a-z]+)(?:\/(.+))?$/.exec(hash) ?? []
  const known = /** @type {ViewName} */ (Object.hasOwn(views, name) ? name : 'ask')
  return { name: known, id: id === undefined ? undefined : decode(id) }
}

/** An address that someone has typed may hold a lone percent sign. @param {string} id */
function decode(id) {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

/** @param {ViewName} name */
function markLink(name) {
  for (const link of document.querySelectorAll('.nav a')) {
    if (link.getAttribute('href') === `#/${name}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
}
