/** @file A comparison on a terminal: progress while it runs, then tables, verdict and reasons. */
import type {
  ArmResult,
  CompareEvent,
  ComparisonResult,
  FreshnessOfArm,
  HeadroomPart,
  MetricName,
  MetricSummary,
  Range,
} from '../compare/index.ts'
import { bold, count, dim, note, print, seconds } from './output.ts'
import { createTuneProgress } from './tune-progress.ts'

export type CompareProgress = { show(event: CompareEvent): void; end(): void }

const REDRAW_MS = 100

export function createCompareProgress(
  stream: NodeJS.WriteStream = process.stderr,
): CompareProgress {
  const tuning = createTuneProgress(stream)
  let drawn = 0
  let isLive = false
  const clear = (): void => {
    if (isLive) stream.write('\r\u001b[K')
    isLive = false
    tuning.end()
  }
  return {
    show(event) {
      if (event.type === 'training') return tuning.show(event.event)
      if (event.type !== 'progress') {
        clear()
        return note(describe(event))
      }
      const now = performance.now()
      if (!stream.isTTY || now - drawn < REDRAW_MS) return
      drawn = now
      isLive = true
      const { done, of, arm, secondsLeft } = event
      stream.write(`\r\u001b[K  ${done}/${of}  ${seconds(secondsLeft * 1000)} left  ${dim(arm)}`)
    },
    end: clear,
  }
}

function describe(event: Exclude<CompareEvent, { type: 'progress' | 'training' }>): string {
  if (event.type === 'plan') {
    const seen = event.plan.trained.length
    const warning =
      seen > 0
        ? `\n${count(seen, 'question')} also stand among the examples: tuned arms have seen the answers.`
        : ''
    return `${event.plan.sentence}${event.resumed ? dim('  (going on with an earlier run)') : ''}${warning}`
  }
  if (event.type === 'opening') return dim(`${event.arm} ...`)
  if (event.type === 'update')
    return `${count(event.documents, 'document')} updated and found after ${seconds(event.indexMs)}`
  if (event.status === 'ready')
    return event.training
      ? dim(
          `  trained in ${seconds(event.training.seconds * 1000)}, gate ${event.training.gate ?? 'unknown'}`,
        )
      : dim('  ready')
  return `  ${event.arm} is ${event.status}: ${event.reason}`
}

/** Tables, verdict, reasons. */
export function printComparison(result: ComparisonResult, folder: string): void {
  const { arms, freshness, verdict, complete, judge } = result
  print('')
  printTable(['arm', ...COLUMNS.map(([title]) => title), 'p50'], arms.map(rowOf))
  if (freshness) {
    print(`\nafter the update of ${count(freshness.update.documents, 'document')}`)
    printTable(
      ['arm', 'right before', 'right after', 'stale', 'removed: refuses', 'corrected after'],
      freshness.arms.map((one) => freshnessRow(one, arms)),
    )
  }
  for (const { title, status, reason } of arms)
    if (status !== 'complete') print(dim(`${title}: ${status}, ${reason}`))
  if (judge) printJudge(judge)
  print(`\n${bold(verdict.sentence)}`)
  for (const reason of verdict.reasons) print(`- ${reason}`)
  if (verdict.wouldChange.length > 0) print('\nWhat would change this:')
  for (const line of verdict.wouldChange) print(`- ${line}`)
  if (!complete) print('\nThe run is not complete; the same command goes on with it.')
  print(dim(`\n${folder}`))
}

export function printHeadroom({ headroom }: ComparisonResult): void {
  print('')
  printTable(
    ['headroom', 'points', 'questions', ''],
    headroom.parts.map(({ title, value, formula, reason, items }: HeadroomPart) => [
      title,
      value === null ? 'not measured' : share(value),
      items === 0 ? '' : String(items),
      dim(reason ?? formula),
    ]),
  )
  print('')
  for (const line of headroom.advice) print(bold(line))
}

const COLUMNS: readonly (readonly [string, MetricName])[] = [
  ['joint', 'joint'],
  ['facts', 'fact'],
  ['source', 'grounded'],
  ['refuses', 'abstention'],
  ['form', 'format'],
]

function rowOf(arm: ArmResult): string[] {
  const { metrics, latency } = arm
  const cells = COLUMNS.map(([, name]) => summary(metrics.initial[name]))
  return [arm.title, ...cells, latency ? milliseconds(latency.total.p50) : '-']
}

function freshnessRow(one: FreshnessOfArm, arms: readonly ArmResult[]): string[] {
  const { arm, before, after, stale, deletions, medianMs, retrainSeconds } = one
  const retrain = retrainSeconds ? `retrain, ${seconds(retrainSeconds * 1000)}` : 'not by half'
  return [
    arms.find((result) => result.arm === arm)!.title,
    ...[before, after, stale, deletions].map((value) => summary(value ?? undefined)),
    medianMs === null ? retrain : milliseconds(medianMs),
  ]
}

function printJudge({
  model,
  items,
  failed,
  kappa,
  reliable,
}: NonNullable<ComparisonResult['judge']>): void {
  const agreement = kappa === null ? 'agreement unknown' : `kappa ${kappa.toFixed(2)}`
  const trust = reliable ? '' : '; do not lean on it'
  print(dim(`judge ${model}: ${count(items, 'grade')}, ${failed} failed, ${agreement}${trust}`))
}

/** `88 (77-94)`; a dash where the metric does not apply to the arm. */
function summary(value: MetricSummary | undefined): string {
  return value?.range ? share(value.range) : '-'
}

function share({ estimate, low, high }: Range): string {
  const points = (part: number): number => Math.round(100 * part)
  return `${points(estimate)} (${points(low)} to ${points(high)})`
}

function milliseconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : seconds(ms)
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => visible(row[at] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell + ' '.repeat(Math.max(0, widths[at]! - visible(cell).length)))
      .join('  ')
      .trimEnd()
  print(bold(line(head)))
  for (const row of rows) print(line(row))
}

function visible(cell: string): string {
  return cell.replaceAll('\u001b[2m', '').replaceAll('\u001b[22m', '')
}
