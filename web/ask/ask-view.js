/** @file The view "Ask": the conversation and the field below it. */

import { getModels } from '../api.js'
import { byId, el, icon } from '../dom.js'
import { strings } from '../strings.js'
import { createComposer } from './composer.js'
import { createConversation, scrollBehavior } from './conversation.js'

/** @import { StatusResponse } from '../../src/server/contract.ts' */

/**
 * @param {{ announce: (text: string) => void, onEnd: () => void, onClear: () => void }} handlers
 */
export function createAskView({ announce, onEnd, onClear }) {
  const newConversation = byId('new-conversation', HTMLButtonElement)
  const conversation = createConversation({
    announce,
    onBusy: (busy) => composer.setBusy(busy),
    onEnd,
  })
  const composer = createComposer({
    onAsk: (request) => {
      newConversation.hidden = false
      void conversation.ask(request)
    },
    onStop: () => conversation.stop(),
  })

  newConversation.append(icon('plus'), el('span', {}, strings.newConversation))
  newConversation.addEventListener('click', () => {
    onClear()
    conversation.clear()
    newConversation.hidden = true
    composer.focus()
  })
  showExamples((question) => {
    composer.ask(question)
    composer.focus()
  })
  watchEnd()

  return {
    title: strings.navAsk,
    show() {
      void refreshModels(composer.setModels)
      if (matchMedia('(pointer: fine)').matches) composer.focus()
    },
    focus: composer.focus,
    closeScope: composer.closeScope,
    stop: conversation.stop,
    /** @param {StatusResponse} status */
    setStatus({ documents, collections }) {
      composer.setCollections(collections)
      byId('welcome-lead', HTMLElement).textContent =
        documents === 0 ? strings.leadEmpty : strings.lead
      byId('examples', HTMLElement).hidden = documents === 0
    },
  }
}

/** The choice is a convenience: without it the configured model answers. @param {(ids: string[]) => void} setModels */
async function refreshModels(setModels) {
  const models = await getModels().catch(() => null)
  if (models) setModels(models.data.map(({ id }) => id))
}

/** @param {(question: string) => void} onPick */
function showExamples(onPick) {
  const items = strings.examples.map((question) =>
    el(
      'li',
      {},
      el('button', { type: 'button', class: 'example', onclick: () => onPick(question) }, question),
    ),
  )
  byId('examples', HTMLElement).append(...items)
}

/** Offers the way down while the end of the conversation is out of sight. */
function watchEnd() {
  const view = byId('conversation', HTMLElement)
  const list = byId('exchanges', HTMLElement)
  const jump = byId('jump', HTMLButtonElement)
  jump.append(icon('down'))
  jump.setAttribute('aria-label', strings.jump)
  jump.addEventListener('click', () => {
    view.scrollTo({ top: view.scrollHeight, behavior: scrollBehavior() })
    byId('question', HTMLTextAreaElement).focus({ preventScroll: true })
  })
  const refresh = () => {
    const end = list.lastElementChild?.querySelector('.answer')?.getBoundingClientRect().bottom ?? 0
    jump.hidden = end < view.getBoundingClientRect().bottom + 40
  }
  view.addEventListener('scroll', refresh, { passive: true })
  new ResizeObserver(refresh).observe(list)
  new ResizeObserver(refresh).observe(view)
}
