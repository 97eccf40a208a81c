/** @file The page's parser of server-sent events, fed in pieces as a network delivers them. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadWebModule } from './web-module.ts'

type Event = { event: string; data: string }
type SseModule = {
  createEventParser(): { feed(text: string): Event[] }
  readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Event>
}

const { createEventParser, readEvents } = await loadWebModule<SseModule>('sse.js')

const parse = (...pieces: string[]): Event[] => {
  const parser = createEventParser()
  return pieces.flatMap((piece) => parser.feed(piece))
}

describe('createEventParser', () => {
  it('reads name and data, and names an event without name "message"', () => {
    expect(parse('event: finish\ndata: {"a":1}\n\ndata:x\n\n')).toEqual([
      { event: 'finish', data: '{"a":1}' },
      { event: 'message', data: 'x' },
    ])
  })

  it('joins data lines, keeps inner spaces and strips only the first one', () => {
    expect(parse('data:  two\ndata\ndata: end \n\n')).toEqual([
      { event: 'message', data: ' two\n\nend ' },
    ])
  })

  it('skips comments, unknown fields and events without data', () => {
    expect(parse(': keep-alive\n\nevent: empty\n\nid: 7\nconstructor: no\ndata: x\n\n')).toEqual([
      { event: 'message', data: 'x' },
    ])
  })

  it('does not deliver an event that the stream cuts off', () => {
    expect(parse('data: one\n\ndata: two\n')).toEqual([{ event: 'message', data: 'one' }])
  })

  it('gives the same events for every line ending and every cut', () => {
    const stream = ': hello\nevent: text-delta\ndata: {"delta":"é 👩‍🌾"}\n\ndata: a\ndata: b\n\n'
    const expected = parse(stream)
    expect(expected).toHaveLength(2)
    const cuts = fc.array(fc.nat(stream.length * 2))
    fc.assert(
      fc.property(fc.constantFrom('\n', '\r\n', '\r'), cuts, (newline, positions) => {
        // The last CR waits for a possible LF; a comment after it brings it out.
        const text = `${stream.replaceAll('\n', newline)}:`
        const points = [0, ...positions, text.length].sort((a, b) => a - b)
        const pieces = points.slice(1).map((point, index) => text.slice(points[index], point))
        expect(parse(...pieces)).toEqual(expected)
      }),
    )
  })
})

describe('readEvents', () => {
  it('decodes characters cut in the middle of their bytes', async () => {
    const bytes = new TextEncoder().encode('data: é👩‍🌾\n\n')
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const events = []
    for await (const event of readEvents(body)) events.push(event)
    expect(events).toEqual([{ event: 'message', data: 'é👩‍🌾' }])
  })

  it('closes the connection when the reader leaves early', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\ndata: 2\n\n')),
      cancel: () => {
        cancelled = true
      },
    })
    for await (const event of readEvents(body)) {
      expect(event.data).toBe('1')
      break
    }
    expect(cancelled).toBe(true)
  })
})
