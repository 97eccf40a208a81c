/** @file What an update of the documents does to the answers of each arm, and how soon. */
import type { ArmName } from '../arms/arm.ts'
import type { MetricName } from '../metrics/metrics.ts'
import type {
  ArmResult,
  Freshness,
  FreshnessOfArm,
  ItemRecord,
  MetricSummary,
  Phase,
} from '../result.ts'
import { isNeighbour } from '../run/plan.ts'
import type { UpdateRecord } from '../run/record.ts'
import { type ItemTable, paired } from './item-table.ts'
import { differenceOf, summaryOf } from './ranges.ts'

type Groups = { changed: string[]; deleted: string[]; neighbours: string[] }

export function measureFreshness(
  table: ItemTable,
  arms: readonly ArmResult[],
  update: UpdateRecord,
): Freshness {
  const { questions } = table
  const groups: Groups = {
    changed: idsOf(questions.filter(({ after }) => after?.kind === 'answerable')),
    deleted: idsOf(questions.filter(({ after }) => after && after.kind !== 'answerable')),
    neighbours: idsOf(questions.filter((question) => isNeighbour(question, questions))),
  }
  const { documents, indexMs } = update
  return {
    update: { documents, indexMs },
    changed: groups.changed.length,
    deleted: groups.deleted.length,
    neighbours: groups.neighbours.length,
    arms: arms
      .filter(({ arm }) => table.items(arm, 'updated').length > 0)
      .map((result) => freshnessOf(table, result, groups, indexMs)),
  }
}

function idsOf(questions: readonly { id: string }[]): string[] {
  return questions.map(({ id }) => id)
}

function freshnessOf(
  table: ItemTable,
  { arm, training, documents }: ArmResult,
  { changed, deleted, neighbours }: Groups,
  indexMs: number,
): FreshnessOfArm {
  const of = (metric: MetricName, phase: Phase, ids: readonly string[]): MetricSummary | null => {
    const values = valuesAmong(table, { metric, arm, phase }, ids)
    return values.size === 0 ? null : summaryOf(values, table.clusterOf, 'share')
  }
  return {
    arm,
    before: of('fact', 'initial', changed),
    after: of('fact', 'updated', changed),
    stale: of('stale', 'updated', [...changed, ...deleted]),
    mixed: of('mixed', 'updated', changed),
    deletions: of('abstention', 'updated', deleted),
    collateral: collateralOf(table, arm, neighbours),
    ...correctionsOf(
      changed.flatMap((id) => table.item(arm, 'updated', id) ?? []),
      indexMs,
    ),
    retrainSeconds: training && !documents ? training.seconds : null,
  }
}

function valuesAmong(
  table: ItemTable,
  { metric, arm, phase }: { metric: MetricName; arm: ArmName; phase: Phase },
  ids: readonly string[],
): Map<string, number> {
  const wanted = new Set(ids)
  return new Map([...table.values(metric, arm, phase)].filter(([id]) => wanted.has(id)))
}

function collateralOf(
  table: ItemTable,
  arm: ArmName,
  neighbours: readonly string[],
): FreshnessOfArm['collateral'] {
  const among = (phase: Phase): Map<string, number> =>
    valuesAmong(table, { metric: 'fact', arm, phase }, neighbours)
  const pairs = paired(among('updated'), among('initial'))
  const found = differenceOf(pairs.first, pairs.second, pairs.ids.map(table.clusterOf), 'share')
  return found ? { ...found.difference, items: pairs.ids.length } : null
}

type Corrections = Pick<FreshnessOfArm, 'survival' | 'medianMs' | 'corrected' | 'censored'>

/**
 * Time to correct: from the saved files to the end of the first right answer that the next probe confirms,
 * as if each question were asked the moment the index was ready. Facts that stay wrong are censored at the
 * end of the run, so that the curve (Kaplan and Meier 1958) steps down at corrections alone.
 */
function correctionsOf(items: readonly ItemRecord[], indexMs: number): Corrections {
  const answered = items.filter(({ outcome }) => outcome.status === 'answered')
  const times = answered
    .flatMap(({ outcome, scores }) => {
      if (outcome.status !== 'answered' || outcome.again !== true) return []
      const right = scores.fact?.status === 'scored' && scores.fact.value === 1
      return right ? [indexMs + outcome.timings.totalMs] : []
    })
    .toSorted((a, b) => a - b)
  const survival = times.map((ms, at) => ({ ms, share: 1 - (at + 1) / answered.length }))
  return {
    survival,
    medianMs: survival.find(({ share }) => share <= 0.5)?.ms ?? null,
    corrected: times.length,
    censored: answered.length - times.length,
  }
}
