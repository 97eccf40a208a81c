/** @file Server-sent events over fetch: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */

/** @typedef {{ event: string, data: string }} ServerSentEvent */

/**
 * The events of a response body. An event cut off by the end of the stream is not delivered.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<ServerSentEvent>}
 */
export async function* readEvents(body) {
  const parser = createEventParser()
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield* parser.feed(decoder.decode(value, { stream: true }))
    }
  } finally {
    // Leaving early must close the connection, so that the server stops working on the answer.
    await reader.cancel().catch(() => {})
  }
}

/** A parser that takes the stream in pieces of any size and returns the events each piece completes. */
export function createEventParser() {
  let rest = ''
  let event = ''
  /** @type {string[]} */
  let data = []

  /** @type {Record<string, (value: string) => void>} */
  const fields = {
    event: (value) => {
      event = value
    },
    data: (value) => data.push(value),
  }

  /** @returns {ServerSentEvent[]} */
  const dispatch = () => {
    const complete = data.length === 0 ? [] : [{ event: event || 'message', data: data.join('\n') }]
    event = ''
    data = []
    return complete
  }

  /** @param {string} line */
  const takeLine = (line) => {
    if (line === '') return dispatch()
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    // A comment has an empty name; `id`, `retry` and unknown fields mean nothing to one request.
    if (Object.hasOwn(fields, name)) fields[name]?.(value)
    return []
  }

  return {
    /**
     * @param {string} text
     * @returns {ServerSentEvent[]}
     */
    feed(text) {
      // A trailing CR may be the first half of CRLF: it waits for the next piece.
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      return lines.flatMap(takeLine)
    },
  }
}
