/** @file The worker thread in which models are trained and scored: one job, then it ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { describeError } from '../util/error-data.ts'
import { runEvaluation } from './evaluate.ts'
import { type RunHooks, runTraining } from './train-loop.ts'
import { abortMessage, type WorkerMessage, type WorkerRequest } from './worker-protocol.ts'

const port = parentPort!
const send = (message: WorkerMessage): void => port.postMessage(message)

const controller = new AbortController()
port.on('message', (message) => {
  if (message === abortMessage) controller.abort()
})

const hooks: RunHooks = {
  signal: controller.signal,
  emit: (event) => send({ type: 'event', event }),
}

try {
  send({ type: 'result', result: await work(workerData as WorkerRequest) })
} catch (error) {
  send({ type: 'failure', failure: describeError(error) })
} finally {
  port.close()
}

function work(request: WorkerRequest) {
  return request.kind === 'train'
    ? runTraining(request.job, hooks)
    : runEvaluation(request.job, hooks.signal)
}
