/** @file Calls that wait for a yes: kept in memory for a while, each for whoever asked, to be answered once. */
import type { Reader } from '../../knowledge/index.ts'
import { AssistantError } from '../errors.ts'

export type Approvals<Waiting> = {
  add(id: string, waiting: Waiting, reader: Reader | undefined): void
  /** What waits, which then waits no more. @throws AssistantError `unknown_approval` */
  take(id: string, reader: Reader | undefined): Waiting
}

/** Long enough to read and think; what waits longer was forgotten. */
const KEPT_MS = 15 * 60_000
const MAX_WAITING = 1_000

export function createApprovals<Waiting>(now: () => number = Date.now): Approvals<Waiting> {
  const waiting = new Map<string, { what: Waiting; whose: string; until: number }>()
  return {
    add(id, what, reader) {
      for (const [old, { until }] of waiting)
        if (until < now() || waiting.size >= MAX_WAITING) waiting.delete(old)
      waiting.set(id, { what, whose: keyOf(reader), until: now() + KEPT_MS })
    },
    take(id, reader) {
      const found = waiting.get(id)
      if (!found || found.until < now() || found.whose !== keyOf(reader)) throw unknown(id)
      waiting.delete(id)
      return found.what
    },
  }
}

/** Rights that changed since the question make another reader. */
function keyOf(reader: Reader | undefined): string {
  const { groups = null, principal = null } = reader ?? {}
  return JSON.stringify([principal, groups && [...groups].sort()])
}

function unknown(id: string): AssistantError {
  return new AssistantError('unknown_approval', `no call waits under "${id}" for you`, {
    hint: 'Approvals hold for 15 minutes, once, and for whoever asked; ask the question again.',
  })
}
