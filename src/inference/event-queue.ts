/** @file Events that are pushed on one side and iterated over on the other. */

export type EventQueue<Event> = AsyncIterable<Event> & {
  push(event: Event): void
  /** Lets the iteration end, or throw, once the events before are read. */
  end(error?: unknown): void
}

/** A queue for one reader. */
export function createEventQueue<Event>(): EventQueue<Event> {
  const events: Event[] = []
  let outcome: { error?: unknown } | undefined
  let wake = (): void => undefined
  return {
    push(event) {
      events.push(event)
      wake()
    },
    end(error) {
      outcome = error === undefined ? {} : { error }
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (events.length > 0) yield events.shift()!
        if (outcome) break
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if ('error' in outcome) throw outcome.error
    },
  }
}
