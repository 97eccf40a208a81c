/** @file Starts a thread that fits a model, so that the process goes on answering meanwhile. */
import { Worker } from 'node:worker_threads'
import type { FitRequest, FitResponse } from './fit-worker.ts'
import type { PackedModel } from './fitted-model.ts'

export type FitThread = {
  add(texts: string[]): void
  /** The model of all texts added. */
  fit(dimensions: number): Promise<PackedModel>
  close(): Promise<void>
}

/** A sample of 16,000 chunks takes some 300 MB; a thread that needs more is ended rather than the process. */
const MAX_HEAP_MB = 2_048

export function startFitThread(): FitThread {
  const source = new URL('./fit-worker.ts', import.meta.url)
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const worker = new Worker(new URL(source.href.replace(/\.ts$/, extension)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  const send = (request: FitRequest): void => worker.postMessage(request)
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('internal: the thread that fits a model has ended')))
  })
  // Nobody may be waiting when it ends.
  ended.catch(() => undefined)
  return {
    add: (texts) => send({ texts }),
    async fit(dimensions) {
      const fitted = new Promise<FitResponse>((resolve) => worker.once('message', resolve))
      send({ dimensions })
      const { terms, codes, scales } = await Promise.race([fitted, ended])
      // Buffers come out of another thread as plain bytes.
      return { terms: Buffer.from(terms), codes: Buffer.from(codes), scales: Buffer.from(scales) }
    },
    async close() {
      await worker.terminate()
    },
  }
}
