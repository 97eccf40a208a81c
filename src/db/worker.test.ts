import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { openDatabase } from './open.ts'
import { type BackgroundWorker, createWorker } from './worker.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-worker-'))
let db: Database
let workers: BackgroundWorker[] = []

beforeAll(async () => {
  db = await openDatabase({ workspace: path.join(folder, 'workspace') })
})

afterEach(async () => {
  for (const worker of workers) await worker.close()
  workers = []
})

afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

type Queue = { waiting: number; done: string[]; atOnce: number; most: number }

function newQueue(waiting: number): Queue {
  return { waiting, done: [], atOnce: 0, most: 0 }
}

/** A worker that takes from a queue, which it shares with others of the same name. */
function start(label: string, queue: Queue, name = 'test'): BackgroundWorker {
  const worker = createWorker(db, {
    name,
    isDue: async () => queue.waiting > 0,
    async work(signal) {
      queue.most = Math.max(queue.most, ++queue.atOnce)
      while (queue.waiting > 0 && !signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        queue.waiting--
        queue.done.push(label)
      }
      queue.atOnce--
    },
  })
  worker.start()
  workers.push(worker)
  return worker
}

describe('createWorker', () => {
  it('does what waits, and what comes later when it is woken', async () => {
    const queue = newQueue(2)
    const worker = start('a', queue)
    await expect.poll(() => queue.done, { timeout: 10_000 }).toHaveLength(2)
    queue.waiting = 1
    worker.wake()
    await expect.poll(() => queue.done, { timeout: 10_000 }).toHaveLength(3)
  })

  it('works in one place at a time', async () => {
    const queue = newQueue(40)
    for (const label of ['a', 'b', 'c']) start(label, queue)
    await expect.poll(() => queue.waiting, { timeout: 10_000 }).toBe(0)
    expect(queue.most).toBe(1)
    expect(queue.done).toHaveLength(40)
  })

  it('leaves the rest to others when it is closed', async () => {
    const queue = newQueue(10_000)
    const first = start('a', queue)
    await expect.poll(() => queue.done.length, { timeout: 10_000 }).toBeGreaterThan(0)
    await first.close()
    expect(queue.atOnce).toBe(0)
    start('b', queue)
    await expect.poll(() => queue.done, { timeout: 10_000 }).toContain('b')
  })

  it('waits for a claim that is alive and takes one that has run out', async () => {
    const claim = async (seconds: number): Promise<void> => {
      await db.query(
        `insert into graft.worker_claim values ('held', 'someone', now() + make_interval(secs => $1))
         on conflict (name) do update set claimed_until = excluded.claimed_until`,
        [seconds],
      )
    }
    await claim(3_600)
    const queue = newQueue(1)
    const worker = start('a', queue, 'held')
    await new Promise((resolve) => setTimeout(resolve, 100))
    worker.wake()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(queue.done).toEqual([])
    await claim(-1)
    worker.wake()
    await expect.poll(() => queue.done, { timeout: 10_000 }).toEqual(['a'])
  })

  it('goes on after an error', async () => {
    let calls = 0
    const worker = createWorker(db, {
      name: 'failing',
      isDue: async () => calls < 2,
      async work() {
        calls++
        if (calls === 1) throw new Error('the store was away')
      },
    })
    worker.start()
    workers.push(worker)
    await expect.poll(() => calls, { timeout: 10_000 }).toBe(1)
    worker.wake()
    await expect.poll(() => calls, { timeout: 10_000 }).toBe(2)
  })
})
