import { describe, expect, it } from 'vitest'
import { createTaskQueue } from './task-queue.ts'

const never = new AbortController().signal

/** Tasks that write down when they ran. */
function tasks(log: string[], name: string, count: number): (() => Promise<void>)[] {
  return Array.from({ length: count }, (_, i) => async () => void log.push(`${name}${i}`))
}

describe('a task queue', () => {
  it('lets an urgent job pass one that is half done', async () => {
    const log: string[] = []
    const queue = createTaskQueue()
    const urgent = Promise.withResolvers<void>()
    const [first, ...rest] = tasks(log, 'slow', 3)
    const slow = queue.run(
      [
        async () => {
          await first!()
          urgent.resolve(queue.run(tasks(log, 'urgent', 2), { isUrgent: true, signal: never }))
        },
        ...rest,
      ],
      { isUrgent: false, signal: never },
    )
    await Promise.all([slow, urgent.promise])
    expect(log).toEqual(['slow0', 'urgent0', 'urgent1', 'slow1', 'slow2'])
  })

  it('goes on with the next job when one fails or is aborted', async () => {
    const log: string[] = []
    const queue = createTaskQueue()
    const controller = new AbortController()
    const failing = queue.run(
      [
        async () => {
          throw new Error('broken')
        },
        ...tasks(log, 'never', 1),
      ],
      { isUrgent: false, signal: never },
    )
    const aborted = queue.run(
      [async () => controller.abort(new Error('enough')), ...tasks(log, 'late', 1)],
      { isUrgent: false, signal: controller.signal },
    )
    const last = queue.run(tasks(log, 'last', 1), { isUrgent: false, signal: never })
    const results = await Promise.allSettled([failing, aborted, last])
    expect(results.map((result) => (result as PromiseRejectedResult).reason?.message)).toEqual([
      'broken',
      'enough',
      undefined,
    ])
    expect(log).toEqual(['last0'])
  })

  it('ends a job without tasks', async () => {
    const ended = createTaskQueue().run([], { isUrgent: false, signal: never })
    expect(await ended).toBeUndefined()
  })
})
