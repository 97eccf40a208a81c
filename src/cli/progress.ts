/** @file Progress of ingestion on a terminal: bar, rate and time left; one line per failure everywhere. */
import type { IngestProgress } from '../knowledge/index.ts'
import { dim, megabytes, note, seconds } from './output.ts'

export type ProgressBar = { update(progress: IngestProgress): void; end(): void }

const WIDTH = 24
/** Ten redraws a second look live and cost nothing. */
const REDRAW_MS = 100

export function createProgressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  const started = performance.now()
  let drawn = 0
  const clear = (): void => {
    if (stream.isTTY && drawn > 0) stream.write('\r\u001b[K')
  }
  return {
    update(progress) {
      const { failure, done, total } = progress
      if (failure) {
        clear()
        note(`failed: ${failure.uri}: ${failure.message} ${dim(`[${failure.code}]`)}`)
        if (failure.hint) note(`        ${failure.hint}`)
      }
      const now = performance.now()
      if (!stream.isTTY || (now - drawn < REDRAW_MS && done < total)) return
      drawn = now
      stream.write(`\r\u001b[K${line(progress, now - started)}`)
    },
    end: clear,
  }
}

function line({ done, total, bytes, uri }: IngestProgress, elapsedMs: number): string {
  const filled = Math.round((WIDTH * done) / total)
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
  const rate = `${((done / elapsedMs) * 1000).toFixed(0)}/s ${megabytes((bytes / elapsedMs) * 1000)}/s`
  const left = seconds((elapsedMs / done) * (total - done))
  return `${bar} ${done}/${total}  ${rate}  ${left} left  ${dim(uri.slice(-40))}`
}
