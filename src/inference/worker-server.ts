/** @file The worker thread's end: requests in, events and results out. */
import { parentPort } from 'node:worker_threads'
import { describeError } from '../util/error-data.ts'
import {
  type Closing,
  type RequestMap,
  startId,
  type ThreadMessage,
  type ThreadRequest,
} from './thread-messages.ts'

export type Handlers<Requests extends RequestMap> = {
  [Type in keyof Requests]: (
    request: Requests[Type]['request'],
    id: number,
  ) => Promise<Requests[Type]['result']>
}

/** Answers requests with the handlers that `open` gives, until `close` has been answered. */
export async function serve<Requests extends RequestMap & Closing, Event = never>(
  open: (emit: (id: number, event: Event) => void) => Promise<Handlers<Requests>>,
): Promise<void> {
  const port = parentPort!
  const send = (message: ThreadMessage<Requests, Event>): void => port.postMessage(message)
  const answer = async (
    handlers: Handlers<Requests>,
    { type, id, request }: ThreadRequest<Requests>,
  ): Promise<void> => {
    try {
      send({ type: 'result', id, result: await handlers[type](request, id) })
    } catch (error) {
      send({ type: 'failure', id, failure: describeError(error) })
    }
    if (type === 'close') port.close()
  }
  try {
    const handlers = await open((id, event) => send({ type: 'event', id, event }))
    port.on('message', (request: ThreadRequest<Requests>) => void answer(handlers, request))
    send({ type: 'result', id: startId, result: undefined })
  } catch (error) {
    send({ type: 'failure', id: startId, failure: describeError(error) })
    port.close()
  }
}
