/** @file One arm: its metrics, abstention, latency, cost, and why joint success failed. */
import { percentileInterval } from '../../statistics/index.ts'
import { type ArmName, armOf } from '../arms/arm.ts'
import { type MetricName, metricNames, metrics } from '../metrics/metrics.ts'
import { isDefinedFor } from '../metrics/score-item.ts'
import type {
  AbstentionSummary,
  AnsweredItem,
  ArmResult,
  FailureReason,
  ItemRecord,
  Latency,
  MetricSummary,
  Percentiles,
  Phase,
  Prices,
  Voice,
} from '../result.ts'
import type { ArmRecord } from '../run/record.ts'
import type { ItemTable } from './item-table.ts'
import { rangeOf, summaryOf } from './ranges.ts'

export type ArmInput = {
  readonly arm: ArmName
  readonly table: ItemTable
  /** What the run noted about the arm, in order. */
  readonly records: readonly ArmRecord[]
  readonly hasUpdate: boolean
  readonly prices: Prices | null
  readonly voice: Voice | null
}

const PHASES: readonly Phase[] = ['initial', 'updated']

export function summarizeArm(input: ArmInput): ArmResult {
  const { arm, table, voice } = input
  const { title, description, documents, competes } = armOf(arm)
  const all = PHASES.flatMap((phase) => table.items(arm, phase))
  const answered = table
    .items(arm, 'initial')
    .flatMap(({ outcome }) => (outcome.status === 'answered' ? [outcome] : []))
  const ready = input.records.find(({ status }) => status === 'ready')
  return {
    arm,
    title,
    description,
    documents,
    competes,
    ...statusOf(input, all),
    model: ready?.model ?? null,
    items: itemCounts(input, all),
    training: ready?.training ?? null,
    metrics: {
      initial: metricsOf(input, 'initial'),
      updated: input.hasUpdate ? metricsOf(input, 'updated') : {},
    },
    abstention: abstentionOf(input),
    voice,
    latency: answered.length === 0 ? null : latencyOf(answered),
    ...costOf(answered, input),
    failures: failuresOf(table.items(arm, 'initial')),
    retrieval: documents ? retrievalOf(table.items(arm, 'initial')) : null,
    riskCoverage: riskCoverageOf(table.items(arm, 'initial')),
  }
}

function statusOf(
  { records, table, hasUpdate }: ArmInput,
  items: readonly ItemRecord[],
): Pick<ArmResult, 'status' | 'reason'> {
  const last = records.at(-1)
  const isShort = items.length < plannedItems(table, hasUpdate)
  if (last?.status === 'skipped') return { status: 'skipped', reason: last.reason }
  if (last?.status === 'failed') return { status: 'failed', reason: last.reason }
  if (last?.status === 'stopped') return { status: 'partial', reason: last.reason }
  if (isShort) return { status: 'partial', reason: 'the run was stopped before its end' }
  return { status: 'complete', reason: null }
}

function plannedItems(table: ItemTable, hasUpdate: boolean): number {
  return table.asked('initial').length + (hasUpdate ? table.asked('updated').length : 0)
}

function itemCounts(
  { table, hasUpdate }: ArmInput,
  items: readonly ItemRecord[],
): ArmResult['items'] {
  const count = (status: ItemRecord['outcome']['status']): number =>
    items.filter(({ outcome }) => outcome.status === status).length
  const planned = plannedItems(table, hasUpdate)
  return {
    planned,
    answered: count('answered'),
    failed: count('failed'),
    notApplicable: count('not_applicable'),
    missing: planned - items.length,
  }
}

function metricsOf(
  { arm, table }: ArmInput,
  phase: Phase,
): Partial<Record<MetricName, MetricSummary>> {
  const items = table.items(arm, phase)
  const count = (name: MetricName, status: string): number =>
    items.filter(({ scores }) => scores[name]?.status === status).length
  const entries = metricNames
    .filter((name) => isDefinedFor(name, armOf(arm)))
    .map((name): [MetricName, MetricSummary] => {
      const summary = summaryOf(table.values(name, arm, phase), table.clusterOf, metrics[name].kind)
      return [
        name,
        { ...summary, notApplicable: count(name, 'not_applicable'), failed: count(name, 'failed') },
      ]
    })
  return Object.fromEntries(
    entries.filter(([, { items: scored, failed }]) => scored > 0 || failed > 0),
  )
}

function abstentionOf({ arm, table }: ArmInput): AbstentionSummary {
  const abstention = table.values('abstention', arm)
  const kinds = Map.groupBy(table.questions, ({ kind }) => kind)
  const byKind = [...kinds].flatMap(([kind, questions]) => {
    const values = new Map(
      questions.flatMap(({ id }): [string, number][] => {
        const value = abstention.get(id)
        return value === undefined ? [] : [[id, value]]
      }),
    )
    return values.size === 0 ? [] : [[kind, summaryOf(values, table.clusterOf, 'share')] as const]
  })
  const due = [...abstention].filter(([, value]) => value === 1).map(([id]) => id)
  const undue = [...table.values('answered', arm)]
    .filter(([, value]) => value === 0)
    .map(([id]) => id)
  const abstained = [...due.map((): number => 1), ...undue.map((): number => 0)]
  const clusters = [...due, ...undue].map(table.clusterOf)
  return { byKind: Object.fromEntries(byKind), precision: rangeOf(abstained, clusters, 'share') }
}

