/** @file Work in the background: one process at a time over the same store, taken over where one has died. */
import { randomId } from '../util/hash.ts'
import type { Database } from './database.ts'

export type WorkerOptions = {
  /** Of the claim: processes that use the same name take turns. */
  name: string
  /** Whether there is anything to do; asked often, so it should be one quick read. */
  isDue(): Promise<boolean>
  /** Does some of it, until nothing is left or the signal ends it. */
  work(signal: AbortSignal): Promise<void>
}

export type BackgroundWorker = {
  start(): void
  /** Looks for work now. */
  wake(): void
  /** Ends what is under way and waits for it. */
  close(): Promise<void>
}

const CLAIM_SECONDS = 30
/** Three renewals may fail before the claim is lost. */
const RENEW_MS = 7_500
/** Work that another process has left is noticed within this time. */
const POLL_MS = 2_000

export function createWorker(db: Database, options: WorkerOptions): BackgroundWorker {
  const { name, isDue, work } = options
  const holder = randomId('worker')
  const closing = new AbortController()
  const alarm = createAlarm()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      // A store that is away comes back; what was not done is still waiting there.
      const isDone = await turn().catch(() => false)
      if (!isDone && !closing.signal.aborted) await alarm.sleep(POLL_MS)
    }
  }

  /** Whether there may be more to do at once. */
  async function turn(): Promise<boolean> {
    if (!(await isDue()) || !(await claim(db, name, holder))) return false
    const lost = new AbortController()
    const signal = AbortSignal.any([closing.signal, lost.signal])
    const renewal = setInterval(() => void renew(lost), RENEW_MS)
    renewal.unref()
    try {
      await work(signal)
    } finally {
      clearInterval(renewal)
      await release(db, name, holder)
    }
    return true
  }

  async function renew(lost: AbortController): Promise<void> {
    const isHeld = await claim(db, name, holder).catch(() => true)
    if (!isHeld) lost.abort()
  }

  return {
    start() {
      if (!closing.signal.aborted) running ??= run()
    },
    wake: alarm.ring,
    async close() {
      closing.abort()
      alarm.ring()
      await running
    },
  }
}

/** A sleep that can be cut short; a ring while nobody sleeps ends the next sleep. */
function createAlarm(): { sleep(ms: number): Promise<void>; ring(): void } {
  let isRung = false
  let wake: (() => void) | undefined
  return {
    async sleep(ms) {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          wake = resolve
          setTimeout(resolve, ms).unref()
        })
      }
      isRung = false
      wake = undefined
    },
    ring() {
      isRung = true
      wake?.()
    },
  }
}

/** Takes or renews the claim; false while another process holds it. */
async function claim(db: Database, name: string, holder: string): Promise<boolean> {
  const rows = await db.query(
    `insert into graft.worker_claim as c (name, holder, claimed_until)
     values ($1, $2, clock_timestamp() + make_interval(secs => $3))
     on conflict (name) do update set holder = excluded.holder, claimed_until = excluded.claimed_until
       where c.holder = excluded.holder or c.claimed_until < clock_timestamp()
     returning 1`,
    [name, holder, CLAIM_SECONDS],
  )
  return rows.length > 0
}

async function release(db: Database, name: string, holder: string): Promise<void> {
  await db
    .query('delete from graft.worker_claim where name = $1 and holder = $2', [name, holder])
    // It ends by itself.
    .catch(() => undefined)
}
