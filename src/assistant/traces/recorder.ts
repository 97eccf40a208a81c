/** @file Writes traces behind the answers: no answer waits for one, and none fails with one. */
import type { Database } from '../../db/index.ts'
import { GraftError } from '../../errors.ts'
import type { TraceSink } from './draft.ts'
import { insertTraces, pruneTraces } from './queries.ts'
import { type Trace, withoutInstructions } from './trace.ts'
import { type TraceSettings, warn } from './trace-settings.ts'

export type TraceRecorder = TraceSink & {
  /** Resolves when all traces recorded so far are written, or could not be. */
  flush(): Promise<void>
  /** Writes what waits. */
  close(): Promise<void>
}

/** One statement takes this many. */
const BATCH = 100
/** A store that is away must not fill the memory: about 10 MB of traces wait for it, then the oldest go. */
const MAX_WAITING = 1_000
const PRUNE_EVERY_MS = 3_600_000

export function createTraceRecorder(db: Database, settings: TraceSettings): TraceRecorder {
  const waiting: Trace[] = []
  let writing: Promise<void> | undefined
  let prunedAt = Number.NEGATIVE_INFINITY

  /** Whoever is told must not break an answer either. */
  const report = (message: string): void => {
    try {
      settings.onError(new Error(message))
    } catch {
      warn(new Error(message))
    }
  }

  /** Traces that come meanwhile are taken along. */
  const write = async (): Promise<void> => {
    try {
      await prune()
      while (waiting.length > 0) {
        const batch = waiting.slice(0, BATCH)
        await insertTraces(db, batch).catch(() => writeSingly(batch))
        const written = new Set(batch)
        waiting.splice(0, waiting.length, ...waiting.filter((trace) => !written.has(trace)))
      }
    } catch (error) {
      const kept = waiting.length === 0 ? '' : `; ${waiting.length} wait for the next attempt`
      report(`traces could not be written: ${messageOf(error)}${kept}`)
    } finally {
      writing = undefined
    }
  }

  const flush = (): Promise<void> => {
    writing ??= write()
    return writing
  }

  /** A trace that the store refuses must not keep others from being written. */
  const writeSingly = async (batch: readonly Trace[]): Promise<void> => {
    for (const trace of batch)
      await insertTraces(db, [trace]).catch((error: unknown) => {
        if (!isRefusal(error)) throw error
        report(`trace ${trace.id} was not written: ${messageOf(error)}`)
      })
  }

  const prune = async (): Promise<void> => {
    if (Date.now() - prunedAt < PRUNE_EVERY_MS || settings.keepDays === Number.POSITIVE_INFINITY)
      return
    prunedAt = Date.now()
    await pruneTraces(db, settings.keepDays)
  }

  return {
    record(trace) {
      waiting.push(toKeep(trace, settings))
      const lost = waiting.splice(0, waiting.length - MAX_WAITING).length
      if (lost > 0) report('a trace was lost: the store is away, and too many wait for it')
      void flush()
    },
    flush,
    async close() {
      await flush()
      if (waiting.length > 0) report(`${waiting.length} traces were lost: the store is away`)
    },
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof GraftError && error.code === 'query_failed'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function toKeep(trace: Trace, { keepText, prices }: TraceSettings): Trace {
  const { usage, call, settings } = trace
  const names = [call.servedModel, settings?.model, trace.model]
  const price = names.map((name) => prices[name ?? '']).find((known) => known !== undefined)
  const cost = price
    ? (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1e6
    : null
  return keepText ? { ...trace, cost } : { ...withoutText(trace), cost }
}

/** A malformed reference is a piece of the model's output, and clients put anything into instructions. */
function withoutText({ choice, settings, droppedReferences, tools, ...trace }: Trace): Trace {
  return {
    ...trace,
    // Arguments are the words of whoever asked.
    ...(tools && { tools: tools.map(({ input, ...call }) => call) }),
    texts: null,
    choice: withoutInstructions(choice),
    settings: settings && withoutInstructions(settings),
    droppedReferences: droppedReferences.map(({ reason }) => ({ reference: '', reason })),
  }
}
