/** @file Keeps requests apart, and repeats those that came too fast. */
import { setTimeout as sleep } from 'node:timers/promises'
import { GraftError } from '../../errors.ts'

export type Pace = {
  /** Starts no more than so many in a minute. Default: as fast as they are answered. */
  readonly requestsPerMinute?: number | undefined
  /** The first wait after a refusal, doubled with each further one. Default 5,000. */
  readonly retryDelayMs?: number | undefined
}

/** Refusals in a row after which a request is given up: with the default wait, two and a half minutes. */
const MAX_RETRIES = 5
/** What goes by itself: too many requests, a server that is busy. */
const PASSING = new Set(['rate_limited', 'model_timeout', 'model_failed'])

/** Runs `work` when it is its turn, and again where the refusal may pass. */
export function createPace({
  requestsPerMinute,
  retryDelayMs = 5_000,
}: Pace): <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T> {
  const gapMs = requestsPerMinute === undefined ? 0 : 60_000 / requestsPerMinute
  let next = 0
  const turn = async (signal: AbortSignal): Promise<void> => {
    const now = performance.now()
    const at = Math.max(now, next)
    next = at + gapMs
    if (at > now) await sleep(at - now, undefined, { signal })
  }
  return async (work, signal) => {
    for (let retry = 0; ; retry++) {
      await turn(signal)
      try {
        return await work()
      } catch (error) {
        if (retry >= MAX_RETRIES || !isPassing(error) || signal.aborted) throw error
        await sleep(retryDelayMs * 2 ** retry, undefined, { signal })
      }
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof GraftError && PASSING.has(error.code)
}
