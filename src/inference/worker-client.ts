/** @file The caller's end of the inference worker: requests as promises. */
import { Worker } from 'node:worker_threads'
import { InferenceError } from './errors.ts'
import type { GenerationEvent } from './events.ts'
import {
  type Requests,
  reviveError,
  startId,
  type WorkerData,
  type WorkerMessage,
  type WorkerRequest,
} from './messages.ts'

export type WorkerClient = {
  /** Sends a request. Its events come before it resolves. @throws what the worker reports. */
  send<Type extends keyof Requests>(
    type: Type,
    request: Requests[Type]['request'],
    onEvent?: (event: GenerationEvent) => void,
  ): { readonly id: number; readonly done: Promise<Requests[Type]['result']> }
  /** Rejects what is under way, and resolves when the worker has ended. */
  close(): Promise<void>
}

type Pending = {
  resolve(result: never): void
  reject(error: unknown): void
  onEvent?: ((event: GenerationEvent) => void) | undefined
}

/** Starts a worker and waits until it holds the model. It keeps the process alive only while it is busy. */
export async function startWorker(data: WorkerData): Promise<WorkerClient> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./inference-worker.${extension}`, import.meta.url), {
    workerData: data,
    // Node prints an experimental warning for type stripping in workers; it is not for users.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const pending = new Map<number, Pending>()
  let ending: InferenceError | undefined
  let lastId = startId

  const settle = (id: number): Pending | undefined => {
    const found = pending.get(id)
    pending.delete(id)
    if (pending.size === 0 && !ending) worker.unref()
    return found
  }
  const rejectAll = (error: InferenceError): void => {
    for (const id of [...pending.keys()]) settle(id)?.reject(error)
  }
  const expect = <Result>(id: number, onEvent?: Pending['onEvent']): Promise<Result> => {
    worker.ref()
    return new Promise((resolve, reject) => pending.set(id, { resolve, reject, onEvent }))
  }
  const handlers = {
    event: ({ id, event }) => pending.get(id)?.onEvent?.(event),
    result: ({ id, result }) => settle(id)?.resolve(result as never),
    failure: ({ id, failure }) => settle(id)?.reject(reviveError(failure)),
  } satisfies { [Type in WorkerMessage['type']]: (message: never) => void }
  worker.on('message', (message: WorkerMessage) => handlers[message.type](message as never))

  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const fail = (reason: string, cause?: unknown): void => {
    ending ??= workerEnded(reason, cause)
    rejectAll(ending)
  }
  worker.on('error', (error) => fail(error.message, error))
  worker.on('exit', (code) => fail(`exit code ${code}`))

  const post = <Type extends keyof Requests>(
    type: Type,
    request: Requests[Type]['request'],
    onEvent?: Pending['onEvent'],
  ): { id: number; done: Promise<Requests[Type]['result']> } => {
    const id = ++lastId
    // First, because it throws for what cannot be copied, such as functions.
    worker.postMessage({ type, id, request } as WorkerRequest)
    return { id, done: expect(id, onEvent) }
  }

  await expect(startId)
  return {
    send(type, request, onEvent) {
      if (ending) throw ending
      return post(type, request, onEvent)
    },
    async close() {
      if (!ending) {
        ending = modelClosed()
        rejectAll(ending)
        await post('close', {}).done
      }
      await ended
    },
  }
}

function workerEnded(reason: string, cause?: unknown): InferenceError {
  return new InferenceError('worker_ended', `the inference thread ended: ${reason}`, {
    hint: 'It ran out of memory, as a rule: open the model again with a smaller maxBatch or contextTokens, or as "q8".',
    cause,
  })
}

function modelClosed(): InferenceError {
  return new InferenceError('model_closed', 'the model is closed', {
    hint: 'Open it again with openLocalModel.',
  })
}
