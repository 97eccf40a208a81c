/** @file Traces as their readers get them: lists and single ones. */
import type { Database } from '../../db/index.ts'
import type { Knowledge, Reader } from '../../knowledge/index.ts'
import { AssistantError } from '../errors.ts'
import { selectTrace, selectTraces } from './queries.ts'
import { type TraceSources, traceSources } from './sources.ts'
import type { Trace, TraceOutcome, TraceSummary } from './trace.ts'
import { type TraceView, viewTrace } from './trace-view.ts'

export type TraceListOptions = {
  /** Only answers from this ISO time on. */
  since?: string
  /** Only those of one principal. */
  principal?: string
  outcome?: TraceOutcome
  /** Only those before this trace: the last of the page that came before. */
  before?: string
  /** Default 20, at most 500. */
  limit?: number
}

export type TraceParts = {
  db: Database
  knowledge: Knowledge
  /** Resolves when the traces recorded so far are written. */
  flush(): Promise<void>
}

const MAX_LIMIT = 500
const outcomes: readonly TraceOutcome[] = ['answered', 'abstained', 'failed', 'aborted']

/** Newest first: the reader's own, and for the owner all. @throws AssistantError `invalid_filter` */
export async function listTraces(
  reader: Reader,
  parts: TraceParts,
  { limit = 20, outcome, ...options }: TraceListOptions = {},
): Promise<TraceSummary[]> {
  if (outcome !== undefined && !outcomes.includes(outcome))
    throw invalidFilter(`there is no outcome "${outcome}"`, `Use ${outcomes.join(', ')}.`)
  const query = {
    since: isoTime(options.since),
    principal: storable(options.principal),
    outcome: outcome ?? null,
    before: storable(options.before),
    limit: Math.min(MAX_LIMIT, Math.max(1, Math.trunc(limit) || 1)),
  }
  await parts.flush()
  return await selectTraces(parts.db, query, reader)
}

/** @throws AssistantError `unknown_trace`, also when it is someone else's */
export async function getTrace(id: string, reader: Reader, parts: TraceParts): Promise<TraceView> {
  const { trace, sources } = await openTrace(id, reader, parts)
  return viewTrace(trace, sources, reader)
}

/** The trace as it is stored, with its sources as the reader may see them. @throws AssistantError `unknown_trace` */
export async function openTrace(
  id: string,
  reader: Reader,
  parts: TraceParts,
): Promise<{ trace: Trace; sources: TraceSources }> {
  await parts.flush()
  const trace = id.includes('\0') ? undefined : await selectTrace(parts.db, id, reader)
  if (trace) return { trace, sources: await traceSources(trace, reader, parts) }
  throw new AssistantError('unknown_trace', `there is no trace "${id}" that you may see`, {
    hint: 'Use an id of graft traces; traces older than traces.keepDays are deleted.',
  })
}

function isoTime(value: string | undefined): string | null {
  if (value === undefined || value === '') return null
  const date = new Date(/^\d{4}-\d\d-\d\d(?:T.+)?$/.test(value) ? value : Number.NaN)
  if (date.getUTCFullYear() > 0) return date.toISOString()
  throw invalidFilter(`since is "${value}", which is not a date`, 'Use ISO 8601: 2026-11-20.')
}

/** Postgres refuses NUL in a text. */
function storable(value: string | undefined): string | null {
  if (!value?.includes('\0')) return value ?? null
  throw invalidFilter('a filter contains a NUL character', 'Remove the character with code 0.')
}

function invalidFilter(message: string, hint: string): AssistantError {
  return new AssistantError('invalid_filter', message, { hint })
}
