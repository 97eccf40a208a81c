/** @file Server-sent events out of an async generator, pulled at the pace of the client. */
import type { AskEvent } from '../assistant/index.ts'
import { logUnexpected, publicError } from './errors.ts'
import type { Work } from './work.ts'

const encoder = new TextEncoder()

/** The events of an answer as a response; a failure becomes its last event. */
export function eventStream(events: AsyncGenerator<AskEvent>, work: Work): Response {
  return streamResponse(eventFrames(events), work)
}

/**
 * Frames as a response. When the client goes away, the work behind them is ended. A frame source tells
 * of its failures in frames of its own.
 */
export function streamResponse(
  frames: AsyncGenerator<string>,
  { abort, end }: Pick<Work, 'abort' | 'end'>,
  headers: Record<string, string> = {},
): Response {
  const nextFrame = (): Promise<IteratorResult<string>> =>
    frames.next().catch((error: unknown) => {
      end()
      throw error
    })
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await nextFrame()
        if (!done) return controller.enqueue(encoder.encode(value))
        controller.close()
        end()
      },
      async cancel() {
        abort()
        // The generator may be waiting for a model that has just been aborted; its error is no one's to see.
        await frames.return(undefined).catch(() => undefined)
        end()
      },
    },
    { highWaterMark: 1 },
  )
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...headers,
    },
  })
}

/** One frame: `event:` where it has a name, and the data as JSON. */
export function frame(data: unknown, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`
  return `${name}data: ${JSON.stringify(data)}\n\n`
}

export const DONE_FRAME = 'data: [DONE]\n\n'

async function* eventFrames(events: AsyncGenerator<AskEvent>): AsyncGenerator<string> {
  try {
    for await (const event of events) yield frame(event, event.type)
  } catch (error) {
    logUnexpected(error)
    yield frame({ type: 'error', error: publicError(error) }, 'error')
  }
}
