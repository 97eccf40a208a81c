/** @file What a thread computes next: small tasks, those of urgent jobs first. */
import { setImmediate } from 'node:timers/promises'

export type JobOptions = {
  /** Goes before all that is not urgent, also before what is half done. */
  readonly isUrgent: boolean
  readonly signal: AbortSignal
}

export type TaskQueue = {
  /** Runs tasks one after the other. @throws what a task throws, or the signal's reason */
  run(tasks: readonly (() => Promise<void>)[], options: JobOptions): Promise<void>
}

type Job = JobOptions & {
  readonly tasks: (() => Promise<void>)[]
  resolve(): void
  reject(error: unknown): void
}

export function createTaskQueue(): TaskQueue {
  let jobs: Job[] = []
  let isWorking = false

  async function step(job: Job): Promise<void> {
    job.signal.throwIfAborted()
    await job.tasks.shift()?.()
    if (job.tasks.length > 0) return
    jobs = jobs.filter((other) => other !== job)
    job.resolve()
  }

  async function work(): Promise<void> {
    isWorking = true
    while (jobs.length > 0) {
      // Tasks block the thread: messages, which may be urgent or abort, come in between two of them.
      await setImmediate()
      const job = jobs.find(({ isUrgent }) => isUrgent) ?? jobs[0]!
      await step(job).catch((error: unknown) => {
        jobs = jobs.filter((other) => other !== job)
        job.reject(error)
      })
    }
    isWorking = false
  }

  return {
    run: (tasks, options) =>
      new Promise((resolve, reject) => {
        jobs.push({ ...options, tasks: [...tasks], resolve, reject })
        if (!isWorking) void work()
      }),
  }
}
