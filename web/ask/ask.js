/** @file One question: the request, its event stream, and what is known of the answer so far. */

import { RequestError, request } from '../api.js'
import { readEvents } from '../sse.js'
import { strings } from '../strings.js'

/** @import { Answer, AskEvent, AskRequest, Citation, Verdict } from '../../src/server/contract.ts' */

/** @typedef {'searching' | 'reading' | 'answering' | 'finished' | 'stopped' | 'failed'} Phase */

/**
 * @typedef {object} AnswerState
 * @property {Phase} phase
 * @property {string} query
 * @property {string[]} titles sources under consideration
 * @property {string} text
 * @property {Map<number, Citation>} citations by marker
 * @property {Verdict[]} verdicts
 * @property {number} dropped references that no passage matched
 * @property {Answer | null} answer
 * @property {{ message: string, hint?: string | undefined } | null} error
 */

/** @returns {AnswerState} */
export function createAnswerState() {
  return {
    phase: 'searching',
    query: '',
    titles: [],
    text: '',
    citations: new Map(),
    verdicts: [],
    dropped: 0,
    answer: null,
    error: null,
  }
}

/**
 * Asks and keeps `state` up to date until the answer is finished, stopped or failed. Never throws.
 *
 * @param {AskRequest} body
 * @param {AnswerState} state
 * @param {{ signal: AbortSignal, onChange: () => void }} options
 */
export async function ask(body, state, { signal, onChange }) {
  try {
    for await (const event of askEvents(body, signal)) {
      applyEvent(state, event)
      onChange()
    }
    if (!isOver(state)) {
      throw new RequestError(
        'interrupted',
        strings.errors.interrupted,
        strings.errors.interruptedHint,
      )
    }
  } catch (cause) {
    if (isOver(state)) return
    if (signal.aborted) state.phase = 'stopped'
    else fail(state, asFailure(cause))
  }
  onChange()
}

/** @param {AnswerState} state */
export function isOver({ phase }) {
  return phase === 'finished' || phase === 'stopped' || phase === 'failed'
}

/**
 * @param {AnswerState} state
 * @param {AskEvent} event
 */
function applyEvent(state, event) {
  const step = Object.hasOwn(steps, event.type) ? steps[event.type] : undefined
  // Each step reads only the fields of its own event type; newer servers may send other types.
  step?.(state, /** @type {any} */ (event))
}

/** @type {{ [Type in AskEvent['type']]?: (state: AnswerState, event: Extract<AskEvent, { type: Type }>) => void }} */
const steps = {
  search: (state, { query }) => {
    state.query = query
  },
  source: (state, { source }) => {
    state.phase = 'reading'
    if (!state.titles.includes(source.title)) state.titles.push(source.title)
  },
  'text-delta': (state, { delta }) => {
    state.phase = 'answering'
    state.text += delta
  },
  citation: (state, { citation }) => {
    state.citations.set(citation.marker, citation)
  },
  'reference-dropped': (state) => {
    state.dropped += 1
  },
  verdict: (state, { verdict }) => {
    state.verdicts.push(verdict)
  },
  finish: (state, { answer }) => {
    state.phase = 'finished'
    state.answer = answer
    state.text = answer.answer
    state.query = answer.query
    state.verdicts = answer.verdicts
    state.dropped = answer.droppedReferences.length
    state.citations = new Map(answer.citations.map((citation) => [citation.marker, citation]))
  },
  error: (state, { error }) => fail(state, error),
}

/**
 * @param {AskRequest} body
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<AskEvent>}
 */
async function* askEvents(body, signal) {
  const response = await request('/api/ask', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(body),
    signal,
  })
  if (!response.body) return
  for await (const { data } of readEvents(response.body)) yield JSON.parse(data)
}

/**
 * @param {AnswerState} state
 * @param {{ message: string, hint?: string | undefined }} error
 */
function fail(state, { message, hint }) {
  state.phase = 'failed'
  state.error = { message, hint }
}

/** @param {unknown} cause */
function asFailure(cause) {
  if (cause instanceof RequestError) return cause
  // A connection lost in the middle of the stream reaches the reader as a TypeError.
  if (cause instanceof TypeError)
    return { message: strings.errors.interrupted, hint: strings.errors.interruptedHint }
  return { message: strings.errors.unexpected, hint: strings.errors.unexpectedHint }
}
