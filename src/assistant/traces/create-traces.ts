/** @file The traces of a workspace: recorded behind every answer, read and replayed by those whose they are. */
import { isDeepStrictEqual } from 'node:util'
import type { Database } from '../../db/index.ts'
import { type Knowledge, type Reader, resolveReader } from '../../knowledge/index.ts'
import type { ModelChoice } from '../answerer.ts'
import { type AnswererSetting, type Answering, isAdapterFolder } from '../create-answerer.ts'
import type { TraceSink } from './draft.ts'
import { createTraceRecorder } from './recorder.ts'
import { type Replay, type ReplayOptions, replayTrace } from './replay.ts'
import type { Trace, TraceSummary } from './trace.ts'
import type { TraceSettings } from './trace-settings.ts'
import type { TraceView } from './trace-view.ts'
import { getTrace, listTraces, openTrace, type TraceListOptions } from './traces.ts'

/** What a reader may do with traces. */
export type Traces = {
  /** Newest first: the reader's own, and for the owner all. @throws AssistantError `invalid_filter` */
  list(reader: Reader, options?: TraceListOptions): Promise<TraceSummary[]>
  /** @throws AssistantError `unknown_trace`, also when it is someone else's */
  get(id: string, reader: Reader): Promise<TraceView>
  /**
   * Answers the question again and says what is different.
   * @throws AssistantError `unknown_trace`, `text_not_kept`, `nothing_to_replay` and what the model throws
   */
  replay(id: string, reader: Reader, options?: ReplayOptions): Promise<Replay>
}

export type TraceKeeper = Traces & {
  /** Takes the traces of answers; absent where none are kept. */
  readonly sink?: TraceSink
  /** The trace as it is stored. @throws AssistantError `unknown_trace` */
  open(id: string, reader: Reader): Promise<Trace>
  /** Writes what waits. */
  close(): Promise<void>
}

export type TraceKeeperParts = {
  knowledge: Knowledge
  /** What answers now where nothing else is asked for, and the configuration that it came from. */
  house(): { configured: Answering; setting: AnswererSetting }
  create(setting: AnswererSetting): Promise<Answering>
  choose(choice: ModelChoice): Promise<Answering>
}

/** @param settings false: record none; those there are can still be read */
export function createTraces(
  db: Database,
  settings: TraceSettings | false,
  { knowledge, house, create, choose }: TraceKeeperParts,
): TraceKeeper {
  const recorder = settings === false ? undefined : createTraceRecorder(db, settings)
  const parts = { db, knowledge, flush: async () => await recorder?.flush() }
  const replayParts = {
    ...parts,
    answeringToday: ({ choice }: Trace) => choose(choice),
    async answeringOf(trace: Trace) {
      const { configured, setting } = house()
      const setThen = settingOf(trace, setting)
      const isToday = isDeepStrictEqual(trace.settings, configured.settings)
      // An alias may stand for another version by now; a folder is what it is.
      return isToday && setThen.adapter === configured.settings.adapter
        ? configured
        : await create(setThen)
    },
    groupsOf: async (principal: string) => (await resolveReader(db, principal)).groups ?? [],
  }
  return {
    ...(recorder && { sink: recorder }),
    list: (reader, options) => listTraces(reader, parts, options),
    get: (id, reader) => getTrace(id, reader, parts),
    replay: (id, reader, options) => replayTrace(id, reader, replayParts, options),
    open: async (id, reader) => (await openTrace(id, reader, parts)).trace,
    close: async () => await recorder?.close(),
  }
}

/** The setting of then: of other models than the embedded ones only the name is known, so today's stands in. */
function settingOf({ settings, call }: Trace, today: AnswererSetting): AnswererSetting {
  if (!settings) return today
  const { model, adapter, ...house } = settings
  if (model !== 'graft/base' && model !== 'graft/quoting')
    return { ...house, ...(today.model !== undefined && { model: today.model }) }
  if (adapter === undefined) return { ...house, model }
  const version = isAdapterFolder(adapter) ? adapter : (call.adapter ?? adapter)
  return { ...house, model, adapter: version }
}
