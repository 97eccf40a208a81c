/** @file The worker thread that holds an encoder. */
import { workerData } from 'node:worker_threads'
import { serve } from '../worker-server.ts'
import { openEncoderEngine } from './encoder-engine.ts'
import type { EncoderData, EncoderRequests } from './encoder-messages.ts'

await serve<EncoderRequests>(async () => {
  const engine = await openEncoderEngine(workerData as EncoderData)
  const running = new Map<number, AbortController>()
  return {
    describe: async () => engine.description,
    async embed(request, id) {
      const controller = new AbortController()
      running.set(id, controller)
      return await engine.embed(request, controller.signal).finally(() => running.delete(id))
    },
    async abort({ target }) {
      running.get(target)?.abort()
      return undefined
    },
    async close() {
      for (const controller of running.values()) controller.abort()
      await engine.close()
      return undefined
    },
  }
})
