/** @file Runs a job in the training worker, so that the caller's event loop stays free. */
import { Worker } from 'node:worker_threads'
import { reviveError } from '../util/error-data.ts'
import { TrainingError } from './errors.ts'
import type { TrainingEvent } from './events.ts'
import type { ExampleSet } from './examples.ts'
import { abortMessage, errorClasses, type Jobs, type WorkerMessage } from './worker-protocol.ts'

export type WorkerHooks = {
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: TrainingEvent) => void) | undefined
}

/**
 * Starts a worker for one job and waits for its result. The arrays of the examples are moved to it.
 * @throws what the job throws, and TrainingError `worker_ended` when the worker dies.
 */
export async function runInWorker<Kind extends keyof Jobs>(
  kind: Kind,
  job: Jobs[Kind]['job'],
  { signal, onEvent }: WorkerHooks,
): Promise<Jobs[Kind]['result']> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./training-worker.${extension}`, import.meta.url), {
    workerData: { kind, job },
    transferList: [job.examples, 'validation' in job ? job.validation : null].flatMap(buffersOf),
    // Node prints an experimental warning for type stripping in workers; it is not for users.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const abort = (): void => worker.postMessage(abortMessage)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    if (signal?.aborted) abort()
    return await outcomeOf(worker, onEvent)
  } finally {
    signal?.removeEventListener('abort', abort)
    await endWorker(worker)
  }
}

/** Longer than any step: a thread that is ended inside ONNX Runtime can take the process with it. */
const GRACE_MS = 10_000

/** Lets the thread come out of its step and end by itself, before it is ended. */
async function endWorker(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.postMessage(abortMessage)
  const timer = setTimeout(() => void worker.terminate(), GRACE_MS)
  await exited
  clearTimeout(timer)
}

function outcomeOf<Result>(worker: Worker, onEvent: WorkerHooks['onEvent']): Promise<Result> {
  return new Promise((resolve, reject) => {
    const handlers = {
      event: ({ event }) => onEvent?.(event),
      result: ({ result }) => resolve(result as Result),
      failure: ({ failure }) => reject(reviveError(failure, errorClasses)),
    } satisfies { [Type in WorkerMessage['type']]: (message: never) => void }
    worker.on('message', (message: WorkerMessage) => {
      try {
        handlers[message.type](message as never)
      } catch (error) {
        // The caller's own error, from its listener: it ends the run.
        reject(error)
      }
    })
    worker.on('error', (error: Error & { code?: string }) =>
      reject(workerEnded(error.message, error)),
    )
    worker.on('exit', (code) => reject(workerEnded(`exit code ${code}`)))
  })
}

function workerEnded(reason: string, cause?: unknown): TrainingError {
  return new TrainingError(
    'worker_ended',
    `the training thread ended without a result: ${reason}`,
    {
      hint: 'It ran out of memory, as a rule: use smaller batches or recompute, then train again with the same options to go on from the last checkpoint.',
      cause,
    },
  )
}

function buffersOf(set: ExampleSet | null): ArrayBuffer[] {
  return set ? [set.tokens.buffer, set.mask.buffer, set.starts.buffer] : []
}
