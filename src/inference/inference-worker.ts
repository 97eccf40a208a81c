/** @file The worker thread that holds a model: requests in, events and results out. */
import { parentPort, workerData } from 'node:worker_threads'
import { type Engine, openEngine } from './engine.ts'
import {
  describeError,
  type Requests,
  startId,
  type WorkerData,
  type WorkerMessage,
  type WorkerRequest,
} from './messages.ts'

const port = parentPort!
const send = (message: WorkerMessage): void => port.postMessage(message)

try {
  const engine = await openEngine(workerData as WorkerData)
  listen(engine)
  send({ type: 'result', id: startId, result: undefined })
} catch (error) {
  send({ type: 'failure', id: startId, failure: describeError(error) })
  port.close()
}

type Handlers = {
  [Type in keyof Requests]: (
    request: Requests[Type]['request'],
    id: number,
  ) => Promise<Requests[Type]['result']>
}

function listen(engine: Engine): void {
  const generations = new Map<number, { abort(): void }>()
  const handlers: Handlers = {
    async generate(request, id) {
      const generation = engine.generate(request, (event) => send({ type: 'event', id, event }))
      generations.set(id, generation)
      return await generation.done.finally(() => generations.delete(id))
    },
    score: engine.score,
    predict: engine.predict,
    loadAdapter: engine.loadAdapter,
    unloadAdapter: engine.unloadAdapter,
    async abort({ target }) {
      generations.get(target)?.abort()
      return undefined
    },
    async close() {
      for (const generation of generations.values()) generation.abort()
      return await engine.close()
    },
  }
  const handle = async ({ type, id, request }: WorkerRequest): Promise<void> => {
    try {
      send({ type: 'result', id, result: await handlers[type](request as never, id) })
    } catch (error) {
      send({ type: 'failure', id, failure: describeError(error) })
    }
    if (type === 'close') port.close()
  }
  port.on('message', (request: WorkerRequest) => void handle(request))
}
