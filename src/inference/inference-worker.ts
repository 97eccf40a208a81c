/** @file The worker thread that holds a model: requests in, events and results out. */
import { workerData } from 'node:worker_threads'
import { type Engine, openEngine } from './engine.ts'
import type { GenerationEvent } from './events.ts'
import type { Requests, WorkerData } from './messages.ts'
import { type Handlers, serve } from './worker-server.ts'

await serve<Requests, GenerationEvent>(async (emit) => {
  const engine = await openEngine(workerData as WorkerData)
  return handlersOf(engine, emit)
})

function handlersOf(
  engine: Engine,
  emit: (id: number, event: GenerationEvent) => void,
): Handlers<Requests> {
  const generations = new Map<number, { abort(): void }>()
  return {
    async generate(request, id) {
      const generation = engine.generate(request, (event) => emit(id, event))
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
}
