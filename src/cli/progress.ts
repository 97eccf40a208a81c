/** @file Progress of ingestion on a terminal: bar, rate and time left; one line per failure everywhere. */
import type { IngestProgress } from '../knowledge/index.ts'
import { dim, megabytes, note, seconds } from './output.ts'

export type ProgressBar = {
  update(progress: IngestProgress): void
  /** After the documents: chunks that have got their vectors. */
  embedding(done: number, total: number): void
  end(): void
}

const WIDTH = 24
/** Ten redraws a second look live and cost nothing. */
const REDRAW_MS = 100

export function createProgressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  const started = performance.now()
  let drawn = 0
  const clear = (): void => {
    if (stream.isTTY && drawn > 0) stream.write('\r\u001b[K')
  }
  const redraw = (text: () => string, isLast: boolean): void => {
    const now = performance.now()
    if (!stream.isTTY || (now - drawn < REDRAW_MS && !isLast)) return
    drawn = now
    stream.write(`\r\u001b[K${text()}`)
  }
  return {
    update(progress) {
      const { failure, done, total } = progress
      if (failure) {
        clear()
        note(`failed: ${failure.uri}: ${failure.message} ${dim(`[${failure.code}]`)}`)
        if (failure.hint) note(`        ${failure.hint}`)
      }
      redraw(() => line(progress, performance.now() - started), done === total)
    },
    embedding(done, total) {
      redraw(() => `${bar(done, total)} ${done}/${total}  embedding`, done === total)
    },
    end: clear,
  }
}

function bar(done: number, total: number): string {
  const filled = Math.round((WIDTH * done) / total)
  return '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
}

function line({ done, total, bytes, uri }: IngestProgress, elapsedMs: number): string {
  const rate = `${((done / elapsedMs) * 1000).toFixed(0)}/s ${megabytes((bytes / elapsedMs) * 1000)}/s`
  const left = seconds((elapsedMs / done) * (total - done))
  return `${bar(done, total)} ${done}/${total}  ${rate}  ${left} left  ${dim(uri.slice(-40))}`
}