function latencyOf(answered: readonly AnsweredItem[]): Latency {
  const of = (value: (timings: AnsweredItem['timings']) => number): Percentiles =>
    percentilesOf(answered.map(({ timings }) => value(timings)))
  const loads = answered.map(({ load }) => load)
  return {
    retrieval: of(({ retrievalMs }) => retrievalMs),
    firstText: of(({ firstTextMs }) => firstTextMs),
    rest: of(({ firstTextMs, totalMs }) => totalMs - firstTextMs),
    total: of(({ totalMs }) => totalMs),
    load: { least: Math.min(...loads), most: Math.max(...loads) },
  }
}

function percentilesOf(values: readonly number[]): Percentiles {
  const p95 = percentileInterval(values, 0.95)
  return {
    p50: percentileInterval(values, 0.5).estimate,
    p90: percentileInterval(values, 0.9).estimate,
    p95: p95.estimate,
    p95High: p95.high,
    values: values.toSorted((a, b) => a - b),
  }
}

const MILLION = 1e6

function costOf(
  answered: readonly AnsweredItem[],
  { arm, table, prices }: ArmInput,
): Pick<ArmResult, 'tokens' | 'cost'> {
  if (answered.length === 0) return { tokens: null, cost: null }
  const mean = (of: (item: AnsweredItem) => number): number =>
    answered.reduce((sum, item) => sum + of(item), 0) / answered.length
  const tokens = {
    input: mean(({ usage }) => usage.inputTokens),
    output: mean(({ usage }) => usage.outputTokens),
  }
  if (!prices) return { tokens, cost: null }
  const perRequest = (tokens.input * prices.input + tokens.output * prices.output) / MILLION
  const joint = [...table.values('joint', arm).values()]
  const share = joint.reduce((sum, value) => sum + value, 0) / Math.max(1, joint.length)
  return { tokens, cost: { perRequest, perSuccess: share > 0 ? perRequest / share : null } }
}

function isOne(item: ItemRecord, name: MetricName): boolean | undefined {
  const score = item.scores[name]
  return score?.status === 'scored' ? score.value === 1 : undefined
}

/** Which parts failed together; none where the joint success was not scored, or reached. */
export function failureReasonsOf(item: ItemRecord): FailureReason[] {
  if (isOne(item, 'joint') !== false) return []
  const reasons = brokenParts(item)
  // An arm without documents may fail for want of a source alone.
  return reasons.length === 0 ? ['source'] : reasons
}

function brokenParts(item: ItemRecord): FailureReason[] {
  const refused = isOne(item, 'answered') === false
  return [
    ...(refused ? (['refused'] as const) : []),
    ...(!refused && isOne(item, 'fact') === false ? (['fact'] as const) : []),
    ...(!refused && isOne(item, 'fact') !== undefined && isOne(item, 'grounded') === false
      ? (['source'] as const)
      : []),
    ...(isOne(item, 'format') === false ? (['form'] as const) : []),
    ...(isOne(item, 'abstention') === false ? (['answered'] as const) : []),
  ]
}

function failuresOf(items: readonly ItemRecord[]): ArmResult['failures'] {
  const lost = items.map(failureReasonsOf).filter((reasons) => reasons.length > 0)
  const groups = Map.groupBy(lost, (reasons) => reasons.join())
  return [...groups.values()]
    .map((group) => ({ reasons: [...group[0]!], items: group.length }))
    .toSorted((a, b) => b.items - a.items || a.reasons.join().localeCompare(b.reasons.join()))
}

function retrievalOf(items: readonly ItemRecord[]): ArmResult['retrieval'] {
  const cells = { foundRight: 0, foundWrong: 0, missedRight: 0, missedWrong: 0 }
  for (const item of items) {
    const retrieved = item.scores.retrieved
    const right = isOne(item, 'fact')
    if (retrieved?.status !== 'scored' || right === undefined) continue
    const found = retrieved.value > 0 ? 'found' : 'missed'
    cells[`${found}${right ? 'Right' : 'Wrong'}`]++
  }
  return cells
}

/** Answers in the order of their confidence: of the share answered so far, how much is wrong. */
function riskCoverageOf(items: readonly ItemRecord[]): ArmResult['riskCoverage'] {
  const judged = items.flatMap((item) => {
    const { outcome } = item
    if (outcome.status !== 'answered' || outcome.confidence === null) return []
    const isWrong = outcome.abstained ? undefined : isOne(item, 'fact') !== true
    return [{ confidence: outcome.confidence, isWrong }]
  })
  const answered = judged
    .filter(({ isWrong }) => isWrong !== undefined)
    .toSorted((a, b) => b.confidence - a.confidence)
  let wrong = 0
  return answered.map(({ isWrong }, at) => {
    if (isWrong) wrong++
    return { coverage: (at + 1) / judged.length, risk: wrong / (at + 1) }
  })
}
