/** @file What ingestion tells while it runs and when it has ended. */

export type Outcome = 'added' | 'updated' | 'unchanged' | 'renamed' | 'removed' | 'failed'

export type IngestFailure = { uri: string; code: string; message: string; hint?: string }

/** One settled document. Everything but `unchanged` and `failed` has been committed when it is told. */
export type IngestProgress = {
  outcome: Outcome
  uri: string
  /** Documents settled so far, this one included. */
  done: number
  total: number
  /** Source bytes read so far. */
  bytes: number
  failure?: IngestFailure
}

export type IngestReport = {
  added: number
  updated: number
  unchanged: number
  renamed: number
  removed: number
  failed: IngestFailure[]
  chunks: number
  bytes: number
  elapsedMs: number
  /** True when a signal ended the run early; running it again does the rest. */
  interrupted: boolean
}

export type Tally = {
  report: IngestReport
  settle(outcome: Outcome, uri: string, failure?: IngestFailure): void
}

export function createTally(total: number, onProgress?: (progress: IngestProgress) => void): Tally {
  const started = performance.now()
  const report: IngestReport = {
    added: 0,
    updated: 0,
    unchanged: 0,
    renamed: 0,
    removed: 0,
    failed: [],
    chunks: 0,
    bytes: 0,
    elapsedMs: 0,
    interrupted: false,
  }
  let done = 0
  return {
    report,
    settle(outcome, uri, failure) {
      done++
      report.elapsedMs = performance.now() - started
      if (outcome === 'failed') report.failed.push(failure!)
      else report[outcome]++
      onProgress?.({ outcome, uri, done, total, bytes: report.bytes, ...(failure && { failure }) })
    },
  }
}

export function toFailure(uri: string, error: unknown): IngestFailure {
  const { code = 'internal', message = String(error), hint } = error as Partial<IngestFailure>
  return { uri, code, message, ...(hint !== undefined && { hint }) }
}
