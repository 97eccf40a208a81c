/** @file What the speed bench asks of a child process, and what it hears back. */
import { runInChild } from '../child-process.ts'
import type { QueryMeasure } from './measure-queries.ts'
import type { SpeedQuery } from './queries.ts'

export type CorpusPlace = { files: string; chunkFile: string }

/** Words alone; with the embedder that is fitted to the documents; with one that costs nearly nothing. */
export type GraftMode = 'lexical' | 'default' | 'hybrid'

export type Job =
  | { kind: 'graft-ingest'; corpus: CorpusPlace; workspace: string; mode: GraftMode }
  | {
      kind: 'graft-serve'
      workspace: string
      mode: GraftMode
      queries: SpeedQuery[]
      collection: string
    }
  | {
      kind: 'peer'
      peer: string
      corpus: CorpusPlace
      queries: SpeedQuery[]
      collection: string
    }

export type IngestMeasure = {
  seconds: number
  chunks: number
  /** Bytes of the source files (Graft) or of the chunks' text (peers). */
  bytes: number
  memoryMb: number
}

export type ServeMeasure = {
  /** From opening the store to the first answered search; absent where nothing is kept on disk. */
  openMs?: number
  firstSearchMs?: number
  plain: QueryMeasure
  /** Limited to one folder. */
  filtered: QueryMeasure
  /** As a reader who may not see a part of the documents; absent where there is no access control. */
  reader?: QueryMeasure
  memoryMb: number
}

export type JobResult = { ingest?: IngestMeasure; serve?: ServeMeasure }

export function runJob(job: Job): Promise<JobResult> {
  const name = job.kind === 'peer' ? job.peer : job.kind
  return runInChild(new URL('./child.ts', import.meta.url), job, {
    what: `the process that measures ${name}`,
    hint: 'Its own error is printed above. Where it ran out of memory, use fewer --chunks.',
    maxHeapMb: 8192,
  })
}
