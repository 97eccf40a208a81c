/** @file Server-sent events out of an async generator, pulled at the pace of the client. */
import type { AskEvent } from '../assistant/index.ts'
import { GraftError } from '../errors.ts'

const encoder = new TextEncoder()

export type EventStreamOptions = {
  /** Called when the client goes away, to end the work behind the events. */
  abort(): void
  /** Called when no more events will come, for whatever reason. */
  onEnd(): void
}

/** The stream of events as a response; a failure becomes its last event. */
export function eventStream(
  events: AsyncGenerator<AskEvent>,
  { abort, onEnd }: EventStreamOptions,
): Response {
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await events.next()
          if (!done) return controller.enqueue(encode(value))
        } catch (error) {
          controller.enqueue(encode({ type: 'error', error: publicError(error) }))
        }
        controller.close()
        onEnd()
      },
      async cancel() {
        abort()
        // The generator may be waiting for a model that has just been aborted; its error is no one's to see.
        await events.return(undefined).catch(() => undefined)
        onEnd()
      },
    },
    { highWaterMark: 1 },
  )
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
  })
}

function encode(event: AskEvent): Uint8Array {
  return encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
}

/** Expected errors go out as they are; the text of others may hold anything, so it stays here. */
export function publicError(error: unknown): { code: string; message: string; hint?: string } {
  if (error instanceof GraftError) return error.toJSON()
  return {
    code: 'internal',
    message: 'the server failed on this request',
    hint: 'Look at the log of the server.',
  }
}
