/** @file Jobs in processes of their own, so that one side's memory and warm code never help another. */
import { fork } from 'node:child_process'
import { GraftError } from '../src/errors.ts'

export type ChildOptions = {
  /** For the error: what the process was to do, such as "the process that trains". */
  readonly what: string
  /** Default: the process's own error is printed above. */
  readonly hint?: string
  readonly maxHeapMb?: number
}

/**
 * Sends a job to a script that answers with one message, and waits for its end.
 * @throws GraftError bench_failed
 */
export function runInChild<Result>(
  script: URL,
  job: object,
  { what, hint = 'Its own error is printed above.', maxHeapMb }: ChildOptions,
): Promise<Result> {
  const heap = maxHeapMb === undefined ? [] : [`--max-old-space-size=${maxHeapMb}`]
  const child = fork(script, {
    execArgv: ['--disable-warning=ExperimentalWarning', ...heap],
    // Typed arrays cross as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    let result: { value: Result } | undefined
    child.on('message', (value) => {
      result = { value: value as Result }
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (result) resolve(result.value)
      else reject(new GraftError('bench_failed', `${what} ended with ${code}`, { hint }))
    })
    child.send(job)
  })
}
