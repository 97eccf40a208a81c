/** @file The caller's end of a worker thread: requests as promises. */
import { Worker } from 'node:worker_threads'
import { reviveError } from '../util/error-data.ts'
import { InferenceError } from './errors.ts'
import {
  type Closing,
  errorClasses,
  type RequestMap,
  startId,
  type ThreadMessage,
  type ThreadRequest,
} from './thread-messages.ts'

export type WorkerClient<Requests extends RequestMap, Event = never> = {
  /** Sends a request. Its events come before it resolves. @throws what the worker reports. */
  send<Type extends keyof Requests>(
    type: Type,
    request: Requests[Type]['request'],
    onEvent?: (event: Event) => void,
  ): { readonly id: number; readonly done: Promise<Requests[Type]['result']> }
  /** Rejects what is under way, and resolves when the worker has ended. */
  close(): Promise<void>
}

type Pending<Event> = {
  resolve(result: never): void
  reject(error: unknown): void
  onEvent?: ((event: Event) => void) | undefined
}

export type WorkerStart = {
  /** The `.ts` file that the thread runs; in the built package the `.js` file in its place. */
  readonly file: URL
  readonly data: unknown
  /** What helps, as a rule, when the thread has ended by itself. */
  readonly hint: string
}

/** Starts a worker and waits until it holds the model. It keeps the process alive only while it is busy. */
export async function startWorker<Requests extends RequestMap & Closing, Event = never>({
  file,
  data,
  hint,
}: WorkerStart): Promise<WorkerClient<Requests, Event>> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const worker = new Worker(new URL(file.href.replace(/\.ts$/, extension)), {
    workerData: data,
    // Node prints an experimental warning for type stripping in workers; it is not for users.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const pending = new Map<number, Pending<Event>>()
  let ending: InferenceError | undefined
  let lastId = startId

  const settle = (id: number): Pending<Event> | undefined => {
    const found = pending.get(id)
    pending.delete(id)
    if (pending.size === 0 && !ending) worker.unref()
    return found
  }
  const rejectAll = (error: InferenceError): void => {
    for (const id of [...pending.keys()]) settle(id)?.reject(error)
  }
  const expect = <Result>(id: number, onEvent?: Pending<Event>['onEvent']): Promise<Result> => {
    worker.ref()
    return new Promise((resolve, reject) => pending.set(id, { resolve, reject, onEvent }))
  }
  type Message = ThreadMessage<Requests, Event>
  const handlers = {
    event: ({ id, event }) => pending.get(id)?.onEvent?.(event),
    result: ({ id, result }) => settle(id)?.resolve(result as never),
    failure: ({ id, failure }) => settle(id)?.reject(reviveError(failure, errorClasses)),
  } satisfies { [Type in Message['type']]: (message: never) => void }
  worker.on('message', (message: Message) => handlers[message.type](message as never))

  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const fail = (reason: string, cause?: unknown): void => {
    ending ??= workerEnded(reason, hint, cause)
    rejectAll(ending)
  }
  worker.on('error', (error) => fail(error.message, error))
  worker.on('exit', (code) => fail(`exit code ${code}`))

  const post = <Type extends keyof Requests>(
    type: Type,
    request: Requests[Type]['request'],
    onEvent?: Pending<Event>['onEvent'],
  ): { id: number; done: Promise<Requests[Type]['result']> } => {
    const id = ++lastId
    // First, because it throws for what cannot be copied, such as functions.
    worker.postMessage({ type, id, request } as ThreadRequest<Requests>)
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

function workerEnded(reason: string, hint: string, cause?: unknown): InferenceError {
  return new InferenceError('worker_ended', `the inference thread ended: ${reason}`, {
    hint: `It ran out of memory, as a rule: ${hint}`,
    cause,
  })
}

function modelClosed(): InferenceError {
  return new InferenceError('model_closed', 'the model is closed', {
    hint: 'Open it again from its folder.',
  })
}
