/** @file Starts and stops the worker thread that runs the embedded Postgres. */
import { Worker } from 'node:worker_threads'
import { StoreError } from '../errors.ts'
import type { EngineData, EngineMessage } from './engine-worker.ts'

export type Engine = {
  /** Resolves when the worker has ended, for whatever reason. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

/** Starts Postgres on `dataDir`, listening on `socketFile`. @throws StoreError engine_failed */
export async function startEngine(data: EngineData): Promise<Engine> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./engine-worker.${extension}`, import.meta.url), {
    workerData: data,
    // Node prints an experimental warning for type stripping in workers; it is not for users.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    const fail = (message: string): void =>
      reject(
        new StoreError(
          'engine_failed',
          `the embedded Postgres did not start on ${data.dataDir}: ${message}`,
          {
            hint: 'If the folder is damaged or from another version, move it away and add the documents again, or set DATABASE_URL to a Postgres server.',
          },
        ),
      )
    worker.once('error', (error) => fail(error.message))
    worker.once('exit', (code) => fail(`its thread ended with code ${code}`))
    worker.once('message', (message: EngineMessage) =>
      message.type === 'ready'
        ? resolve()
        : fail(message.type === 'failed' ? message.message : message.type),
    )
  })
  // From here on a failure shows as lost connections; an unheard 'error' event would end the process.
  worker.on('error', () => undefined)
  worker.unref()
  return {
    ended,
    async close() {
      worker.ref()
      worker.postMessage('close')
      await ended
    },
  }
}
