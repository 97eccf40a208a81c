/** @file Waits until a service has trained, and passes on what it says meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostedEvent, HostedJob, JobClient } from './jobs.ts'

export type WaitOptions = {
  /** The first pause between two looks; it grows while nothing happens. */
  readonly pollMs: number
  readonly signal?: AbortSignal | undefined
  readonly onMessage: (text: string) => void
}

const ENDED = new Set(['succeeded', 'failed', 'cancelled'])
const GROWTH = 1.5
const LONGEST_PAUSE_MS = 60_000

/** The job as it ended: `succeeded`, `failed` or `cancelled`. */
export async function waitForJob(
  client: JobClient,
  id: string,
  { pollMs, signal, onMessage }: WaitOptions,
): Promise<HostedJob> {
  const seen = new Set<string>()
  const showNews = async (): Promise<boolean> => {
    const events = await client.events(id, signal)
    const news = events.filter((event) => !seen.has(keyOf(event)))
    for (const event of news) {
      seen.add(keyOf(event))
      onMessage(event.message)
    }
    return news.length > 0
  }
  let status = ''
  let pause = pollMs
  for (;;) {
    const job = await client.get(id, signal)
    const isNew = job.status !== status
    if (isNew) onMessage(`${id}: ${job.status.replaceAll('_', ' ')}`)
    status = job.status
    const hasNews = await showNews()
    if (ENDED.has(job.status)) return job
    pause = isNew || hasNews ? pollMs : Math.min(pause * GROWTH, LONGEST_PAUSE_MS)
    await sleep(pause, undefined, signal && { signal })
  }
}

function keyOf({ id, message, created_at: at }: HostedEvent): string {
  return id ?? `${at} ${message}`
}
