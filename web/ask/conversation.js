/** @file The conversation: one question at a time, what was said before it, and where the reader looks. */

import { byId } from '../dom.js'
import { strings } from '../strings.js'
import { ask, createAnswerState } from './ask.js'
import { createExchange } from './exchange.js'

/** @import { AskRequest } from '../../src/server/contract.ts' */
/** @import { AnswerState } from './ask.js' */

// Turns sent along with a follow-up, questions and answers counted apart.
const historyTurns = 6

/** @typedef {{ request: AskRequest, state: AnswerState, view: ReturnType<typeof createExchange> }} Exchange */

/**
 * @param {{ announce: (text: string) => void, onBusy: (busy: boolean) => void, onEnd: () => void }} handlers
 */
export function createConversation({ announce, onBusy, onEnd }) {
  const list = byId('exchanges', HTMLElement)
  const welcome = byId('welcome', HTMLElement)
  /** @type {Exchange[]} */
  let exchanges = []
  /** @type {AbortController | null} */
  let running = null

  const stop = () => {
    if (!running) return false
    running.abort()
    return true
  }

  const run = async (/** @type {Exchange} */ exchange) => {
    running?.abort()
    const controller = new AbortController()
    running = controller
    onBusy(true)
    announce(strings.searching)
    const paint = oncePerFrame(() => exchange.view.update(exchange.state))
    await ask(exchange.request, exchange.state, {
      signal: controller.signal,
      onChange: paint.schedule,
    })
    paint.now()
    // A newer question, or a new conversation, has taken over the page in the meantime.
    if (running !== controller) return
    running = null
    onBusy(false)
    announce(spoken(exchange.state))
    onEnd()
  }

  /** @type {(request: AskRequest) => Exchange} */
  const createEntry = (request) => {
    const view = createExchange(request, { announce, onRetry: () => retry(entry) })
    const entry = { request, state: createAnswerState(), view }
    view.update(entry.state)
    return entry
  }

  /** Asks again in place; what came after the question stays. */
  const retry = (/** @type {Exchange} */ old) => {
    const entry = createEntry(old.request)
    exchanges = exchanges.map((exchange) => (exchange === old ? entry : exchange))
    old.view.node.replaceWith(entry.view.node)
    byId('question', HTMLTextAreaElement).focus({ preventScroll: true })
    return run(entry)
  }

  return {
    stop,
    ask(/** @type {AskRequest} */ request) {
      const history = historyOf(exchanges)
      const entry = createEntry(history.length > 0 ? { ...request, history } : request)
      exchanges = [...exchanges, entry]
      welcome.hidden = true
      list.append(entry.view.node)
      entry.view.node.scrollIntoView({ block: 'start', behavior: scrollBehavior() })
      return run(entry)
    },
    clear() {
      stop()
      running = null
      onBusy(false)
      exchanges = []
      list.replaceChildren()
      welcome.hidden = false
    },
  }
}

/** Smooth unless the reader asked for less motion. */
export function scrollBehavior() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth'
}

/**
 * @param {Exchange[]} exchanges
 * @returns {NonNullable<AskRequest['history']>}
 */
function historyOf(exchanges) {
  return exchanges
    .filter(({ state }) => state.phase === 'finished')
    .flatMap(({ request, state }) => [
      { role: /** @type {const} */ ('user'), content: request.question },
      { role: /** @type {const} */ ('assistant'), content: state.text },
    ])
    .slice(-historyTurns)
}

/**
 * What a screen reader says when an answer has ended.
 *
 * @param {AnswerState} state
 */
function spoken({ phase, answer, error, text, citations }) {
  if (error) return [strings.failed, error.message, error.hint].filter(Boolean).join(' ')
  if (phase === 'stopped') return strings.stopped
  if (answer?.abstained) return `${strings.abstained}. ${answer.answer}`
  return strings.announceAnswer(text.replace(/\s*\[\d+\]/g, ''), citations.size)
}

/**
 * Joins the many small changes of a stream to one drawing per frame.
 *
 * @param {() => void} draw
 */
function oncePerFrame(draw) {
  let frame = 0
  return {
    schedule: () => {
      if (frame) return
      frame = requestAnimationFrame(() => {
        frame = 0
        draw()
      })
    },
    now: () => {
      cancelAnimationFrame(frame)
      frame = 0
      draw()
    },
  }
}
